package io.harp.controller.allocation;

import io.harp.model.LabelSelector;
import io.harp.model.LbService;
import io.harp.model.Pool;
import io.harp.model.Pool.ServiceAllocation;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/** Which pools are open to a Service, and in what order they are tried. */
final class Openness {

  /** Priority 0, the default, comes last; others ascend; equal ones go by name. */
  private static final Comparator<Pool> BY_PRIORITY =
      Comparator.<Pool>comparingInt(p -> priority(p) == 0 ? 1 : 0)
          .thenComparingInt(Openness::priority)
          .thenComparing(Pool::name);

  private Openness() {}

  /** Why a pool is closed to a Service; empty if it is open. Holds for explicit requests too. */
  static Optional<String> obstacle(Pool pool, LbService service) {
    if (pool.allocation().isEmpty()) {
      return Optional.empty();
    }
    ServiceAllocation allocation = pool.allocation().get();
    if (allocation.restrictsNamespaces()
        && !allocation.namespaces().contains(service.key().namespace())) {
      return Optional.of(
          "pool "
              + pool.name()
              + " is not open to namespace "
              + service.key().namespace()
              + " (spec.serviceAllocation)");
    }
    if (!LabelSelector.anyOrNone(allocation.serviceSelectors(), service.labels())) {
      return Optional.of(
          "pool "
              + pool.name()
              + " is not open to a Service with these labels (spec.serviceAllocation)");
    }
    return Optional.empty();
  }

  /** Pools that name this Service in their serviceAllocation, best first. */
  static List<PoolState> pinned(Allocator allocator, LbService service) {
    List<PoolState> pinned = new ArrayList<>();
    allocator
        .pools()
        .forEach((_, state) -> {
          Pool pool = state.pool();
          if (pool.autoAssign()
              && pool.allocation().isPresent()
              && obstacle(pool, service).isEmpty()) {
            pinned.add(state);
          }
        });
    pinned.sort(Comparator.comparing(PoolState::pool, BY_PRIORITY));
    return pinned;
  }

  /** Pools for everybody, by name. */
  static List<PoolState> common(Allocator allocator) {
    List<PoolState> common = new ArrayList<>();
    allocator
        .pools()
        .forEach((_, state) -> {
          if (state.pool().autoAssign() && state.pool().allocation().isEmpty()) {
            common.add(state);
          }
        });
    return common;
  }

  private static int priority(Pool pool) {
    return pool.allocation().map(ServiceAllocation::priority).orElse(0);
  }
}
