package io.harp.controller.allocation;

import io.harp.model.Address;
import io.harp.model.AddressRange;
import io.harp.model.Pool;
import java.util.Map;
import java.util.Optional;

/**
 * The free addresses of one family in one pool, as intervals: a /64 is one entry. Intervals begin
 * and end with an address the pool may hand out; buggy ones inside are skipped when their turn
 * comes.
 *
 * @param avoidBuggy whether addresses that end in 0 or 255 are left out
 */
record FreeList(boolean avoidBuggy, SortedTree<Slot, Address> lastByFirst) {

  static FreeList none(boolean avoidBuggy) {
    return new FreeList(avoidBuggy, SortedTree.empty());
  }

  /** The first free address in the order of the pool's list. */
  Optional<Slot> first() {
    return lastByFirst.first().map(Map.Entry::getKey);
  }

  FreeList withRange(int range, AddressRange all) {
    return interval(range, all.first(), all.last());
  }

  FreeList take(Slot slot) {
    Map.Entry<Slot, Address> interval =
        lastByFirst.floor(slot).filter(i -> holds(i, slot)).orElseThrow();
    Slot first = interval.getKey();
    Address last = interval.getValue();
    FreeList rest = new FreeList(avoidBuggy, lastByFirst.remove(first));
    if (!first.at().equals(slot.at())) {
      rest = rest.interval(slot.range(), first.at(), slot.at().plus(-1));
    }
    return last.equals(slot.at()) ? rest : rest.interval(slot.range(), slot.at().plus(1), last);
  }

  /**
   * @param whole the range the slot lies in
   */
  FreeList giveBack(Slot slot, AddressRange whole) {
    Address first = slot.at();
    Address last = slot.at();
    SortedTree<Slot, Address> rest = lastByFirst;
    if (!last.equals(whole.last())) {
      Slot next = new Slot(slot.range(), last.plus(1));
      Optional<Address> following = rest.get(next);
      if (following.isPresent()) {
        last = following.get();
        rest = rest.remove(next);
      }
    }
    Optional<Map.Entry<Slot, Address>> before = rest.floor(slot);
    if (before.isPresent()
        && before.get().getKey().range() == slot.range()
        && before.get().getValue().plus(1).equals(slot.at())) {
      first = before.get().getKey().at();
    }
    return new FreeList(avoidBuggy, rest.put(new Slot(slot.range(), first), last));
  }

  private static boolean holds(Map.Entry<Slot, Address> interval, Slot slot) {
    return interval.getKey().range() == slot.range()
        && slot.at().compareTo(interval.getValue()) <= 0;
  }

  /** Adds an interval without the buggy addresses at its ends; nothing if that is all of it. */
  private FreeList interval(int range, Address first, Address last) {
    Address begin = first;
    Address end = last;
    while (skipped(begin) && begin.compareTo(end) < 0) {
      begin = begin.plus(1);
    }
    while (skipped(end) && begin.compareTo(end) < 0) {
      end = end.plus(-1);
    }
    return skipped(begin)
        ? this
        : new FreeList(avoidBuggy, lastByFirst.put(new Slot(range, begin), end));
  }

  private boolean skipped(Address address) {
    return avoidBuggy && Pool.isBuggy(address);
  }
}
