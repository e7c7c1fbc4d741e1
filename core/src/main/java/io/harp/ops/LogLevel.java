package io.harp.ops;

import ch.qos.logback.classic.Level;
import java.util.Locale;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** How much the daemon says, by MetalLB's names of the levels. */
public final class LogLevel {

  private LogLevel() {}

  /**
   * Sets the level of everything that is logged.
   *
   * @param level all, debug, info, warn, error or none
   * @throws IllegalArgumentException for any other text
   */
  public static void set(String level) {
    Level to =
        switch (level.toLowerCase(Locale.ROOT)) {
          case "all" -> Level.TRACE;
          case "debug" -> Level.DEBUG;
          case "info" -> Level.INFO;
          case "warn" -> Level.WARN;
          case "error" -> Level.ERROR;
          case "none" -> Level.OFF;
          default ->
              throw new IllegalArgumentException(
                  "\"" + level + "\" is none of all, debug, info, warn, error and none");
        };
    if (LoggerFactory.getLogger(Logger.ROOT_LOGGER_NAME)
        instanceof ch.qos.logback.classic.Logger root) {
      root.setLevel(to);
    }
  }
}
