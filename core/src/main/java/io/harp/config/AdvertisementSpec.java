package io.harp.config;

import java.util.List;

/** An L2Advertisement as a user wrote it. */
public record AdvertisementSpec(
    String name,
    List<String> pools,
    List<SelectorSpec> poolSelectors,
    List<SelectorSpec> nodeSelectors,
    List<String> interfaces,
    List<SelectorSpec> serviceSelectors,
    List<Preference> preferences) {

  public AdvertisementSpec {
    pools = List.copyOf(pools);
    poolSelectors = List.copyOf(poolSelectors);
    nodeSelectors = List.copyOf(nodeSelectors);
    interfaces = List.copyOf(interfaces);
    serviceSelectors = List.copyOf(serviceSelectors);
    preferences = List.copyOf(preferences);
  }

  /** How problems name the object. */
  public String object() {
    return "L2Advertisement " + name;
  }

  /** One element of {@code spec.preferredNodeSelectors}. */
  public record Preference(int weight, SelectorSpec nodes) {}
}
