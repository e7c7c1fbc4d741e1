package io.harp.controller.admission;

import java.util.List;
import java.util.Optional;

/**
 * Yes or no, with words for the author.
 *
 * @param denial why not; empty means yes
 * @param warnings shown by kubectl whatever the answer is
 */
public record Answer(Optional<String> denial, List<String> warnings) {

  public static final Answer YES = new Answer(Optional.empty(), List.of());

  public Answer {
    warnings = List.copyOf(warnings);
  }

  public static Answer yes(List<String> warnings) {
    return new Answer(Optional.empty(), warnings);
  }

  public static Answer no(String why) {
    return new Answer(Optional.of(why), List.of());
  }
}
