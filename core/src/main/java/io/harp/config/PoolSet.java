package io.harp.config;

import io.harp.model.Address;
import io.harp.model.AddressRange;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** Pools of which no two overlap. Mutable; a pool may be replaced by a newer version of itself. */
final class PoolSet {

  /** A range of a pool that is in the set. */
  private record Owned(String pool, AddressRange range) {}

  private final Map<String, PoolDraft> pools = new HashMap<>();
  private final TreeMap<Address, Owned> ranges = new TreeMap<>();

  static PoolSet of(Map<String, PoolDraft> sound) {
    PoolSet set = new PoolSet();
    sound.forEach((_, draft) -> set.put(draft));
    return set;
  }

  /** What keeps {@code draft} out of the set; empty if nothing does. */
  Optional<Problem> obstacle(PoolDraft draft) {
    String name = draft.pool().name();
    List<AddressRange> wanted = draft.pool().ranges();
    for (int i = 0; i < wanted.size(); i++) {
      AddressRange range = wanted.get(i);
      Map.Entry<Address, Owned> before = ranges.floorEntry(range.last());
      // Ranges of the pool's own older version are no obstacle: step over them.
      while (before != null && before.getValue().range().overlaps(range)) {
        Owned other = before.getValue();
        if (!other.pool().equals(name)) {
          return Optional.of(PoolDraft.overlap(name, i, range, other.pool(), other.range()));
        }
        before = ranges.lowerEntry(before.getKey());
      }
    }
    return Optional.empty();
  }

  void put(PoolDraft draft) {
    String name = draft.pool().name();
    PoolDraft older = pools.put(name, draft);
    if (older != null) {
      older.pool().ranges().forEach(r -> ranges.remove(r.first()));
    }
    draft.pool().ranges().forEach(r -> ranges.put(r.first(), new Owned(name, r)));
  }

  boolean has(PoolDraft draft) {
    return draft.equals(pools.get(draft.pool().name()));
  }

  Map<String, PoolDraft> pools() {
    return pools;
  }
}
