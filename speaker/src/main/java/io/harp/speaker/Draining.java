package io.harp.speaker;

import io.harp.loop.Clock;
import io.harp.loop.Loop;
import io.harp.speaker.ownership.Speaker;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The orderly end: hands over what is held, and looks every 10 ms whether that is done. */
final class Draining {

  private static final Logger log = LoggerFactory.getLogger(Draining.class);

  /** Each look is a turn of the loop, which has a thousand addresses to release meanwhile. */
  private static final long LOOK_NANOS = 10_000_000;

  private final Speaker speaker;
  private final Loop loop;
  private final Clock clock;
  private final CountDownLatch done = new CountDownLatch(1);

  Draining(Speaker speaker, Loop loop, Clock clock) {
    this.speaker = speaker;
    this.loop = loop;
    this.clock = clock;
  }

  /**
   * Returns when nothing is held any longer, or after {@code withinMs}.
   *
   * @return whether the loop still turned; a loop that does not cannot hand over
   */
  boolean drain(long withinMs) {
    long end = clock.nowMs() + withinMs;
    loop.post(() -> {
      log.info("Stopping, with {} addresses to hand over", speaker.held().size());
      speaker.drain(clock.nowMs());
      look(end);
    });
    try {
      return done.await(withinMs + 100, TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  private void look(long end) {
    boolean drained = speaker.isDrained();
    if (drained || clock.nowMs() >= end) {
      if (!drained) {
        log.warn(
            "{} addresses were not taken over by another speaker in time", speaker.held().size());
      }
      speaker.leave();
      done.countDown();
    } else {
      Thread.ofVirtual()
          .start(() -> {
            LockSupport.parkNanos(LOOK_NANOS);
            loop.post(() -> look(end));
          });
    }
  }
}
