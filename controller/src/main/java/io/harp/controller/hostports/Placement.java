package io.harp.controller.hostports;

import java.util.List;
import java.util.Map;

/**
 * Where the scheduler may put a pod, as far as nodes decide it. Affinity between pods is not looked
 * at: it changes from hour to hour.
 *
 * @param node {@code spec.nodeName}, empty if it is left to the scheduler
 * @param terms required node affinity: one of them must hold; empty for none
 */
record Placement(
    String node, Map<String, String> nodeSelector, List<Term> terms, List<Toleration> tolerations) {

  /** Nodes get and lose these by themselves (not ready, under pressure, cordoned). */
  private static final String PASSING = "node.kubernetes.io/";

  Placement {
    nodeSelector = Map.copyOf(nodeSelector);
    terms = List.copyOf(terms);
    tolerations = List.copyOf(tolerations);
  }

  boolean fits(NodeView node) {
    if (!this.node.isEmpty()) {
      return this.node.equals(node.name());
    }
    return nodeSelector.entrySet().stream()
            .allMatch(e -> e.getValue().equals(node.labels().get(e.getKey())))
        && (terms.isEmpty() || terms.stream().anyMatch(t -> t.holds(node)))
        && node.taints().stream().allMatch(this::tolerates);
  }

  private boolean tolerates(NodeView.Taint taint) {
    return taint.effect().equals("PreferNoSchedule")
        || taint.key().startsWith(PASSING)
        || tolerations.stream().anyMatch(t -> t.covers(taint));
  }

  /** One of {@code nodeSelectorTerms}: all expressions must hold; without any it holds nowhere. */
  record Term(List<Expression> labels, List<Expression> fields) {
    Term {
      labels = List.copyOf(labels);
      fields = List.copyOf(fields);
    }

    boolean holds(NodeView node) {
      return !(labels.isEmpty() && fields.isEmpty())
          && labels.stream().allMatch(e -> e.holds(node.labels()))
          && fields.stream().allMatch(e -> e.holds(Map.of("metadata.name", node.name())));
    }
  }

  /**
   * A requirement; an operator we do not know holds, so that we see too many nodes, not too few.
   */
  record Expression(String key, String operator, List<String> values) {
    Expression {
      values = List.copyOf(values);
    }

    boolean holds(Map<String, String> labels) {
      String value = labels.get(key);
      return switch (operator) {
        case "In" -> value != null && values.contains(value);
        case "NotIn" -> value == null || !values.contains(value);
        case "Exists" -> value != null;
        case "DoesNotExist" -> value == null;
        case "Gt" -> value != null && compare(value) > 0;
        case "Lt" -> value != null && compare(value) < 0;
        default -> true;
      };
    }

    private int compare(String value) {
      try {
        return Long.compare(Long.parseLong(value), Long.parseLong(values.getFirst()));
      } catch (NumberFormatException | java.util.NoSuchElementException e) {
        return 0;
      }
    }
  }

  /** {@code spec.tolerations}. */
  record Toleration(String key, String operator, String value, String effect) {
    boolean covers(NodeView.Taint taint) {
      return (effect.isEmpty() || effect.equals(taint.effect()))
          && (key.isEmpty() ? operator.equals("Exists") : key.equals(taint.key()))
          && (operator.equals("Exists") || value.equals(taint.value()));
    }
  }
}
