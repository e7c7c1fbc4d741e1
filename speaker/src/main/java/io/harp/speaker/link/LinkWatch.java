package io.harp.speaker.link;

import io.harp.loop.Clock;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A thread that notices within 200 ms when an interface appears, vanishes, or changes. The kernel
 * tells of most changes within milliseconds, but merges those of a carrier that flaps; so every 100
 * ms it is also asked how often each carrier has changed, which no flap is too short for. Where it
 * does not tell, names are read every 200 ms and everything every 5 s; otherwise a look at the
 * names every 5 s and at everything every 30 s are for what it might have kept back.
 */
final class LinkWatch implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(LinkWatch.class);

  /** What the watch tells. */
  interface Listener {
    /** Each new picture, the first one at once. */
    void changed(Interfaces now);

    /** Links whose cable was out for a moment, and is back. */
    void flapped(List<String> names);
  }

  private static final int POLL_MS = 100;

  /** Polls between two looks at the names, with and without the kernel's notifications. */
  private static final int NAMES_EVERY = 50;

  private static final int UNTOLD_NAMES_EVERY = 2;

  /** Between two looks at everything, with and without the kernel's notifications. */
  private static final long READ_ALL_MS = 30_000;

  private static final long UNTOLD_READ_ALL_MS = 5_000;

  /** Where many interfaces change at once, they are read at most this often. */
  private static final long MIN_GAP_MS = 20;

  private final Sysfs sysfs;
  private final Exclusions exclusions;
  private final Clock clock;
  private final Listener listener;
  private final Thread thread = Thread.ofPlatform().name("links").daemon().unstarted(this::run);
  private final Carriers carriers;
  private Set<String> names = Set.of();
  private Interfaces last = Interfaces.NONE;
  private volatile boolean stopping;

  /**
   * @param listener called on the watch's thread
   */
  LinkWatch(Sysfs sysfs, Exclusions exclusions, Clock clock, Listener listener) {
    this.sysfs = sysfs;
    this.carriers = new Carriers(sysfs);
    this.exclusions = exclusions;
    this.clock = clock;
    this.listener = listener;
  }

  void start() {
    thread.start();
  }

  private void run() {
    try (Netlink netlink = new Netlink()) {
      if (!netlink.isOpen()) {
        log.warn("the kernel does not tell of interface changes; looking every {} ms", POLL_MS);
      }
      watch(netlink, readAll(true));
    } finally {
      carriers.close();
    }
  }

  private void watch(Netlink netlink, boolean readAtFirst) {
    int namesEvery = netlink.isOpen() ? NAMES_EVERY : UNTOLD_NAMES_EVERY;
    long readAllMs = netlink.isOpen() ? READ_ALL_MS : UNTOLD_READ_ALL_MS;
    long readMs = clock.nowMs();
    boolean read = readAtFirst;
    boolean dirty = false;
    for (int round = 0; !stopping; round++) {
      long gap = clock.nowMs() - readMs;
      dirty |= netlink.await((int) (dirty ? Math.max(1, MIN_GAP_MS - gap) : POLL_MS));
      dirty |= carriers.haveChanged() || round % namesEvery == 0 && namesChanged();
      long sinceMs = clock.nowMs() - readMs;
      if (dirty && sinceMs >= MIN_GAP_MS || sinceMs >= (read ? readAllMs : UNTOLD_READ_ALL_MS)) {
        read = readAll(false);
        readMs = clock.nowMs();
        dirty = false;
      }
    }
  }

  /** Returns whether they could be read. */
  private boolean readAll(boolean first) {
    try {
      names = wantedNames();
      // Counted before the carriers are looked at: what changes in between is counted next time.
      Set<String> moved = carriers.take(names);
      Interfaces before = last;
      Interfaces now = Interfaces.of(sysfs.read(exclusions), exclusions);
      last = now;
      if (first || !now.equals(before)) {
        listener.changed(now);
      }
      List<String> flapped = now.flapped(before, moved);
      if (!flapped.isEmpty()) {
        listener.flapped(flapped);
      }
      return true;
    } catch (RuntimeException e) {
      log.error("interfaces could not be read; trying again in {} ms", UNTOLD_READ_ALL_MS, e);
      return false;
    }
  }

  private boolean namesChanged() {
    return !names.equals(wantedNames());
  }

  private Set<String> wantedNames() {
    Set<String> wanted = new HashSet<>();
    for (String name : sysfs.names()) {
      if (!exclusions.matches(name)) {
        wanted.add(name);
      }
    }
    return wanted;
  }

  /** Stops the thread; waits for it at most a second. */
  @Override
  public void close() {
    stopping = true;
    try {
      thread.join(1000);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
