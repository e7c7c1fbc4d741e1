package io.harp.config;

import java.util.List;
import java.util.Optional;

/**
 * What became of one object: a value, or at least one problem.
 *
 * @param value empty if there are problems
 */
public record Parsed<T>(Optional<T> value, List<Problem> problems) {

  public Parsed {
    problems = List.copyOf(problems);
  }

  public static <T> Parsed<T> of(T value) {
    return new Parsed<>(Optional.of(value), List.of());
  }

  public static <T> Parsed<T> broken(List<Problem> problems) {
    return new Parsed<>(Optional.empty(), problems);
  }
}
