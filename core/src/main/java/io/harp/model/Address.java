package io.harp.model;

/**
 * An IP address. Ordered as an unsigned number, every IPv4 address before every IPv6 one.
 *
 * <p>{@code toString} gives the canonical text: dotted decimal, or RFC 5952 (lower case, longest
 * run of zero groups compressed).
 */
public sealed interface Address extends Comparable<Address> permits Ipv4, Ipv6 {

  Family family();

  /** The address in network order: 4 or 16 bytes, a fresh array. */
  byte[] bytes();

  /** The address {@code n} further on, modulo the size of the family. */
  Address plus(long n);

  /**
   * Reads an address as people write it. Host names, zone ids, {@code 1.2.3}, leading zeros and
   * blanks are refused: what the JDK's own parser accepts beyond that has surprised users of other
   * load balancers.
   *
   * @throws IllegalArgumentException with a message that quotes the text and says what is expected
   */
  static Address parse(String text) {
    return text.indexOf(':') >= 0 ? Ipv6.parse(text) : Ipv4.parse(text);
  }

  /**
   * The address in network order.
   *
   * @param bytes 4 or 16 bytes
   * @throws IllegalArgumentException if there are not 4 or 16 of them
   */
  static Address of(byte[] bytes) {
    return switch (bytes.length) {
      case 4 -> Ipv4.at(bytes, 0);
      case 16 -> Ipv6.at(bytes, 0);
      default ->
          throw new IllegalArgumentException(
              bytes.length + " bytes are no IP address: 4 or 16 are");
    };
  }

  /**
   * Whether the first {@code length} bits are those of {@code other}; never for one of the other
   * family.
   *
   * @param length 0 to the length of an address, 32 or 128
   */
  boolean sharesPrefix(Address other, int length);
}
