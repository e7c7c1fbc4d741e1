package io.harp.loop;

/** The two clocks a daemon reads. Everything else takes time as an argument. */
public interface Clock {

  /**
   * Milliseconds of a clock that never jumps and runs while the process is stopped; its origin
   * means nothing.
   */
  long nowMs();

  /** Milliseconds since 1970-01-01 UTC, for what people and other hosts read; it may jump. */
  long wallMs();

  /** The system's clocks. */
  static Clock system() {
    return SystemClock.INSTANCE;
  }

  /** Reads {@code CLOCK_MONOTONIC} and {@code CLOCK_REALTIME}. */
  enum SystemClock implements Clock {
    INSTANCE;

    @Override
    public long nowMs() {
      return System.nanoTime() / 1_000_000;
    }

    @Override
    public long wallMs() {
      return System.currentTimeMillis();
    }
  }
}
