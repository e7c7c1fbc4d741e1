package io.harp.speaker.announcement;

import io.harp.loop.Clock;

/**
 * The right to send, as the responder's threads see it: open until a moment in time, checked
 * immediately before each send. The loop thread moves that moment; it is written as one value, so
 * no reader sees half of a change.
 *
 * <p>It is a moment and no duration: whoever works out a duration can be stopped before it counts,
 * and would open the gate for all of it on waking.
 */
public final class Gate {

  private final Clock clock;
  private volatile long untilMs = Long.MIN_VALUE;
  private volatile boolean always;

  /** Shut until it is opened. */
  public Gate(Clock clock) {
    this.clock = clock;
  }

  /** Whether a frame about an address may leave now. */
  public boolean isOpen() {
    return always || clock.nowMs() < untilMs;
  }

  /**
   * Open until a moment of {@link Clock#nowMs}, and not for a moment longer; shut at once if it has
   * passed.
   */
  public void openUntil(long ms) {
    untilMs = ms;
  }

  /** Open for ever, for a speaker that runs without a fence. */
  public void openAlways() {
    always = true;
  }
}
