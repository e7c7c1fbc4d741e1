package io.harp.model;

import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What an L2Advertisement says: which pools' addresses are announced, for which Services, by which
 * nodes, on which interfaces. Empty selectors and lists mean "all", except that pool selectors
 * which match nothing select no pool.
 *
 * @param interfaces exact names; empty means every interface in use
 */
public record Advertisement(
    String name,
    Set<String> pools,
    List<LabelSelector> poolSelectors,
    List<LabelSelector> nodeSelectors,
    Set<String> interfaces,
    List<LabelSelector> serviceSelectors,
    List<Preference> preferences) {

  public Advertisement {
    pools = Set.copyOf(pools);
    poolSelectors = List.copyOf(poolSelectors);
    nodeSelectors = List.copyOf(nodeSelectors);
    interfaces = Set.copyOf(interfaces);
    serviceSelectors = List.copyOf(serviceSelectors);
    preferences = List.copyOf(preferences);
  }

  /**
   * A node that matches scores {@code weight} more.
   *
   * @param weight 1-100
   */
  public record Preference(int weight, LabelSelector nodes) {}

  public boolean coversPool(Pool pool) {
    if (pools.isEmpty() && poolSelectors.isEmpty()) {
      return true;
    }
    return pools.contains(pool.name())
        || poolSelectors.stream().anyMatch(s -> s.matches(pool.labels()));
  }

  public boolean coversNode(Map<String, String> nodeLabels) {
    return LabelSelector.anyOrNone(nodeSelectors, nodeLabels);
  }

  public boolean coversService(Map<String, String> serviceLabels) {
    return LabelSelector.anyOrNone(serviceSelectors, serviceLabels);
  }

  /** The sum of the weights of the preferences that match a node, 0 if none does. */
  public int score(Map<String, String> nodeLabels) {
    return preferences.stream()
        .filter(p -> p.nodes().matches(nodeLabels))
        .mapToInt(Preference::weight)
        .sum();
  }
}
