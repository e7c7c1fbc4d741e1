package io.harp.speaker;

import io.harp.loop.Clock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Log lines of one kind. Up to {@link #AT_ONCE} that come together are logged one by one, and
 * beyond that once a second as a number: a thousand addresses that move together are one piece of
 * news, and a thousand lines take longer than the move.
 */
final class Chatter {

  private static final Logger log = LoggerFactory.getLogger("speaker");

  static final int AT_ONCE = 20;

  /** After so long without a line the next ones are news of their own; also between two numbers. */
  static final long QUIET_MS = 1_000;

  private final String inAll;
  private final Clock clock;
  private int together;
  private int counted;
  private long saidMs;
  private long countMs;

  /**
   * @param inAll what is said of many, with {@code {}} for their number
   */
  Chatter(String inAll, Clock clock) {
    this.inAll = inAll;
    this.clock = clock;
  }

  /** Logs a line, or counts it. */
  void say(String format, Object... arguments) {
    long now = clock.nowMs();
    together = now - saidMs > QUIET_MS ? 1 : together + 1;
    saidMs = now;
    if (together <= AT_ONCE) {
      log.info(format, arguments);
      countMs = now;
    } else {
      counted++;
    }
  }

  /** A turn of the loop is over. What was counted when the process ends is not told any more. */
  void flush() {
    if (counted > 0 && clock.nowMs() - countMs >= QUIET_MS) {
      log.info(inAll, counted);
      counted = 0;
      countMs = clock.nowMs();
    }
  }
}
