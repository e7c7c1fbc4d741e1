package io.harp.model;

/**
 * All addresses from {@code first} to {@code last}, both included. Making one of two families, or
 * one that ends before it begins, throws {@link IllegalArgumentException}.
 */
public record AddressRange(Address first, Address last) {

  public AddressRange {
    if (first.family() != last.family()) {
      throw new IllegalArgumentException(
          "range "
              + first
              + "-"
              + last
              + " mixes families: write one range for IPv4 and one for IPv6");
    }
    if (first.compareTo(last) > 0) {
      throw new IllegalArgumentException(
          "range " + first + "-" + last + " ends before it begins: swap the two addresses");
    }
  }

  public Family family() {
    return first.family();
  }

  public boolean contains(Address address) {
    return address.family() == first.family()
        && first.compareTo(address) <= 0
        && address.compareTo(last) <= 0;
  }

  /** Whether the two ranges have an address in common. */
  public boolean overlaps(AddressRange other) {
    return first.family() == other.first.family()
        && first.compareTo(other.last) <= 0
        && other.first.compareTo(last) <= 0;
  }

  /** How many addresses it has: 1 to 2^63-1; a larger one counts as 2^63-1. */
  public long size() {
    return switch (first) {
      case Ipv4 a ->
          Integer.toUnsignedLong(((Ipv4) last).bits()) - Integer.toUnsignedLong(a.bits()) + 1;
      case Ipv6 a -> {
        Ipv6 b = (Ipv6) last;
        long low = b.low() - a.low();
        boolean large = a.high() != b.high() && b.high() - a.high() - borrow(a, b) != 0;
        yield large || low < 0 || low == Long.MAX_VALUE ? Long.MAX_VALUE : low + 1;
      }
    };
  }

  private static int borrow(Ipv6 a, Ipv6 b) {
    return Long.compareUnsigned(b.low(), a.low()) < 0 ? 1 : 0;
  }

  @Override
  public String toString() {
    return first.equals(last) ? first.toString() : first + "-" + last;
  }
}
