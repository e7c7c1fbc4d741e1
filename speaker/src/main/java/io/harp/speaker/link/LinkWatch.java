package io.harp.speaker.link;

import io.harp.loop.Clock;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A thread that notices within 200 ms when an interface appears, vanishes, or changes. The kernel
 * tells of most changes within milliseconds, but loses some when a link flaps; so every 50 ms the
 * carriers are read as well, every 150 ms the names, and every 5 s everything.
 */
final class LinkWatch implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(LinkWatch.class);

  private static final int POLL_MS = 50;
  private static final int NAMES_EVERY = 3;
  private static final long READ_ALL_MS = 5_000;

  /** Where many interfaces change at once, they are read at most this often. */
  private static final long MIN_GAP_MS = 20;

  private final Sysfs sysfs;
  private final Exclusions exclusions;
  private final Clock clock;
  private final Consumer<Interfaces> changed;
  private final Thread thread = Thread.ofPlatform().name("links").daemon().unstarted(this::run);
  private final List<Carrier> carriers = new ArrayList<>();
  private Set<String> names = Set.of();
  private Interfaces last = Interfaces.NONE;
  private volatile boolean stopping;

  /**
   * @param changed called on the watch's thread with each new picture, the first one at once
   */
  LinkWatch(Sysfs sysfs, Exclusions exclusions, Clock clock, Consumer<Interfaces> changed) {
    this.sysfs = sysfs;
    this.exclusions = exclusions;
    this.clock = clock;
    this.changed = changed;
  }

  void start() {
    thread.start();
  }

  private void run() {
    try (Netlink netlink = new Netlink()) {
      if (!netlink.isOpen()) {
        log.warn("the kernel does not tell of interface changes; looking every {} ms", POLL_MS);
      }
      readAll(true);
      watch(netlink);
    } finally {
      closeCarriers();
    }
  }

  private void watch(Netlink netlink) {
    long readMs = clock.nowMs();
    boolean dirty = false;
    for (int round = 0; !stopping; round++) {
      long gap = clock.nowMs() - readMs;
      dirty |= netlink.await((int) (dirty ? Math.max(1, MIN_GAP_MS - gap) : POLL_MS));
      dirty |= carriersChanged() || round % NAMES_EVERY == 0 && namesChanged();
      long now = clock.nowMs();
      if (dirty && now - readMs >= MIN_GAP_MS || now - readMs >= READ_ALL_MS) {
        readAll(false);
        readMs = clock.nowMs();
        dirty = false;
      }
    }
  }

  private void readAll(boolean first) {
    try {
      names = wantedNames();
      List<Nic> nics = sysfs.read(exclusions);
      openCarriers(nics);
      Interfaces now = Interfaces.of(nics, exclusions);
      if (first || !now.equals(last)) {
        last = now;
        changed.accept(now);
      }
    } catch (RuntimeException e) {
      log.error("interfaces could not be read; trying again in {} ms", READ_ALL_MS, e);
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

  private boolean carriersChanged() {
    boolean any = false;
    for (Carrier carrier : carriers) {
      any |= carrier.changed();
    }
    return any;
  }

  private void openCarriers(List<Nic> nics) {
    closeCarriers();
    for (Nic nic : nics) {
      try {
        carriers.add(new Carrier(new RandomAccessFile(sysfs.carrier(nic.name()).toFile(), "r")));
      } catch (IOException e) {
        log.debug("{} vanished while it was looked at", nic.name());
      }
    }
  }

  private void closeCarriers() {
    carriers.forEach(Carrier::close);
    carriers.clear();
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

  /** A carrier file kept open: reading it again costs two system calls and no memory. */
  private static final class Carrier {
    private static final int UNREADABLE = -2;

    private final RandomAccessFile file;
    private int last;

    Carrier(RandomAccessFile file) {
      this.file = file;
      this.last = read();
    }

    boolean changed() {
      int before = last;
      last = read();
      return last != before;
    }

    // It cannot be read while the interface is down, nor after it was deleted.
    private int read() {
      try {
        file.seek(0);
        return file.read();
      } catch (IOException e) {
        return UNREADABLE;
      }
    }

    void close() {
      try {
        file.close();
      } catch (IOException e) {
        log.debug("a carrier file did not close", e);
      }
    }
  }
}
