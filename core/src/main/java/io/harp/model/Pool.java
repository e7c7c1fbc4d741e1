package io.harp.model;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What an IPAddressPool says: addresses to give to Services, and to which.
 *
 * @param ranges in the order of {@code spec.addresses}; no two overlap, also across pools
 * @param autoAssign whether a Service that names no pool may get an address from here
 * @param avoidBuggyIps leave out IPv4 addresses that end in 0 or 255
 * @param allocation who may use the pool; empty means everybody
 */
public record Pool(
    String name,
    Map<String, String> labels,
    List<AddressRange> ranges,
    boolean autoAssign,
    boolean avoidBuggyIps,
    Optional<ServiceAllocation> allocation) {

  public Pool {
    labels = Map.copyOf(labels);
    ranges = List.copyOf(ranges);
  }

  /**
   * Restricts a pool to some Services.
   *
   * @param priority lower is tried first; 0 is last
   * @param namespaces names, selectors already resolved against the live namespaces
   * @param restrictsNamespaces whether the pool names namespaces at all: then an empty set closes
   *     the pool
   * @param serviceSelectors any may match the Service's labels; empty means all
   */
  public record ServiceAllocation(
      int priority,
      Set<String> namespaces,
      boolean restrictsNamespaces,
      List<LabelSelector> serviceSelectors) {

    public ServiceAllocation {
      namespaces = Set.copyOf(namespaces);
      serviceSelectors = List.copyOf(serviceSelectors);
    }
  }

  /** Whether the pool may hand out or keep {@code address}. */
  public boolean contains(Address address) {
    return !(avoidBuggyIps && isBuggy(address))
        && ranges.stream().anyMatch(r -> r.contains(address));
  }

  /**
   * An IPv4 address that ends in 0 or 255, which some old devices take for a network or broadcast
   * address.
   */
  public static boolean isBuggy(Address address) {
    return switch (address) {
      case Ipv4 v4 -> (v4.bits() & 0xff) == 0 || (v4.bits() & 0xff) == 255;
      case Ipv6 _ -> false;
    };
  }
}
