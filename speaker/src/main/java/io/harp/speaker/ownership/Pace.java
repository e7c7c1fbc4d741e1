package io.harp.speaker.ownership;

/**
 * Spreads announcements: each asks for its turn once and is sent then. An idle second saves up a
 * tenth of a second's worth, so a few addresses never wait.
 */
final class Pace {

  private final double intervalMs;
  private double nextMs = -1e15;

  /**
   * @param perSecond turns per second, at least 1
   */
  Pace(int perSecond) {
    this.intervalMs = 1_000.0 / Math.max(1, perSecond);
  }

  /** When the caller's turn is: {@code now}, or later. */
  long next(long now) {
    nextMs = Math.max(nextMs, now - 100.0);
    double turn = nextMs;
    nextMs += intervalMs;
    return turn <= now ? now : (long) Math.ceil(turn);
  }
}
