package io.harp.loop;

import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one thread that owns a daemon's state. Others post events; the loop handles them one after
 * another and, every {@code tickMs}, lets the owner look at the clock.
 *
 * <p>What waits is bounded. At the bound {@link #post} waits, which slows the source of the events
 * (a watch, the membership); {@link #offer} drops the event and counts it, for sources that must
 * never wait (the wire). What was posted is handled before what was offered.
 */
public final class Loop implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(Loop.class);

  /**
   * The owner's look at the clock. The loop calls it after every event, or a few that waited
   * together, and whenever the deadline it gave has come.
   */
  @FunctionalInterface
  public interface Tick {

    /**
     * @return when to look again at the latest, in the milliseconds of {@link Clock#nowMs}
     */
    long at(long nowMs);

    /**
     * Called instead where nothing has changed since the last look but the time: an owner may know
     * that little of what it looks at depends on that.
     *
     * @return as {@link #at}
     */
    default long glance(long nowMs) {
      return at(nowMs);
    }
  }

  /** So many events that wait share a tick, at most. */
  private static final int TOGETHER = 64;

  /** After so many milliseconds it is time for the tick, unless that itself takes longer. */
  private static final long TOGETHER_MS = 5;

  /** After so many milliseconds it is in any case. */
  private static final long TOGETHER_AT_MOST_MS = 20;

  private final String name;
  private final Clock clock;
  private final int longestMs;
  private final Inbox inbox;
  private final AtomicLong dropped = new AtomicLong();
  private final Thread thread;
  private boolean changed = true;
  private long lookedMs;
  private long lookTookMs;
  private volatile long lastProgressMs;
  private volatile boolean stopping;
  private volatile Tick tick = _ -> Long.MAX_VALUE;
  private volatile FatalHandler fatal = LoopFatal::halt;

  /** What to do when the owner's own code threw: it believed in a world that is not. */
  @FunctionalInterface
  public interface FatalHandler {
    void died(String loop, Throwable cause);
  }

  /**
   * @param longestMs the longest time between two ticks, in milliseconds, at least 1
   * @param bound how many posted and how many offered events may wait, at least 1
   */
  public Loop(String name, Clock clock, int longestMs, int bound) {
    this.name = name;
    this.clock = clock;
    this.longestMs = longestMs;
    this.inbox = new Inbox(bound);
    this.lastProgressMs = clock.nowMs();
    this.thread = Thread.ofPlatform().name(name).unstarted(this::run);
  }

  /** Starts the thread, which calls {@code tick} first of all. */
  public void start(Tick tick) {
    this.tick = tick;
    thread.start();
  }

  /**
   * Replaces the reaction to an exception that escapes an event, which by default ends the process.
   */
  public void onFatal(FatalHandler handler) {
    this.fatal = handler;
  }

  /** Queues an event; waits while there is no room. Ignored once the loop is closed. */
  public void post(Runnable event) {
    boolean queued = false;
    try {
      while (!stopping && !queued) {
        queued = inbox.put(event, 100);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /**
   * Queues an event behind those that were posted before, if there is room. Never waits: for the
   * loop's own thread, which nobody else would make room for.
   */
  public boolean append(Runnable event) {
    try {
      return inbox.put(event, 0);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  /** Queues an event, or drops and counts it if there is no room. Never waits. */
  public boolean offer(Runnable event) {
    if (inbox.offer(event)) {
      return true;
    }
    dropped.incrementAndGet();
    return false;
  }

  /**
   * As {@link #post}, for an event that may leave everything as it was.
   *
   * @param event returns whether it has changed anything
   */
  public void postLight(BooleanSupplier event) {
    post(new Light(event));
  }

  /** As {@link #offer}, for an event as in {@link #postLight}. */
  public boolean offerLight(BooleanSupplier event) {
    return offer(new Light(event));
  }

  /** Marks events that say whether they have changed anything. */
  private record Light(BooleanSupplier event) implements Runnable {
    boolean hasChangedSomething() {
      return event.getAsBoolean();
    }

    @Override
    public void run() {
      hasChangedSomething();
    }
  }

  /** How many events {@link #offer} dropped since the start. */
  public long dropped() {
    return dropped.get();
  }

  /** How many events wait now. */
  public int waiting() {
    return inbox.size();
  }

  /** Milliseconds since the loop last finished an event or a tick: what {@code /healthz} judges. */
  public long stalledMs() {
    return clock.nowMs() - lastProgressMs;
  }

  private void run() {
    long deadline = clock.nowMs();
    lookedMs = deadline - TOGETHER_MS;
    while (!stopping) {
      try {
        long wait = Math.clamp(deadline - clock.nowMs(), 0, longestMs);
        Runnable event = inbox.poll(wait);
        // The tick goes first: a process that was stopped must notice before it handles the
        // backlog.
        long now = clock.nowMs();
        if (event == null || now >= deadline && now - lookedMs >= TOGETHER_MS) {
          deadline = look(now);
        }
        if (event != null) {
          long since = clock.nowMs();
          handle(event);
          takeWhatWaits(since, deadline);
          deadline = look(clock.nowMs());
        }
        lastProgressMs = clock.nowMs();
      } catch (InterruptedException e) {
        stopping = true;
      } catch (RuntimeException | Error e) {
        log.error(
            "{}: the owner of the state failed; ending, since a restart is better than a wrong"
                + " state",
            name,
            e);
        stopping = true;
        fatal.died(name, e);
      }
    }
  }

  private void handle(Runnable event) {
    if (event instanceof Light light) {
      changed |= light.hasChangedSomething();
    } else {
      event.run();
      changed = true;
    }
  }

  private long look(long now) {
    long deadline = changed ? tick.at(now) : tick.glance(now);
    changed = false;
    lookedMs = clock.nowMs();
    lookTookMs = lookedMs - now;
    return deadline;
  }

  /**
   * What came meanwhile shares a tick, as what follows from a state is worked out anew in each. Not
   * beyond the time for which a tick is due, but for as long as a tick takes: one that is always
   * late would leave each event a tick of its own, and the more events wait the later it would be.
   */
  private void takeWhatWaits(long since, long deadline) throws InterruptedException {
    long asLong = since + Math.min(lookTookMs, TOGETHER_AT_MOST_MS);
    long end = Math.max(Math.min(deadline, since + TOGETHER_MS), asLong);
    for (int taken = 1; taken < TOGETHER && clock.nowMs() < end && !stopping; taken++) {
      Runnable event = inbox.poll(0);
      if (event == null) {
        return;
      }
      handle(event);
    }
  }

  /** Stops after the current event. Events that still wait are dropped. */
  @Override
  public void close() {
    stopping = true;
    if (Thread.currentThread() != thread) {
      thread.interrupt();
    }
  }

  /** Ends the process at once; shutdown hooks would wait for the loop that just died. */
  private static final class LoopFatal {
    static void halt(String loop, Throwable cause) {
      System.err.println("harp: " + loop + " failed: " + cause);
      Runtime.getRuntime().halt(70);
    }
  }
}
