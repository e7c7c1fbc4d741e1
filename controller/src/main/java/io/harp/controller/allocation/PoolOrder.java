package io.harp.controller.allocation;

import io.harp.config.Config;
import io.harp.model.Pool;
import io.harp.model.Pool.ServiceAllocation;
import java.util.Comparator;
import java.util.List;
import java.util.function.Predicate;

/**
 * The pools from which addresses are given unasked, in the order they are tried. It follows from
 * the configuration alone, so it is made once and not for each Service.
 *
 * @param pinned the names of those that say for whom they are; whether that is so is asked later
 * @param common the names of those that are for everybody
 */
record PoolOrder(List<String> pinned, List<String> common) {

  /** Priority 0, the default, comes last; others ascend; equal ones go by name. */
  private static final Comparator<Pool> BY_PRIORITY =
      Comparator.<Pool>comparingInt(p -> priority(p) == 0 ? 1 : 0)
          .thenComparingInt(PoolOrder::priority)
          .thenComparing(Pool::name);

  static PoolOrder of(Config config) {
    return new PoolOrder(
        names(config, p -> p.allocation().isPresent(), BY_PRIORITY),
        names(config, p -> p.allocation().isEmpty(), Comparator.comparing(Pool::name)));
  }

  private static List<String> names(Config config, Predicate<Pool> which, Comparator<Pool> order) {
    return config.pools().stream()
        .filter(Pool::autoAssign)
        .filter(which)
        .sorted(order)
        .map(Pool::name)
        .toList();
  }

  private static int priority(Pool pool) {
    return pool.allocation().map(ServiceAllocation::priority).orElse(0);
  }
}
