package io.harp.speaker.capture;

/**
 * Sums up a counter of 32 bits that wraps, and that begins at zero with each handle. Written by one
 * thread at a time, read by any.
 */
final class Drops {

  private static final long WRAP = 1L << 32;

  private long last;
  private long sum;

  /** The counter shows {@code value}, 0 to 2^32-1. */
  synchronized void now(long value) {
    sum += Math.floorMod(value - last, WRAP);
    last = value;
  }

  /** The counter begins at zero again. */
  synchronized void restart() {
    last = 0;
  }

  synchronized long sum() {
    return sum;
  }
}
