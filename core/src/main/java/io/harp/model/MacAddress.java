package io.harp.model;

/**
 * An Ethernet address (IEEE 802).
 *
 * @param bits the 48 bits, right-aligned
 */
public record MacAddress(long bits) implements Comparable<MacAddress> {

  public static final MacAddress ZERO = new MacAddress(0);
  public static final MacAddress BROADCAST = new MacAddress(0xffff_ffff_ffffL);

  public MacAddress {
    if (bits >>> 48 != 0) {
      throw new IllegalArgumentException("a MAC address has 48 bits");
    }
  }

  /**
   * Reads six hexadecimal pairs with colons.
   *
   * @throws IllegalArgumentException with a message that quotes the text
   */
  public static MacAddress parse(String text) {
    long bits = 0;
    boolean right = text.length() == 17;
    for (int i = 0; right && i < 17; i++) {
      char c = text.charAt(i);
      if (i % 3 == 2) {
        right = c == ':';
      } else {
        int digit = c < 128 ? Character.digit(c, 16) : -1;
        right = digit >= 0;
        bits = bits << 4 | digit & 0xf;
      }
    }
    if (!right) {
      throw new IllegalArgumentException(
          "\"" + text + "\" is no MAC address: six hexadecimal pairs, as in 02:00:5e:00:00:01");
    }
    return new MacAddress(bits);
  }

  /** The address whose six bytes begin at {@code offset}. */
  public static MacAddress at(byte[] frame, int offset) {
    long bits = 0;
    for (int i = 0; i < 6; i++) {
      bits = bits << 8 | frame[offset + i] & 0xff;
    }
    return new MacAddress(bits);
  }

  /** Writes the six bytes of this address at {@code offset}. */
  public void put(byte[] frame, int offset) {
    for (int i = 0; i < 6; i++) {
      frame[offset + i] = (byte) (bits >>> 40 - 8 * i);
    }
  }

  /** The Ethernet group address of an IPv6 multicast address (RFC 2464 section 7). */
  public static MacAddress multicast(Ipv6 group) {
    return new MacAddress(0x3333_0000_0000L | group.low() & 0xffff_ffffL);
  }

  @Override
  public int compareTo(MacAddress other) {
    return Long.compare(bits, other.bits);
  }

  @Override
  public String toString() {
    StringBuilder text = new StringBuilder(17);
    for (int shift = 40; shift >= 0; shift -= 8) {
      int octet = (int) (bits >>> shift) & 0xff;
      text.append(Character.forDigit(octet >>> 4, 16)).append(Character.forDigit(octet & 0xf, 16));
      if (shift > 0) {
        text.append(':');
      }
    }
    return text.toString();
  }
}
