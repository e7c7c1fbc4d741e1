package io.harp.speaker.announcement;

/**
 * The right to send, as the responder's threads see it: open until a moment in time, checked
 * immediately before each send. The loop thread moves that moment; it is written as one value, so
 * no reader sees half of a change.
 */
public final class Gate {

  private volatile long untilNanos = System.nanoTime();
  private volatile boolean always;

  /** Whether a frame about an address may leave now. */
  public boolean isOpen() {
    return always || System.nanoTime() - untilNanos < 0;
  }

  /** Open for {@code ms} milliseconds from now; 0 or less shuts it at once. */
  public void openFor(long ms) {
    untilNanos = System.nanoTime() + ms * 1_000_000;
  }

  /** Open for ever, for a speaker that runs without a fence. */
  public void openAlways() {
    always = true;
  }
}
