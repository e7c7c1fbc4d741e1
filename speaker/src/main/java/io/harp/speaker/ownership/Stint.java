package io.harp.speaker.ownership;

import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * A share of one turn of the loop, by the clock and not by the number of things done: a young JVM
 * takes ten times as long for each as the same JVM a second later, and a turn that takes longer
 * than the right to send lasts would mute this speaker.
 *
 * @param nanos tells the time
 * @param endNanos when the share is used up
 */
record Stint(LongSupplier nanos, long endNanos) {

  /** A quarter of the shortest right to send at the default detection time. */
  private static final long MS = 60;

  /** Begins a share of {@link #MS}. */
  static Stint begin(LongSupplier nanos) {
    return new Stint(nanos, nanos.getAsLong() + TimeUnit.MILLISECONDS.toNanos(MS));
  }

  boolean isOver() {
    return nanos.getAsLong() - endNanos >= 0;
  }
}
