package io.harp.config;

import io.harp.model.Address;
import io.harp.model.AddressRange;
import io.harp.model.Ipv4;
import io.harp.model.Ipv6;

/** Reads and counts what users write into {@code spec.addresses}. */
public final class Ranges {

  private Ranges() {}

  /**
   * Reads {@code 192.0.2.0/24} (host bits are masked) or {@code 192.0.2.10-192.0.2.20} (blanks
   * around the dash are allowed), likewise for IPv6. IPv4-mapped IPv6 counts as IPv4.
   *
   * @throws IllegalArgumentException with a message that quotes the text and says what is expected
   */
  public static AddressRange parse(String text) {
    int dash = text.indexOf('-');
    if (dash >= 0) {
      return new AddressRange(
          plain(Address.parse(text.substring(0, dash).strip())),
          plain(Address.parse(text.substring(dash + 1).strip())));
    }
    int slash = text.indexOf('/');
    if (slash < 0) {
      throw new IllegalArgumentException(
          "\"" + text + "\" is neither a CIDR nor a range" + hint(text));
    }
    return cidr(Address.parse(text.substring(0, slash)), text, text.substring(slash + 1));
  }

  /**
   * How many addresses a range has that a pool may hand out.
   *
   * @param avoidBuggy whether IPv4 addresses that end in 0 or 255 do not count
   * @return 0 to 2^63-1; larger ranges count as 2^63-1
   */
  public static long usable(AddressRange range, boolean avoidBuggy) {
    long size = range.size();
    if (avoidBuggy && range.first() instanceof Ipv4 first && range.last() instanceof Ipv4 last) {
      return size - buggyUpTo(unsigned(last)) + buggyUpTo(unsigned(first) - 1);
    }
    return size;
  }

  /** The sum of two counts, at most 2^63-1. */
  public static long saturatedSum(long a, long b) {
    long sum = a + b;
    return sum < 0 ? Long.MAX_VALUE : sum;
  }

  /** How many of 0..n end in 0 or 255; n may be -1. */
  private static long buggyUpTo(long n) {
    return Math.floorDiv(n, 256) + 1 + Math.floorDiv(n + 1, 256);
  }

  private static long unsigned(Ipv4 address) {
    return Integer.toUnsignedLong(address.bits());
  }

  private static AddressRange cidr(Address address, String text, String length) {
    int bits = length(text, length, address instanceof Ipv4 ? 32 : 128);
    Address plain = plain(address);
    int prefix = bits;
    if (address instanceof Ipv6 && plain instanceof Ipv4) {
      if (bits < 96) {
        plain = address;
      } else {
        prefix = bits - 96;
      }
    }
    return switch (plain) {
      case Ipv4 v4 -> {
        int mask = prefix == 0 ? 0 : -1 << 32 - prefix;
        yield new AddressRange(new Ipv4(v4.bits() & mask), new Ipv4(v4.bits() | ~mask));
      }
      case Ipv6 v6 -> {
        long high = mask64(prefix);
        long low = mask64(prefix - 64);
        yield new AddressRange(
            new Ipv6(v6.high() & high, v6.low() & low),
            new Ipv6(v6.high() | ~high, v6.low() | ~low));
      }
    };
  }

  private static long mask64(int prefix) {
    if (prefix <= 0) {
      return 0;
    }
    return prefix >= 64 ? -1 : -1L << 64 - prefix;
  }

  private static int length(String text, String length, int most) {
    boolean digits =
        !length.isEmpty()
            && length.length() <= 3
            && length.chars().allMatch(c -> c >= '0' && c <= '9')
            && (length.length() == 1 || length.charAt(0) != '0');
    int bits = digits ? Integer.parseInt(length) : -1;
    if (bits < 0 || bits > most) {
      throw new IllegalArgumentException(
          "\"" + text + "\" has no prefix length of 0-" + most + " after the slash");
    }
    return bits;
  }

  private static Address plain(Address address) {
    return address instanceof Ipv6 v6 && v6.high() == 0 && v6.low() >>> 32 == 0xffff
        ? new Ipv4((int) v6.low())
        : address;
  }

  private static String hint(String text) {
    try {
      return ": for one address write "
          + text
          + (Address.parse(text) instanceof Ipv4 ? "/32" : "/128");
    } catch (IllegalArgumentException e) {
      return ": write 192.0.2.0/24 or 192.0.2.10-192.0.2.20";
    }
  }
}
