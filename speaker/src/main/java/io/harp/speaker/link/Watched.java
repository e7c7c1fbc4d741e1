package io.harp.speaker.link;

import io.harp.model.Address;
import io.harp.model.Ipv4;
import io.harp.model.Ipv6;
import io.harp.speaker.announcement.Held;
import io.harp.speaker.link.WireCounters.Counts;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One immutable picture of the addresses that matter, looked up by the bits of a frame without
 * allocating: two open-addressing tables, at most half full, so that most lookups touch one slot.
 */
final class Watched {

  static final Watched NOTHING = of(Held.NONE, Set.of(), new WireCounters());

  /** An address whose frames are reported, and the interfaces on which it is answered. */
  static final class Entry {
    final Address address;
    final Counts counts;
    private final int[] links;

    // When a request was last noted. Racing threads may note one too many.
    long notedMs = Long.MIN_VALUE / 2;

    private Entry(Address address, int[] links, Counts counts) {
      this.address = address;
      this.links = links;
      this.counts = counts;
    }

    boolean isAnsweredOn(int link) {
      for (int each : links) {
        if (each == link) {
          return true;
        }
      }
      return false;
    }
  }

  /** Where requests for addresses held by others are counted: nowhere that anybody reads. */
  private static final Counts UNREAD = new Counts();

  private final @Nullable Entry[] v4;
  private final int[] v4Keys;
  private final @Nullable Entry[] v6;
  private final long[] v6Keys;
  private final List<Ipv6> v6Addresses = new ArrayList<>();

  private Watched(int v4Size, int v6Size) {
    v4 = new @Nullable Entry[v4Size];
    v4Keys = new int[v4Size];
    v6 = new @Nullable Entry[v6Size];
    v6Keys = new long[2 * v6Size];
  }

  /** Costs time linear in the number of addresses. */
  static Watched of(Held held, Set<Address> watched, WireCounters counters) {
    Set<Address> all = new HashSet<>(watched);
    all.addAll(held.addresses());
    int ipv4 = (int) all.stream().filter(Ipv4.class::isInstance).count();
    Watched table = new Watched(slots(ipv4), slots(all.size() - ipv4));
    for (Address address : all) {
      Set<Integer> on = held.links(address);
      table.add(
          new Entry(
              address,
              on.stream().mapToInt(Integer::intValue).toArray(),
              on.isEmpty() ? UNREAD : counters.of(address)));
    }
    return table;
  }

  boolean contains(Address address) {
    return switch (address) {
      case Ipv4 a -> find(a.bits()) != null;
      case Ipv6 a -> find(a.high(), a.low()) != null;
    };
  }

  @Nullable Entry find(int bits) {
    int mask = v4.length - 1;
    for (int slot = hash(bits) & mask; ; slot = slot + 1 & mask) {
      Entry entry = v4[slot];
      if (entry == null || v4Keys[slot] == bits) {
        return entry;
      }
    }
  }

  @Nullable Entry find(long high, long low) {
    int mask = v6.length - 1;
    for (int slot = hash(high, low) & mask; ; slot = slot + 1 & mask) {
      Entry entry = v6[slot];
      if (entry == null || v6Keys[2 * slot] == high && v6Keys[2 * slot + 1] == low) {
        return entry;
      }
    }
  }

  /** The IPv6 addresses, whose solicited-node groups must be joined. */
  List<Ipv6> ipv6() {
    return v6Addresses;
  }

  private void add(Entry entry) {
    switch (entry.address) {
      case Ipv4 a -> {
        int slot = hash(a.bits()) & v4.length - 1;
        while (v4[slot] != null) {
          slot = slot + 1 & v4.length - 1;
        }
        v4[slot] = entry;
        v4Keys[slot] = a.bits();
      }
      case Ipv6 a -> {
        int slot = hash(a.high(), a.low()) & v6.length - 1;
        while (v6[slot] != null) {
          slot = slot + 1 & v6.length - 1;
        }
        v6[slot] = entry;
        v6Keys[2 * slot] = a.high();
        v6Keys[2 * slot + 1] = a.low();
        v6Addresses.add(a);
      }
    }
  }

  private static int slots(int addresses) {
    return Math.max(4, Integer.highestOneBit(addresses) << 2);
  }

  // Addresses of one pool differ in their last bits; the multiplication spreads them, and the shift
  // brings the well-mixed upper bits down.
  private static int hash(int bits) {
    int h = bits * 0x9e37_79b9;
    return h ^ h >>> 15;
  }

  private static int hash(long high, long low) {
    long h = (high * 31 + low) * 0x9e37_79b9_7f4a_7c15L;
    return (int) (h >>> 32);
  }
}
