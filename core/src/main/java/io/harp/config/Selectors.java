package io.harp.config;

import io.harp.model.LabelSelector;
import io.harp.model.LabelSelector.Operator;
import io.harp.model.LabelSelector.Requirement;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/** Reads the selectors of one object and collects what is wrong with them. */
final class Selectors {

  private final String object;
  private final List<Problem> problems;

  Selectors(String object, List<Problem> problems) {
    this.object = object;
    this.problems = problems;
  }

  List<LabelSelector> parseAll(String field, List<SelectorSpec> specs) {
    List<LabelSelector> selectors = new ArrayList<>();
    Set<Object> seen = new HashSet<>();
    for (int i = 0; i < specs.size(); i++) {
      String at = field + "[" + i + "]";
      if (!seen.add(canonical(specs.get(i)))) {
        problems.add(
            new Problem(object, at, "the same selector stands there twice", "remove one of them"));
      }
      selectors.add(parse(at, specs.get(i)));
    }
    return selectors;
  }

  LabelSelector parse(String field, SelectorSpec spec) {
    List<Requirement> requirements = new ArrayList<>();
    Set<Object> seen = new HashSet<>();
    for (int i = 0; i < spec.matchExpressions().size(); i++) {
      SelectorSpec.Expression expression = spec.matchExpressions().get(i);
      String at = field + ".matchExpressions[" + i + "]";
      if (!seen.add(canonical(expression))) {
        problems.add(
            new Problem(
                object, at, "the same expression stands there twice", "remove one of them"));
      }
      requirement(at, expression).ifPresent(requirements::add);
    }
    return new LabelSelector(spec.matchLabels(), requirements);
  }

  void unique(String field, List<String> names) {
    Set<String> seen = new HashSet<>();
    for (int i = 0; i < names.size(); i++) {
      if (!seen.add(names.get(i))) {
        problems.add(
            new Problem(
                object,
                field + "[" + i + "]",
                "\"" + names.get(i) + "\" stands there twice",
                "remove one of them"));
      }
    }
  }

  private Optional<Requirement> requirement(String field, SelectorSpec.Expression expression) {
    if (expression.key().isEmpty()) {
      problems.add(new Problem(object, field + ".key", "it is empty", "name a label key"));
      return Optional.empty();
    }
    Optional<Operator> operator = operator(expression.operator());
    if (operator.isEmpty()) {
      problems.add(
          new Problem(
              object,
              field + ".operator",
              "\"" + expression.operator() + "\" is no operator",
              "use In, NotIn, Exists or DoesNotExist"));
      return Optional.empty();
    }
    boolean wantsValues = operator.get() == Operator.IN || operator.get() == Operator.NOT_IN;
    if (wantsValues == expression.values().isEmpty()) {
      problems.add(
          new Problem(
              object,
              field + ".values",
              expression.operator() + (wantsValues ? " has no values" : " takes no values"),
              wantsValues ? "give at least one" : "remove them"));
      return Optional.empty();
    }
    if (Set.copyOf(expression.values()).size() != expression.values().size()) {
      problems.add(
          new Problem(object, field + ".values", "a value stands there twice", "remove it"));
    }
    return Optional.of(new Requirement(expression.key(), operator.get(), expression.values()));
  }

  private static Optional<Operator> operator(String text) {
    return switch (text) {
      case "In" -> Optional.of(Operator.IN);
      case "NotIn" -> Optional.of(Operator.NOT_IN);
      case "Exists" -> Optional.of(Operator.EXISTS);
      case "DoesNotExist" -> Optional.of(Operator.DOES_NOT_EXIST);
      default -> Optional.empty();
    };
  }

  /** Equal for selectors that differ only in the order of expressions and values. */
  private static Object canonical(SelectorSpec spec) {
    return List.of(
        spec.matchLabels(),
        Set.copyOf(spec.matchExpressions().stream().map(Selectors::canonical).toList()));
  }

  private static Object canonical(SelectorSpec.Expression expression) {
    return List.of(expression.key(), expression.operator(), new TreeSet<>(expression.values()));
  }
}
