package io.harp.speaker.packet;

import static io.harp.speaker.packet.EthernetFrame.HEADER;

/**
 * An ICMP or ICMPv6 echo request (RFC 792, RFC 4443 section 4.1), in its plainest form: no IPv4
 * options, no fragments, no IPv6 extension headers. Only the static side is needed: it is read and
 * turned into its answer in place.
 */
public final class EchoRequest {

  private static final int IPV4 = 0x0800;
  private static final int IPV4_MESSAGE = HEADER + 20;
  private static final int ICMP = 1;
  private static final int ICMPV6 = 58;
  private static final int REQUEST = 8;
  private static final int REQUEST6 = 128;
  private static final int TTL = 64;
  private static final int IPV4_SOURCE = HEADER + 12;
  private static final int IPV4_DESTINATION = HEADER + 16;

  private EchoRequest() {}

  /** Whether the frame is a whole echo request of IPv4 with a right header checksum. */
  public static boolean isIpv4(byte[] frame, int length) {
    return length >= IPV4_MESSAGE + 8
        && Octets.u16(frame, 12) == IPV4
        && Octets.u8(frame, HEADER) == 0x45
        && Octets.u8(frame, HEADER + 9) == ICMP
        && (Octets.u16(frame, HEADER + 6) & 0x3fff) == 0
        && Octets.u16(frame, HEADER + 2) >= 28
        && HEADER + Octets.u16(frame, HEADER + 2) <= length
        && Octets.u8(frame, IPV4_MESSAGE) == REQUEST
        && Octets.u8(frame, IPV4_MESSAGE + 1) == 0
        && canBeAnswered(Octets.i32(frame, IPV4_SOURCE))
        && headerSum(frame) == 0xffff;
  }

  /** Whether the frame is a whole echo request of IPv6. */
  public static boolean isIpv6(byte[] frame, int length) {
    return length >= Icmpv6.MESSAGE + 8
        && EthernetFrame.isIpv6(frame)
        && frame[HEADER] >>> 4 == 6
        && Octets.u8(frame, HEADER + 6) == ICMPV6
        && Octets.u16(frame, HEADER + 4) >= 8
        && Icmpv6.MESSAGE + Octets.u16(frame, HEADER + 4) <= length
        && Octets.u8(frame, Icmpv6.MESSAGE) == REQUEST6
        && Octets.u8(frame, Icmpv6.MESSAGE + 1) == 0
        && Octets.u8(frame, Icmpv6.SOURCE) != 0xff
        && (Octets.i64(frame, Icmpv6.SOURCE) | Octets.i64(frame, Icmpv6.SOURCE + 8)) != 0;
  }

  /** The address that is pinged. */
  public static int target(byte[] frame) {
    return Octets.i32(frame, IPV4_DESTINATION);
  }

  public static long targetHigh(byte[] frame) {
    return Octets.i64(frame, Icmpv6.DESTINATION);
  }

  public static long targetLow(byte[] frame) {
    return Octets.i64(frame, Icmpv6.DESTINATION + 8);
  }

  /**
   * Turns a request into its answer from {@code mac}, in the same bytes. The payload's checksum is
   * adjusted by the change of type alone (RFC 1624), so an answer to a damaged request is damaged.
   *
   * @return the length of the answer; padding of the request is left out
   */
  public static int replyIpv4(byte[] frame, long mac) {
    answerTo(frame, mac);
    int source = Octets.i32(frame, IPV4_SOURCE);
    Octets.put32(frame, IPV4_SOURCE, target(frame));
    Octets.put32(frame, IPV4_DESTINATION, source);
    frame[HEADER + 8] = TTL;
    Octets.put16(frame, HEADER + 10, 0);
    Octets.put16(frame, HEADER + 10, ~headerSum(frame));
    frame[IPV4_MESSAGE] = 0;
    raiseChecksum(frame, IPV4_MESSAGE + 2, REQUEST << 8);
    return HEADER + Octets.u16(frame, HEADER + 2);
  }

  /** The same for IPv6; its pseudo-header adds up to the same with the addresses exchanged. */
  public static int replyIpv6(byte[] frame, long mac) {
    answerTo(frame, mac);
    for (int i = 0; i < 16; i += 8) {
      long source = Octets.i64(frame, Icmpv6.SOURCE + i);
      Octets.put64(frame, Icmpv6.SOURCE + i, Octets.i64(frame, Icmpv6.DESTINATION + i));
      Octets.put64(frame, Icmpv6.DESTINATION + i, source);
    }
    frame[HEADER + 7] = TTL;
    frame[Icmpv6.MESSAGE] = (byte) (REQUEST6 + 1);
    raiseChecksum(frame, Icmpv6.MESSAGE + 2, -(1 << 8));
    return Icmpv6.MESSAGE + Octets.u16(frame, HEADER + 4);
  }

  // To many hosts at once nobody answers (RFC 1122 section 3.2.2.6).
  private static boolean canBeAnswered(int source) {
    return source != 0 && source != -1 && source >>> 28 != 0xe;
  }

  private static void answerTo(byte[] frame, long mac) {
    Octets.put48(frame, 0, EthernetFrame.source(frame));
    Octets.put48(frame, 6, mac);
  }

  /**
   * Adjusts a checksum for a 16-bit word that became smaller by {@code by} (or larger, if
   * negative).
   */
  private static void raiseChecksum(byte[] frame, int at, int by) {
    int sum = (Octets.u16(frame, at) + by) % 0xffff;
    Octets.put16(frame, at, sum < 0 ? sum + 0xffff : sum);
  }

  private static int headerSum(byte[] frame) {
    int sum = 0;
    for (int at = HEADER; at < IPV4_MESSAGE; at += 2) {
      sum += Octets.u16(frame, at);
    }
    while (sum >>> 16 != 0) {
      sum = (sum & 0xffff) + (sum >>> 16);
    }
    return sum;
  }
}
