package io.harp.e2e.agent;

import java.util.concurrent.locks.LockSupport;

/** A steady beat: what one turn was late is not added to the next. */
final class Pace {

  private final long intervalNs;
  private long dueNs = System.nanoTime();

  Pace(long intervalMs) {
    this.intervalNs = intervalMs * 1_000_000;
  }

  /** Waits for the next beat; beats that were missed altogether are left out. */
  void await() {
    dueNs += intervalNs;
    long now = System.nanoTime();
    if (now - dueNs > intervalNs) {
      dueNs = now;
    }
    while (dueNs - now > 0) {
      LockSupport.parkNanos(dueNs - now);
      now = System.nanoTime();
    }
  }
}
