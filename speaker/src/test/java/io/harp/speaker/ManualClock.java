package io.harp.speaker;

import io.harp.loop.Clock;

/** Shows what it is set to. */
public final class ManualClock implements Clock {

  public volatile long now;

  public ManualClock(long now) {
    this.now = now;
  }

  @Override
  public long nowMs() {
    return now;
  }

  @Override
  public long wallMs() {
    return now;
  }
}
