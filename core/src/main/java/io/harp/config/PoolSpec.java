package io.harp.config;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * An IPAddressPool as a user wrote it.
 *
 * @param created {@code metadata.creationTimestamp}; of two new pools that overlap the older one is
 *     taken
 * @param addresses {@code spec.addresses}, each a CIDR or {@code first-last}
 * @param allocation {@code spec.serviceAllocation}
 */
public record PoolSpec(
    String name,
    String created,
    Map<String, String> labels,
    List<String> addresses,
    boolean autoAssign,
    boolean avoidBuggyIps,
    Optional<Allocation> allocation) {

  public PoolSpec {
    labels = Map.copyOf(labels);
    addresses = List.copyOf(addresses);
  }

  /** How problems name the object. */
  public String object() {
    return "IPAddressPool " + name;
  }

  /** {@code spec.serviceAllocation}. */
  public record Allocation(
      int priority,
      List<String> namespaces,
      List<SelectorSpec> namespaceSelectors,
      List<SelectorSpec> serviceSelectors) {

    public Allocation {
      namespaces = List.copyOf(namespaces);
      namespaceSelectors = List.copyOf(namespaceSelectors);
      serviceSelectors = List.copyOf(serviceSelectors);
    }
  }
}
