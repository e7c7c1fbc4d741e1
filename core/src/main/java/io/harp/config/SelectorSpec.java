package io.harp.config;

import java.util.List;
import java.util.Map;

/** A label selector as a user wrote it: operators are still text. */
public record SelectorSpec(Map<String, String> matchLabels, List<Expression> matchExpressions) {

  public SelectorSpec {
    matchLabels = Map.copyOf(matchLabels);
    matchExpressions = List.copyOf(matchExpressions);
  }

  /** One element of {@code matchExpressions}. */
  public record Expression(String key, String operator, List<String> values) {
    public Expression {
      values = List.copyOf(values);
    }
  }
}
