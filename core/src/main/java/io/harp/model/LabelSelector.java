package io.harp.model;

import java.util.List;
import java.util.Map;

/**
 * A Kubernetes label selector: all labels and all requirements must hold; an empty one selects
 * everything (Kubernetes, "Labels and Selectors").
 */
public record LabelSelector(Map<String, String> matchLabels, List<Requirement> matchExpressions) {

  /** Selects everything. */
  public static final LabelSelector ALL = new LabelSelector(Map.of(), List.of());

  public LabelSelector {
    matchLabels = Map.copyOf(matchLabels);
    matchExpressions = List.copyOf(matchExpressions);
  }

  /** The relation between a label's value and the values of a requirement. */
  public enum Operator {
    IN,
    NOT_IN,
    EXISTS,
    DOES_NOT_EXIST
  }

  /** One expression over one label key. */
  public record Requirement(String key, Operator operator, List<String> values) {

    public Requirement {
      values = List.copyOf(values);
    }

    boolean matches(Map<String, String> labels) {
      String value = labels.get(key);
      return switch (operator) {
        case IN -> value != null && values.contains(value);
        case NOT_IN -> value == null || !values.contains(value);
        case EXISTS -> value != null;
        case DOES_NOT_EXIST -> value == null;
      };
    }
  }

  public boolean matches(Map<String, String> labels) {
    return matchLabels.entrySet().stream()
            .allMatch(e -> e.getValue().equals(labels.get(e.getKey())))
        && matchExpressions.stream().allMatch(r -> r.matches(labels));
  }

  /** Whether any of {@code selectors} matches, or there are none at all. */
  public static boolean anyOrNone(List<LabelSelector> selectors, Map<String, String> labels) {
    return selectors.isEmpty() || selectors.stream().anyMatch(s -> s.matches(labels));
  }
}
