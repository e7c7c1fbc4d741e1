package io.harp.controller.status;

/** Notices when much is to be done at once, by counting in windows of a second. */
final class Burst {

  static final long WINDOW_MS = 1_000;
  static final int MANY = 20;

  private long windowMs = Long.MIN_VALUE / 2;
  private int before;
  private int count;

  /** One more thing is to be done. */
  synchronized void add(long nowMs) {
    turn(nowMs);
    count++;
  }

  /** Whether there were many in this window or the one before it. */
  synchronized boolean lasts(long nowMs) {
    turn(nowMs);
    return Math.max(before, count) > MANY;
  }

  private void turn(long nowMs) {
    long passed = (nowMs - windowMs) / WINDOW_MS;
    if (passed > 0) {
      before = passed == 1 ? count : 0;
      count = 0;
      windowMs = passed == 1 ? windowMs + WINDOW_MS : nowMs;
    }
  }
}
