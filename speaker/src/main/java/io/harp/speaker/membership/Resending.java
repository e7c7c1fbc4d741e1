package io.harp.speaker.membership;

import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jgroups.protocols.MERGE3;
import org.jgroups.protocols.UNICAST3;
import org.jgroups.protocols.pbcast.NAKACK2;
import org.jgroups.util.TimeScheduler;
import org.jspecify.annotations.Nullable;

/**
 * Asks again for lost messages, and looks for speakers outside the view, at the pace that {@link
 * Vigilance} wants. JGroups does both with timers of one pace; its own for messages are left at the
 * slow one, and what they do is done in between by one timer for both.
 */
final class Resending implements Vigilance.Watchkeeping {

  private final Timers timers;
  private final long looksMs;
  private final MERGE3 merge = new MERGE3();
  private final UNICAST3 unicast = new UNICAST3();
  private final NAKACK2 multicast = new NAKACK2();
  private @Nullable TimeScheduler scheduler;
  private @Nullable Future<?> task;

  /**
   * @param looksMs between two looks for speakers outside the view, while looking closely
   */
  Resending(Timers timers, long looksMs) {
    this.timers = timers;
    this.looksMs = looksMs;
    merge.setMinInterval(looksMs / 2).setMaxInterval(looksMs);
    unicast.setXmitInterval(timers.calmMs());
    multicast.setXmitInterval(timers.calmMs());
  }

  MERGE3 merge() {
    return merge;
  }

  UNICAST3 unicast() {
    return unicast;
  }

  NAKACK2 multicast() {
    return multicast;
  }

  /** From now on there is a scheduler; looks closely. */
  synchronized void start(TimeScheduler with) {
    scheduler = with;
    closely();
  }

  synchronized void stop() {
    scheduler = null;
    cancel();
  }

  @Override
  public synchronized void closely() {
    pace(looksMs);
    cancel();
    if (scheduler != null) {
      task =
          scheduler.scheduleWithFixedDelay(
              this::resend, 0, timers.resendMs(), TimeUnit.MILLISECONDS);
    }
  }

  @Override
  public synchronized void seldom() {
    pace(Math.max(looksMs, timers.calmMs()));
    cancel();
  }

  private void pace(long ms) {
    merge.setMinInterval(ms / 2).setMaxInterval(ms).setCheckInterval(ms * 8 / 5);
  }

  private void cancel() {
    if (task != null) {
      task.cancel(false);
      task = null;
    }
  }

  private void resend() {
    unicast.triggerXmit();
    multicast.triggerXmit();
  }
}
