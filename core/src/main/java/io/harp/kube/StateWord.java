package io.harp.kube;

import io.harp.config.Problem;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What a ConfigurationState shall say.
 *
 * @param error empty if nothing is wrong
 * @param notServed objects that nobody looks at, empty if there are none
 */
record StateWord(String error, String notServed) {

  /** The condition, and its reason, that names what is there without being looked at. */
  private static final String NOT_SERVED = "NotServed";

  /** The schema allows 32,768 characters. */
  private static final int LONGEST = 30_000;

  static StateWord of(List<Problem> problems, String notServed) {
    String error =
        problems.isEmpty()
            ? ""
            : "configuration error: "
                + problems.stream().map(Problem::toString).collect(Collectors.joining("\n"));
    return new StateWord(error.length() > LONGEST ? error.substring(0, LONGEST) : error, notServed);
  }

  /**
   * The status that says so.
   *
   * @param now the object that is there; conditions that stay keep their time
   * @param condition the type of the one about the configuration
   */
  Map<String, Object> status(@Nullable Fields now, String condition, long wallMs) {
    boolean sound = error.isEmpty();
    List<Condition> conditions = new ArrayList<>();
    conditions.add(
        new Condition(
            condition,
            sound ? "True" : "False",
            sound ? "Reconciled" : "ConfigurationError",
            error));
    if (!notServed.isEmpty()) {
      conditions.add(new Condition(NOT_SERVED, "True", NOT_SERVED, notServed));
    }
    Map<String, Object> status = new LinkedHashMap<>(total(conditions));
    status.put(
        "conditions", conditions.stream().map(c -> c.fields(since(now, c, wallMs))).toList());
    return status;
  }

  /** An entry of {@code status.conditions} (Kubernetes API, {@code meta/v1 Condition}). */
  record Condition(String type, String status, String reason, String message) {

    private Map<String, String> fields(String since) {
      return Map.of(
          "type", type,
          "status", status,
          "reason", reason,
          "message", message,
          "lastTransitionTime", since);
    }
  }

  /**
   * What conditions add up to, as MetalLB's tools expect it: one that is False spoils the whole,
   * and without any nothing is known yet.
   */
  static Map<String, String> total(List<Condition> conditions) {
    List<Condition> bad = conditions.stream().filter(c -> !c.status().equals("True")).toList();
    return Map.of(
        "result",
        conditions.isEmpty() ? "Unknown" : bad.isEmpty() ? "Valid" : "Invalid",
        "errorSummary",
        bad.stream().map(Condition::message).collect(Collectors.joining("\n")));
  }

  /** The time of a condition is that of its last change. */
  private static String since(@Nullable Fields now, Condition condition, long wallMs) {
    return (now == null ? Fields.NONE : now)
        .object("status").objects("conditions", c -> c).stream()
            .filter(c ->
                c.text("type").equals(condition.type())
                    && c.text("status").equals(condition.status()))
            .map(c -> c.text("lastTransitionTime"))
            .findFirst()
            .orElseGet(
                () -> Instant.ofEpochMilli(wallMs).truncatedTo(ChronoUnit.SECONDS).toString());
  }
}
