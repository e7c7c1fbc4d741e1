package io.harp.model;

/**
 * An IPv4 address (RFC 791).
 *
 * @param bits the address as an unsigned 32-bit number
 */
public record Ipv4(int bits) implements Address {

  /** {@code 0.0.0.0}, the sender of an ARP probe (RFC 5227 section 1.1). */
  public static final Ipv4 ANY = new Ipv4(0);

  /**
   * Reads dotted decimal.
   *
   * @throws IllegalArgumentException with a message that quotes the text
   */
  public static Ipv4 parse(String text) {
    int bits = 0;
    int octet = -1;
    int octets = 0;
    for (int i = 0; i <= text.length(); i++) {
      char c = i < text.length() ? text.charAt(i) : '.';
      if (c == '.') {
        if (octet < 0 || ++octets > 4) {
          throw bad(text);
        }
        bits = bits << 8 | octet;
        octet = -1;
      } else if (c >= '0' && c <= '9' && octet != 0) {
        octet = (octet < 0 ? 0 : octet) * 10 + (c - '0');
        if (octet > 255) {
          throw bad(text);
        }
      } else {
        throw bad(text);
      }
    }
    if (octets != 4) {
      throw bad(text);
    }
    return new Ipv4(bits);
  }

  /** The address whose four bytes begin at {@code offset}. */
  public static Ipv4 at(byte[] frame, int offset) {
    return new Ipv4(
        (frame[offset] & 0xff) << 24
            | (frame[offset + 1] & 0xff) << 16
            | (frame[offset + 2] & 0xff) << 8
            | (frame[offset + 3] & 0xff));
  }

  /** Writes the four bytes of this address at {@code offset}. */
  public void put(byte[] frame, int offset) {
    frame[offset] = (byte) (bits >>> 24);
    frame[offset + 1] = (byte) (bits >>> 16);
    frame[offset + 2] = (byte) (bits >>> 8);
    frame[offset + 3] = (byte) bits;
  }

  // Sorted maps of thousands of addresses ask this all the time, so there is no switch over types.
  @Override
  public int compareTo(Address other) {
    return other instanceof Ipv4 same ? Integer.compareUnsigned(bits, same.bits) : -1;
  }

  @Override
  public boolean sharesPrefix(Address other, int length) {
    return other instanceof Ipv4 same
        && (length == 0 || (bits ^ same.bits) >>> (Integer.SIZE - length) == 0);
  }

  @Override
  public Family family() {
    return Family.IPV4;
  }

  @Override
  public byte[] bytes() {
    byte[] bytes = new byte[4];
    put(bytes, 0);
    return bytes;
  }

  @Override
  public Ipv4 plus(long n) {
    return new Ipv4((int) (bits + n));
  }

  @Override
  public String toString() {
    return (bits >>> 24)
        + "."
        + (bits >>> 16 & 0xff)
        + "."
        + (bits >>> 8 & 0xff)
        + "."
        + (bits & 0xff);
  }

  private static IllegalArgumentException bad(String text) {
    return new IllegalArgumentException(
        "\""
            + text
            + "\" is no IPv4 address: four numbers of 0-255 without leading zeros, as in 192.0.2.10");
  }
}
