package io.harp.speaker;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Log lines of one kind. Those of one turn of the loop are logged one by one up to {@link
 * #AT_ONCE}, and beyond that as a number: a thousand addresses that move together are one piece of
 * news, and a thousand lines take longer than the move.
 */
final class Chatter {

  private static final Logger log = LoggerFactory.getLogger("speaker");

  static final int AT_ONCE = 20;

  private final String inAll;
  private int now;

  /**
   * @param inAll what is said of many, with {@code {}} for their number
   */
  Chatter(String inAll) {
    this.inAll = inAll;
  }

  /** Logs a line, or counts it. */
  void say(String format, Object... arguments) {
    if (++now <= AT_ONCE) {
      log.info(format, arguments);
    }
  }

  /** The turn of the loop is over. */
  void flush() {
    if (now > AT_ONCE) {
      log.info(inAll, now);
    }
    now = 0;
  }
}
