package io.harp.controller.status;

import io.harp.kube.Api;
import io.harp.kube.ApiProblem;
import io.harp.kube.Fields;
import io.harp.kube.Json;
import io.harp.kube.RawServices;
import io.harp.kube.Resource;
import io.harp.kube.Translate;
import io.harp.model.LbService;
import io.harp.model.ServiceKey;
import java.net.HttpURLConnection;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes the status of Services say what is wanted: addresses and pool annotation in one update of
 * the status subresource, fenced by the version it was made from. MetalLB's own rights suffice for
 * that.
 *
 * <p>At most 16 writes are under way; further ones wait, one per Service, and only the newest wish
 * of a Service counts. A failed write is tried again after 100 ms to 30 s until it succeeds, is
 * overtaken, or the Service is gone.
 */
public final class StatusWriter implements RawServices {

  private static final Logger log = LoggerFactory.getLogger(StatusWriter.class);

  private static final int MAX_UNDER_WAY = 16;
  private static final long FIRST_PAUSE_MS = 100;
  private static final long LONGEST_PAUSE_MS = 30_000;
  private static final long FAREWELL_MS = 1_000;

  /** Conflicts in a row that are answered by reading the Service again at once. */
  private static final int QUICK_RETRIES = 3;

  /** What we know and want of one Service. */
  private static final class Entry {
    @Nullable Known known;
    @Nullable Wanted wanted;
    boolean running;
  }

  private final Api api;
  private final BooleanSupplier mayWrite;
  private final Tally tally;
  private final AtomicInteger unwritten = new AtomicInteger();
  private final Burst burst = new Burst();
  private final Semaphore permits = new Semaphore(MAX_UNDER_WAY);
  private final Map<ServiceKey, Entry> entries = new HashMap<>();
  private volatile boolean annotationsKept;
  private volatile boolean annotationsIgnored;
  private volatile boolean closed;

  /**
   * @param mayWrite whether a write may be sent now
   */
  public StatusWriter(Api api, BooleanSupplier mayWrite, Tally tally) {
    this.api = api;
    this.mayWrite = mayWrite;
    this.tally = tally;
  }

  @Override
  public synchronized void seen(Fields object, LbService service) {
    if (!service.loadBalancer() && Wanted.NOTHING.isSaidBy(service)) {
      gone(service.key()); // never ours, or no more: nothing will be written
      return;
    }
    learn(entries.computeIfAbsent(service.key(), _ -> new Entry()), new Known(object, service));
  }

  /** What we read ourselves may overtake events of the watch. */
  private static void learn(Entry entry, Known now) {
    if (entry.known == null || !now.isOlderThan(entry.known)) {
      entry.known = now;
    }
  }

  @Override
  public synchronized void gone(ServiceKey key) {
    Entry entry = entries.remove(key);
    if (entry != null) {
      entry.wanted = null;
    }
  }

  /** Writes {@code wanted} unless {@code service} says it already. Returns whether it writes. */
  public synchronized boolean want(LbService service, Wanted wanted) {
    Entry entry = entries.get(service.key());
    if (entry == null || entry.known == null) {
      return false; // gone meanwhile; the event of that follows
    }
    if (isSaid(entry.known, wanted)) {
      entry.wanted = null;
      return false;
    }
    boolean news = !wanted.equals(entry.wanted);
    entry.wanted = wanted;
    if (!entry.running) {
      entry.running = true;
      unwritten.incrementAndGet();
      burst.add(nowMs());
      Thread.ofVirtual().name("status-" + service.key()).start(() -> run(service.key(), entry));
    }
    return news;
  }

  /** How events refer to a Service; empty if it is gone. */
  synchronized Optional<Reference> reference(ServiceKey key) {
    return Optional.ofNullable(entries.get(key)).map(e -> e.known).map(Known::reference);
  }

  private boolean isSaid(Known known, Wanted wanted) {
    return known.says(wanted, !annotationsIgnored);
  }

