package io.harp.e2e;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.TestWatcher;
import org.junit.platform.commons.support.AnnotationSupport;

/** Decides whether lab tests run, and shows the daemons' logs when one fails. */
final class LabExtension implements ExecutionCondition, TestWatcher {

  private static final int TAIL = 30;

  @Override
  public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
    Optional<NeedsLab> needs =
        context.getTestClass().flatMap(c -> AnnotationSupport.findAnnotation(c, NeedsLab.class));
    Optional<String> missing = demand("lab", Requirements.missing());
    if (missing.isEmpty() && needs.map(NeedsLab::realApi).orElse(false)) {
      missing = demand("real-api", Requirements.missingRealApi());
    }
    if (missing.isEmpty() && needs.map(NeedsLab::nodeExporter).orElse(false)) {
      missing = demand("node-exporter", Requirements.missingNodeExporter());
    }
    return missing
        .map(ConditionEvaluationResult::disabled)
        .orElseGet(() -> ConditionEvaluationResult.enabled("everything is there"));
  }

  @Override
  public void testFailed(ExtensionContext context, @Nullable Throwable cause) {
    Lab.latestDirectory().ifPresent(LabExtension::show);
  }

  private static Optional<String> demand(String name, Optional<String> missing) {
    String required = Optional.ofNullable(System.getenv("HARP_REQUIRE")).orElse("");
    if (missing.isPresent() && Arrays.asList(required.split(",", -1)).contains(name)) {
      throw new IllegalStateException(missing.get());
    }
    return missing;
  }

  private static void show(Path directory) {
    System.out.println("logs of the lab: " + directory);
    try (var files = Files.list(directory)) {
      for (Path log : files.filter(f -> f.toString().endsWith(".log")).sorted().toList()) {
        String name = log.getFileName().toString();
        if (name.startsWith("speaker") || name.startsWith("controller")) {
          List<String> lines = Files.readAllLines(log);
          System.out.println("--- " + name);
          lines
              .subList(Math.max(0, lines.size() - TAIL), lines.size())
              .forEach(System.out::println);
        }
      }
    } catch (IOException e) {
      System.out.println("cannot show them: " + e);
    }
  }
}
