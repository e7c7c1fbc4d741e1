package io.harp.e2e.chart;

import io.harp.e2e.Requirements;
import java.util.Arrays;
import java.util.Optional;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.platform.commons.support.AnnotationSupport;

/** Decides whether tests of the chart run. */
final class HelmCondition implements ExecutionCondition {

  @Override
  public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
    boolean promtool =
        context
            .getTestClass()
            .flatMap(c -> AnnotationSupport.findAnnotation(c, NeedsHelm.class))
            .map(NeedsHelm::promtool)
            .orElse(false);
    Optional<String> missing = demand("helm", Requirements.missingHelm());
    if (missing.isEmpty() && promtool) {
      missing = demand("promtool", Requirements.missingPromtool());
    }
    return missing
        .map(ConditionEvaluationResult::disabled)
        .orElseGet(() -> ConditionEvaluationResult.enabled("everything is there"));
  }

  private static Optional<String> demand(String name, Optional<String> missing) {
    String required = Optional.ofNullable(System.getenv("HARP_REQUIRE")).orElse("");
    if (missing.isPresent() && Arrays.asList(required.split(",", -1)).contains(name)) {
      throw new IllegalStateException(missing.get());
    }
    return missing;
  }
}