  private void run(ServiceKey key, Entry entry) {
    long pause = FIRST_PAUSE_MS;
    int conflicts = 0;
    try {
      while (!closed) {
        boolean again = false;
        permits.acquire();
        try {
          if (closed || !attempt(entry)) {
            return;
          }
          pause = FIRST_PAUSE_MS;
          conflicts = 0;
          again = true;
        } catch (ApiProblem e) {
          again = failed(key, entry, e, pause == FIRST_PAUSE_MS, conflicts++);
        } finally {
          permits.release();
        }
        if (!again) {
          Thread.sleep(pause / 2 + ThreadLocalRandom.current().nextLong(pause / 2));
          pause = Math.min(LONGEST_PAUSE_MS, pause * 2);
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Writes once if there is anything to write; otherwise the Service is done with. */
  private boolean attempt(Entry entry) throws InterruptedException {
    Wanted wanted;
    Known known;
    synchronized (this) {
      wanted = entry.wanted;
      known = entry.known;
      if (wanted == null || known == null || isSaid(known, wanted)) {
        entry.wanted = null;
        entry.running = false;
        unwritten.decrementAndGet();
        return false;
      }
    }
    // After the version was obtained: whoever leads next fences after our right has ended, and then
    // this version is an old one.
    if (mayWrite.getAsBoolean()) {
      write(entry, known, wanted);
    } else {
      Thread.sleep(FIRST_PAUSE_MS);
    }
    return true;
  }

  /** Returns whether to try again at once. */
  private boolean failed(ServiceKey key, Entry entry, ApiProblem e, boolean first, int conflicts) {
    switch (e.status()) {
      case HttpURLConnection.HTTP_NOT_FOUND -> {
        gone(key);
        return true;
      }
      case HttpURLConnection.HTTP_CONFLICT -> {
        tally.conflict(Tally.What.SERVICE);
        if (conflicts < QUICK_RETRIES) {
          reread(key, entry);
          return true;
        }
      }
      default -> {
        tally.failed(Tally.What.SERVICE);
        if (first) {
          log.warn("{}: cannot write the status: {}; trying again", key, e.getMessage());
        }
      }
    }
    reread(key, entry);
    return false;
  }

  private void write(Entry entry, Known known, Wanted wanted) {
    long began = System.nanoTime();
    byte[] answer = api.send("PUT", known.statusPath(), known.saying(wanted));
    tally.written(Tally.What.SERVICE, (System.nanoTime() - began) / 1e9);
    check(answer, wanted);
    synchronized (this) {
      if (wanted.equals(entry.wanted)) {
        entry.wanted = null;
      }
    }
  }

  /** Answers are read only until one shows how this server treats annotations. */
  private void check(byte[] answer, Wanted wanted) {
    if (annotationsKept || annotationsIgnored || wanted.pool().isEmpty()) {
      return;
    }
    Optional<LbService> now = read(answer).filter(s -> wanted.addresses().equals(s.ingress()));
    if (now.isEmpty()) {
      return;
    }
    if (wanted.isSaidBy(now.get())) {
      annotationsKept = true;
    } else {
      annotationsIgnored = true;
      log.warn("this API server ignores annotations in a status; pools will not be annotated");
    }
  }

  private static Optional<LbService> read(byte[] answer) {
    try {
      return Translate.readable(Fields.of("", Json.object(answer)));
    } catch (IllegalArgumentException e) {
      return Optional.empty(); // whoever stands before the server answers as he likes
    }
  }

  /** What stopped us may have been a newer version, and its event may be late. */
  private void reread(ServiceKey key, Entry entry) {
    Optional<Fields> now;
    try {
      now = api.find(Resource.SERVICES.path(key.namespace(), key.name()));
    } catch (ApiProblem e) {
      return; // the next attempt says more
    }
    if (now.isEmpty()) {
      gone(key);
      return;
    }
    Optional<LbService> service = Translate.readable(now.get());
    synchronized (this) {
      service.ifPresent(s -> learn(entry, new Known(now.get(), s)));
    }
  }

  /** Whether so many statuses are to be written that whatever else there is should wait. */
  public boolean isBusy() {
    return burst.lasts(nowMs());
  }

  private static long nowMs() {
    return System.nanoTime() / 1_000_000;
  }

  /** Services whose write waits or is under way. */
  public int unwritten() {
    return unwritten.get();
  }

  /** Sends nothing more; returns whether all that was sent has been answered, within 1 s. */
  public boolean drain() {
    closed = true;
    try {
      return permits.tryAcquire(MAX_UNDER_WAY, FAREWELL_MS, TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }
}
