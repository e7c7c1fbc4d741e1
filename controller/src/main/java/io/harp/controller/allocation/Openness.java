package io.harp.controller.allocation;

import io.harp.model.LabelSelector;
import io.harp.model.LbService;
import io.harp.model.Pool;
import io.harp.model.Pool.ServiceAllocation;
import java.util.Optional;

/** Which pools are open to a Service. */
final class Openness {

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
}
