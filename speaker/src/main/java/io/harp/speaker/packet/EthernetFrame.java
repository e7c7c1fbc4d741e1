package io.harp.speaker.packet;

/**
 * The 14 bytes before every packet (RFC 894, RFC 2464). Ethernet addresses are the lower 48 bits of
 * a {@code long}.
 */
public final class EthernetFrame {

  /** Bytes before the payload. */
  public static final int HEADER = 14;

  /** The longest frame the speaker builds or needs to read whole, in bytes. */
  public static final int MAX_LENGTH = 256;

  public static final long BROADCAST = 0xffff_ffff_ffffL;

  static final int TYPE_ARP = 0x0806;
  static final int TYPE_IPV6 = 0x86dd;
  private static final int TYPE_VLAN = 0x8100;
  private static final int TYPE_PROVIDER_VLAN = 0x88a8;

  private EthernetFrame() {}

  /** Whether there is a header to read. */
  public static boolean isValid(byte[] frame, int length) {
    return length >= HEADER && length <= frame.length;
  }

  public static long destination(byte[] frame) {
    return Octets.u48(frame, 0);
  }

  public static long source(byte[] frame) {
    return Octets.u48(frame, 6);
  }

  public static boolean isArp(byte[] frame) {
    return Octets.u16(frame, 12) == TYPE_ARP;
  }

  public static boolean isIpv6(byte[] frame) {
    return Octets.u16(frame, 12) == TYPE_IPV6;
  }

  /**
   * Whether the frame belongs to a VLAN (IEEE 802.1Q, 802.1ad), which has an interface of its own.
   */
  public static boolean isTagged(byte[] frame) {
    int type = Octets.u16(frame, 12);
    return type == TYPE_VLAN || type == TYPE_PROVIDER_VLAN;
  }

  /** Whether many hosts share the address: broadcast or multicast. */
  public static boolean isGroup(long mac) {
    return (mac >>> 40 & 1) != 0;
  }

  static void header(byte[] frame, long destination, long source, int type) {
    Octets.put48(frame, 0, destination);
    Octets.put48(frame, 6, source);
    Octets.put16(frame, 12, type);
  }
}
