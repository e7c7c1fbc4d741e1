package io.harp.controller.admission;

import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/** What is done about something that should not be. */
public enum Severity {
  OFF,
  WARN,
  DENY;

  /**
   * Reads the value of a flag.
   *
   * @throws IllegalArgumentException in one line that lists what is possible
   */
  public static Severity of(String text) {
    for (Severity each : values()) {
      if (each.text().equals(text)) {
        return each;
      }
    }
    throw new IllegalArgumentException(
        "\""
            + text
            + "\" is none of "
            + Arrays.stream(values()).map(Severity::text).collect(Collectors.joining(", ")));
  }

  public String text() {
    return name().toLowerCase(Locale.ROOT);
  }
}
