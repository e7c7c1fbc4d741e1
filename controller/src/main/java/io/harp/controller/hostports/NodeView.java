package io.harp.controller.hostports;

import io.harp.config.Occupied;
import java.util.List;
import java.util.Map;

/**
 * One node.
 *
 * @param occupied its addresses, and those of its pods
 */
public record NodeView(
    String name, Map<String, String> labels, List<Taint> taints, List<Occupied> occupied) {

  public NodeView {
    labels = Map.copyOf(labels);
    taints = List.copyOf(taints);
    occupied = List.copyOf(occupied);
  }

  /** {@code spec.taints}. */
  public record Taint(String key, String value, String effect) {}
}
