package io.harp.kube;

import io.fabric8.kubernetes.api.model.Condition;
import io.fabric8.kubernetes.api.model.ConditionBuilder;
import io.harp.config.Problem;
import io.harp.kube.crd.ConfigurationState;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
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
   * @param now what is there; conditions that stay keep their time
   * @param condition the type of the one about the configuration
   */
  ConfigurationState.Status status(
      @Nullable ConfigurationState now, String condition, long wallMs) {
    boolean sound = error.isEmpty();
    List<Condition> conditions = new ArrayList<>();
    conditions.add(
        new ConditionBuilder()
            .withType(condition)
            .withStatus(sound ? "True" : "False")
            .withReason(sound ? "Reconciled" : "ConfigurationError")
            .withMessage(error)
            .withLastTransitionTime(since(now, condition, sound ? "True" : "False", wallMs))
            .build());
    if (!notServed.isEmpty()) {
      conditions.add(
          new ConditionBuilder()
              .withType(NOT_SERVED)
              .withStatus("True")
              .withReason(NOT_SERVED)
              .withMessage(notServed)
              .withLastTransitionTime(since(now, NOT_SERVED, "True", wallMs))
              .build());
    }
    return ConfigurationState.Status.of(conditions);
  }

  /** The time of a condition is that of its last change. */
  private static String since(
      @Nullable ConfigurationState now, String type, String status, long wallMs) {
    return Optional.ofNullable(now)
        .map(ConfigurationState::getStatus)
        .map(ConfigurationState.Status::conditions)
        .flatMap(all ->
            all.stream()
                .filter(c -> type.equals(c.getType()) && status.equals(c.getStatus()))
                .findFirst())
        .map(Condition::getLastTransitionTime)
        .orElseGet(() -> Instant.ofEpochMilli(wallMs).truncatedTo(ChronoUnit.SECONDS).toString());
  }
}
