package io.harp.speaker.packet;

import static io.harp.speaker.packet.EthernetFrame.HEADER;

import io.harp.model.MacAddress;
import io.harp.speaker.protocol.Trailer;
import java.util.Arrays;
import java.util.Optional;

/**
 * What solicitations and advertisements share: the IPv6 header, the first 24 bytes of the message,
 * its options and its checksum (RFC 4861 sections 4.3, 4.4 and 4.6, RFC 4443 section 2.3).
 */
final class Icmpv6 {

  static final int SOLICITATION = 135;
  static final int ADVERTISEMENT = 136;

  static final int SOURCE_MAC_OPTION = 1;
  static final int TARGET_MAC_OPTION = 2;

  /** For experiments (RFC 4727 section 3); other hosts skip it (RFC 4861 section 4.6). */
  private static final int TRAILER_OPTION = 253;

  private static final int TRAILER_UNITS = (2 + Trailer.LENGTH + 7) / 8;

  private static final int PAYLOAD_LENGTH = HEADER + 4;
  private static final int NEXT_HEADER = HEADER + 6;
  private static final int HOP_LIMIT = HEADER + 7;
  static final int SOURCE = HEADER + 8;
  static final int DESTINATION = HEADER + 24;

  /** The first byte of the message. */
  static final int MESSAGE = HEADER + 40;

  private static final int CHECKSUM = MESSAGE + 2;
  static final int FLAGS = MESSAGE + 4;
  static final int TARGET = MESSAGE + 8;
  private static final int OPTIONS = MESSAGE + 24;
  private static final int ICMPV6 = 58;

  private Icmpv6() {}

  /**
   * The checks common to RFC 4861 sections 7.1.1 and 7.1.2. Extension headers before the message
   * are not looked through: no host sends them, and RFC 6980 forbids the fragment header.
   */
  static boolean isValid(byte[] frame, int length, int type) {
    if (length < OPTIONS || length > frame.length || !EthernetFrame.isIpv6(frame)) {
      return false;
    }
    return frame[HEADER] >>> 4 == 6
        && Octets.u8(frame, NEXT_HEADER) == ICMPV6
        && Octets.u8(frame, HOP_LIMIT) == 255
        && Octets.u16(frame, PAYLOAD_LENGTH) >= OPTIONS - MESSAGE
        && end(frame) <= length
        && Octets.u8(frame, MESSAGE) == type
        && frame[MESSAGE + 1] == 0
        && Octets.u8(frame, SOURCE) != 0xff
        && Octets.u8(frame, TARGET) != 0xff
        && optionsFit(frame)
        && sum(frame) == 0xffff;
  }

  /** The Ethernet address in the first option of that type with the length of one, or -1. */
  static long macOption(byte[] frame, int type) {
    int at = option(frame, type, 1);
    return at < 0 ? -1 : Octets.u48(frame, at + 2);
  }

  static Optional<MacAddress> mac(byte[] frame, int type) {
    long bits = macOption(frame, type);
    return bits < 0 ? Optional.empty() : Optional.of(new MacAddress(bits));
  }

  /** The Ethernet address of that option, or of the frame's sender where there is none. */
  static long macOrSender(byte[] frame, int type) {
    long option = macOption(frame, type);
    return option < 0 ? EthernetFrame.source(frame) : option;
  }

  static Optional<Trailer> trailer(byte[] frame) {
    int at = option(frame, TRAILER_OPTION, TRAILER_UNITS);
    return at < 0 ? Optional.empty() : Trailer.read(frame, at + 2, at + 2 + Trailer.LENGTH);
  }

  /** Writes everything up to the options; the target must be written by the caller. */
  static void start(byte[] out, long destinationMac, long sourceMac, int type, int flags) {
    EthernetFrame.header(out, destinationMac, sourceMac, EthernetFrame.TYPE_IPV6);
    Octets.put32(out, HEADER, 6 << 28);
    Octets.put16(out, PAYLOAD_LENGTH, 0);
    Octets.put16(out, NEXT_HEADER, ICMPV6 << 8 | 255);
    Octets.put32(out, MESSAGE, type << 24);
    Octets.put32(out, FLAGS, flags);
    Octets.put16(out, PAYLOAD_LENGTH, OPTIONS - MESSAGE);
  }

  static void appendMac(byte[] out, int type, long mac) {
    int at = append(out, type, 1);
    Octets.put48(out, at + 2, mac);
  }

  static void append(byte[] out, Trailer trailer) {
    int at = append(out, TRAILER_OPTION, TRAILER_UNITS);
    trailer.put(out, at + 2);
  }

  /** Adds the checksum and gives the length of the frame. */
  static int finish(byte[] out) {
    Octets.put16(out, CHECKSUM, 0);
    Octets.put16(out, CHECKSUM, ~sum(out));
    return end(out);
  }

  private static int append(byte[] out, int type, int units) {
    int at = end(out);
    Arrays.fill(out, at, at + 8 * units, (byte) 0);
    out[at] = (byte) type;
    out[at + 1] = (byte) units;
    Octets.put16(out, PAYLOAD_LENGTH, at + 8 * units - MESSAGE);
    return at;
  }

  private static int end(byte[] frame) {
    return MESSAGE + Octets.u16(frame, PAYLOAD_LENGTH);
  }

  // RFC 4861 section 4.6: an option of length zero makes the whole packet invalid.
  private static boolean optionsFit(byte[] frame) {
    int end = end(frame);
    int at = OPTIONS;
    while (at + 8 <= end && frame[at + 1] != 0) {
      at += 8 * Octets.u8(frame, at + 1);
    }
    return at == end;
  }

  private static int option(byte[] frame, int type, int units) {
    int end = end(frame);
    for (int at = OPTIONS; at < end; at += 8 * Octets.u8(frame, at + 1)) {
      if (Octets.u8(frame, at) == type && Octets.u8(frame, at + 1) == units) {
        return at;
      }
    }
    return -1;
  }

  /** Folded sum over pseudo-header and message (RFC 8200 section 8.1); 0xffff if it is right. */
  private static int sum(byte[] frame) {
    int end = end(frame);
    long sum = ICMPV6;
    sum += end - MESSAGE;
    for (int at = SOURCE; at + 1 < end; at += 2) {
      sum += Octets.u16(frame, at);
    }
    if ((end - SOURCE) % 2 != 0) {
      sum += Octets.u8(frame, end - 1) << 8;
    }
    while (sum >>> 16 != 0) {
      sum = (sum & 0xffff) + (sum >>> 16);
    }
    return (int) sum;
  }
}
