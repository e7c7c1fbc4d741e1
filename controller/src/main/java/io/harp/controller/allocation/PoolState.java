package io.harp.controller.allocation;

import io.harp.config.Ranges;
import io.harp.model.Address;
import io.harp.model.AddressRange;
import io.harp.model.Family;
import io.harp.model.Pool;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;

/**
 * One pool and what is left of it.
 *
 * @param starts the place in the pool's list of each range, by its first address; never changed
 * @param shared for each way of sharing the addresses used that way
 * @param used4 distinct IPv4 addresses in use
 * @param used6 distinct IPv6 addresses in use
 */
record PoolState(
    Pool pool,
    NavigableMap<Address, Integer> starts,
    FreeList free4,
    FreeList free6,
    SortedTree<Sharing, SortedTree<Slot, Boolean>> shared,
    long used4,
    long used6) {

  static PoolState of(Pool pool) {
    NavigableMap<Address, Integer> starts = new TreeMap<>();
    FreeList free4 = FreeList.none(pool.avoidBuggyIps());
    FreeList free6 = FreeList.none(false);
    for (int i = 0; i < pool.ranges().size(); i++) {
      AddressRange range = pool.ranges().get(i);
      starts.put(range.first(), i);
      switch (range.family()) {
        case IPV4 -> free4 = free4.withRange(i, range);
        case IPV6 -> free6 = free6.withRange(i, range);
      }
    }
    return new PoolState(pool, starts, free4, free6, SortedTree.empty(), 0, 0);
  }

  Optional<Slot> firstFree(Family family) {
    return free(family).first();
  }

  boolean has(Family family) {
    return pool.ranges().stream().anyMatch(r -> r.family() == family);
  }

  /** The addresses already shared in this way, in the order of the pool's list. */
  Iterable<Map.Entry<Slot, Boolean>> sharedBy(Sharing sharing) {
    return shared.get(sharing).orElseGet(SortedTree::empty).entries();
  }

  PoolState take(Address address) {
    return counting(address, free(address.family()).take(slot(address)), 1);
  }

  PoolState giveBack(Address address) {
    Slot slot = slot(address);
    return counting(
        address, free(address.family()).giveBack(slot, pool.ranges().get(slot.range())), -1);
  }

  PoolState share(Sharing sharing, Address address) {
    if (sharing.key().isEmpty()) {
      return this;
    }
    SortedTree<Slot, Boolean> slots = shared.get(sharing).orElseGet(SortedTree::empty);
    return withShared(shared.put(sharing, slots.put(slot(address), true)));
  }

  PoolState unshare(Sharing sharing, Address address) {
    SortedTree<Slot, Boolean> slots =
        shared.get(sharing).orElseGet(SortedTree::empty).remove(slot(address));
    return withShared(slots.isEmpty() ? shared.remove(sharing) : shared.put(sharing, slots));
  }

  /** How many addresses of a family the pool may hand out in all, saturating at 2^63-1. */
  long capacity(Family family) {
    return pool.ranges().stream()
        .filter(r -> r.family() == family)
        .mapToLong(r -> Ranges.usable(r, pool.avoidBuggyIps()))
        .reduce(0, Ranges::saturatedSum);
  }

  long used(Family family) {
    return switch (family) {
      case IPV4 -> used4;
      case IPV6 -> used6;
    };
  }

  private FreeList free(Family family) {
    return switch (family) {
      case IPV4 -> free4;
      case IPV6 -> free6;
    };
  }

  /** An address of this pool has a range; anything else is our own mistake. */
  private Slot slot(Address address) {
    return new Slot(starts.floorEntry(address).getValue(), address);
  }

  private PoolState counting(Address address, FreeList free, int more) {
    return switch (address.family()) {
      case IPV4 -> new PoolState(pool, starts, free, free6, shared, used4 + more, used6);
      case IPV6 -> new PoolState(pool, starts, free4, free, shared, used4, used6 + more);
    };
  }

  private PoolState withShared(SortedTree<Sharing, SortedTree<Slot, Boolean>> shared) {
    return new PoolState(pool, starts, free4, free6, shared, used4, used6);
  }
}
