package io.harp.speaker.packet;

import static io.harp.speaker.packet.EthernetFrame.HEADER;

import io.harp.model.Ipv4;
import io.harp.model.MacAddress;
import io.harp.speaker.protocol.Trailer;
import java.util.Arrays;
import java.util.Optional;

/**
 * An ARP packet for IPv4 on Ethernet (RFC 826).
 *
 * @param sender {@code 0.0.0.0} in a probe (RFC 5227 section 2.1.1)
 * @param trailer what another speaker put into the padding behind the packet
 */
public record ArpPacket(
    Operation operation,
    MacAddress senderMac,
    Ipv4 sender,
    MacAddress targetMac,
    Ipv4 target,
    Optional<Trailer> trailer) {

  /** RFC 826: {@code ar$op}. */
  public enum Operation {
    REQUEST,
    REPLY
  }

  /** Bytes of a frame without trailer, and with one: Ethernet's minimum without checksum. */
  public static final int LENGTH = HEADER + 28;

  public static final int LENGTH_WITH_TRAILER = LENGTH + Trailer.LENGTH;

  private static final long ETHERNET_IPV4 = 0x0001_0800_0604_0000L;
  private static final int OPERATION = HEADER + 6;
  private static final int SENDER_MAC = HEADER + 8;
  private static final int SENDER = HEADER + 14;
  private static final int TARGET_MAC = HEADER + 18;
  private static final int TARGET = HEADER + 24;

  /** Asks who has {@code target} without saying who asks, so that no cache changes. */
  public static ArpPacket probe(MacAddress mac, Ipv4 target, Optional<Trailer> trailer) {
    return new ArpPacket(Operation.REQUEST, mac, Ipv4.ANY, MacAddress.ZERO, target, trailer);
  }

  /**
   * Says that {@code mac} has {@code address}: sender and target are the same (RFC 5227 section
   * 2.3). The target hardware address says nothing; it is the broadcast address, as in the frames
   * of other load balancers.
   */
  public static ArpPacket announcement(
      Operation operation, MacAddress mac, Ipv4 address, Optional<Trailer> trailer) {
    return new ArpPacket(operation, mac, address, MacAddress.BROADCAST, address, trailer);
  }

  /**
   * Asks {@code target}, and says on the way that {@code mac} has {@code sender}: who is asked
   * learns that even where it ignores announcements (RFC 826, packet reception).
   */
  public static ArpPacket question(
      MacAddress mac, Ipv4 sender, Ipv4 target, Optional<Trailer> trailer) {
    return new ArpPacket(Operation.REQUEST, mac, sender, MacAddress.ZERO, target, trailer);
  }

  /** Reads a frame; empty if it is anything else than a whole ARP packet. */
  public static Optional<ArpPacket> decode(byte[] frame, int length) {
    if (!isValid(frame, length)) {
      return Optional.empty();
    }
    return Optional.of(
        new ArpPacket(
            isRequest(frame) ? Operation.REQUEST : Operation.REPLY,
            new MacAddress(senderMac(frame)),
            new Ipv4(sender(frame)),
            MacAddress.at(frame, TARGET_MAC),
            new Ipv4(target(frame)),
            trailer(frame, length)));
  }

  /**
   * Writes the frame, from {@code senderMac} to {@code destination}.
   *
   * @param out at least {@link #LENGTH_WITH_TRAILER} bytes
   * @return how many of them are the frame
   */
  public int encode(MacAddress destination, byte[] out) {
    write(
        out,
        destination.bits(),
        operation == Operation.REQUEST ? 1 : 2,
        senderMac.bits(),
        sender.bits(),
        targetMac.bits(),
        target.bits());
    if (trailer.isEmpty()) {
      return LENGTH;
    }
    trailer.get().put(out, LENGTH);
    return LENGTH_WITH_TRAILER;
  }

  /**
   * Whether {@code frame} holds a whole ARP request or reply for IPv4 on Ethernet. VLAN-tagged
   * frames do not: a VLAN has its own interface.
   */
  public static boolean isValid(byte[] frame, int length) {
    return length >= LENGTH
        && length <= frame.length
        && EthernetFrame.isArp(frame)
        && (Octets.i64(frame, HEADER) & 0xffff_ffff_ffff_0000L) == ETHERNET_IPV4
        && (Octets.u16(frame, OPERATION) == 1 || Octets.u16(frame, OPERATION) == 2);
  }

  public static boolean isRequest(byte[] frame) {
    return Octets.u16(frame, OPERATION) == 1;
  }

  public static long senderMac(byte[] frame) {
    return Octets.u48(frame, SENDER_MAC);
  }

  public static int sender(byte[] frame) {
    return Octets.i32(frame, SENDER);
  }

  public static int target(byte[] frame) {
    return Octets.i32(frame, TARGET);
  }

  public static Optional<Trailer> trailer(byte[] frame, int length) {
    return Trailer.read(frame, LENGTH, length);
  }

  /**
   * Writes the answer to {@code request}: {@code mac} has the address that was asked for.
   *
   * @return the length of the frame in {@code out}
   */
  public static int reply(byte[] request, long mac, byte[] out) {
    long asker = senderMac(request);
    write(out, asker, 2, mac, /* sender= */ target(request), asker, /* target= */ sender(request));
    return LENGTH;
  }

  private static void write(
      byte[] out,
      long destination,
      int operation,
      long senderMac,
      int sender,
      long targetMac,
      int target) {
    EthernetFrame.header(out, destination, senderMac, EthernetFrame.TYPE_ARP);
    Octets.put64(out, HEADER, ETHERNET_IPV4 | operation);
    Octets.put48(out, SENDER_MAC, senderMac);
    Octets.put32(out, SENDER, sender);
    Octets.put48(out, TARGET_MAC, targetMac);
    Octets.put32(out, TARGET, target);
    Arrays.fill(out, LENGTH, LENGTH_WITH_TRAILER, (byte) 0);
  }
}
