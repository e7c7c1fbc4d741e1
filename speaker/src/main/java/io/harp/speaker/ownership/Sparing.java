package io.harp.speaker.ownership;

import java.util.OptionalLong;

/** Lets something happen only so often: at once if the last time is long enough ago, else later. */
final class Sparing {

  private final long apartMs;
  private long next = Long.MIN_VALUE;
  private boolean waiting;

  /**
   * @param apartMs between two times, in milliseconds, at least 1
   */
  Sparing(long apartMs) {
    this.apartMs = apartMs;
  }

  /** When to do it: now, at a later moment, or never, since it will be done anyway. */
  OptionalLong when(long now) {
    if (waiting) {
      return OptionalLong.empty();
    }
    waiting = now < next;
    return OptionalLong.of(Math.max(now, next));
  }

  /** It is done. */
  void done(long now) {
    waiting = false;
    next = now + apartMs;
  }
}
