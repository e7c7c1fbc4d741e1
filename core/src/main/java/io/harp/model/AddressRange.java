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

  @Override
  public String toString() {
    return first.equals(last) ? first.toString() : first + "-" + last;
  }
}
