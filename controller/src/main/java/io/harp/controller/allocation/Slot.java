package io.harp.controller.allocation;

import io.harp.model.Address;

/** An address and the place of its range in the pool's list: pools are used up in this order. */
record Slot(int range, Address at) implements Comparable<Slot> {
  @Override
  public int compareTo(Slot other) {
    int byRange = Integer.compare(range, other.range);
    return byRange != 0 ? byRange : at.compareTo(other.at);
  }
}
