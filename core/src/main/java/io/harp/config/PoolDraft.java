package io.harp.config;

import io.harp.model.AddressRange;
import io.harp.model.LabelSelector;
import io.harp.model.Pool;
import io.harp.model.Pool.ServiceAllocation;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * A pool that is sound by itself: not yet compared with others, its namespace selectors not yet
 * resolved.
 */
record PoolDraft(Pool pool, List<LabelSelector> namespaceSelectors) {

  static Parsed<PoolDraft> parse(PoolSpec spec) {
    List<Problem> problems = new ArrayList<>();
    if (spec.name().isEmpty()) {
      problems.add(new Problem("IPAddressPool", "metadata.name", "it is empty", "name the pool"));
    }
    List<AddressRange> ranges = ranges(spec, problems);
    Selectors selectors = new Selectors(spec.object(), problems);
    List<LabelSelector> namespaceSelectors = new ArrayList<>();
    Optional<ServiceAllocation> allocation =
        spec.allocation()
            .map(a -> {
              selectors.unique("spec.serviceAllocation.namespaces", a.namespaces());
              namespaceSelectors.addAll(
                  selectors.parseAll(
                      "spec.serviceAllocation.namespaceSelectors", a.namespaceSelectors()));
              return new ServiceAllocation(
                  a.priority(),
                  Set.copyOf(a.namespaces()),
                  !a.namespaces().isEmpty() || !a.namespaceSelectors().isEmpty(),
                  selectors.parseAll(
                      "spec.serviceAllocation.serviceSelectors", a.serviceSelectors()));
            });
    if (!problems.isEmpty()) {
      return Parsed.broken(problems);
    }
    return Parsed.of(
        new PoolDraft(
            new Pool(
                spec.name(),
                spec.labels(),
                ranges,
                spec.autoAssign(),
                spec.avoidBuggyIps(),
                allocation),
            namespaceSelectors));
  }

  /** The pool with its namespace selectors resolved against the labels of live namespaces. */
  Pool resolve(Map<String, Map<String, String>> namespaces) {
    if (namespaceSelectors.isEmpty() || pool.allocation().isEmpty()) {
      return pool;
    }
    ServiceAllocation allocation = pool.allocation().get();
    Set<String> names = new HashSet<>(allocation.namespaces());
    namespaces.forEach((name, labels) -> {
      if (namespaceSelectors.stream().anyMatch(s -> s.matches(labels))) {
        names.add(name);
      }
    });
    return new Pool(
        pool.name(),
        pool.labels(),
        pool.ranges(),
        pool.autoAssign(),
        pool.avoidBuggyIps(),
        Optional.of(
            new ServiceAllocation(
                allocation.priority(), names, true, allocation.serviceSelectors())));
  }

  private static List<AddressRange> ranges(PoolSpec spec, List<Problem> problems) {
    List<AddressRange> ranges = new ArrayList<>();
    if (spec.addresses().isEmpty()) {
      problems.add(
          new Problem(
              spec.object(),
              "spec.addresses",
              "it is empty",
              "give at least one CIDR or range, as 192.0.2.0/24"));
    }
    for (int n = 0; n < spec.addresses().size(); n++) {
      int i = n;
      String field = "spec.addresses[" + i + "]";
      try {
        AddressRange range = Ranges.parse(spec.addresses().get(i));
        ranges.stream()
            .filter(range::overlaps)
            .findFirst()
            .ifPresent(other -> problems.add(overlap(spec.name(), i, range, spec.name(), other)));
        ranges.add(range);
      } catch (IllegalArgumentException e) {
        problems.add(
            new Problem(
                spec.object(),
                field,
                String.valueOf(e.getMessage()),
                "write a CIDR, 192.0.2.0/24, or a range, 192.0.2.10-192.0.2.20"));
      }
    }
    return ranges;
  }

  /** Says that range {@code i} of one pool meets a range of another, or of itself. */
  static Problem overlap(
      String pool, int i, AddressRange range, String otherPool, AddressRange other) {
    return new Problem(
        "IPAddressPool " + pool,
        "spec.addresses[" + i + "]",
        range
            + " overlaps with already defined CIDR "
            + other
            + " of "
            + (pool.equals(otherPool) ? "the same pool" : "IPAddressPool " + otherPool),
        "take the common addresses out of one of them");
  }
}
