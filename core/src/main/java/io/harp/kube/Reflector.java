package io.harp.kube;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.KubernetesResourceList;
import io.fabric8.kubernetes.api.model.ListOptions;
import io.fabric8.kubernetes.api.model.ListOptionsBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.Watch;
import io.fabric8.kubernetes.client.Watcher;
import io.fabric8.kubernetes.client.WatcherException;
import io.fabric8.kubernetes.client.dsl.FilterWatchListDeletable;
import io.harp.loop.Clock;
import java.net.HttpURLConnection;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps one kind of objects in view: lists them in pages, watches from there, and does both again
 * whenever the watch ends. It never gives up; pauses between attempts grow from 100 ms to 10 s.
 *
 * <p>It keeps only the names of what it has seen, to tell after a new list what is gone. Why not
 * fabric8's informer: that keeps whole objects, hides bookmarks and the moment a watch breaks, and
 * both decide whether a speaker may plan for others.
 */
final class Reflector<T extends HasMetadata> implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(Reflector.class);

  static final long PAGE = 500;
  static final long FIRST_PAUSE_MS = 100;
  static final long LONGEST_PAUSE_MS = 10_000;

  /** A watch that ends sooner than this counts as a failure, else a broken server would spin us. */
  private static final long SHORT_WATCH_MS = 1_000;

  /** The server is asked to end a watch after this; a silent one is then known to be dead. */
  static final long WATCH_SECONDS = 290;

  private static final long LONGEST_WATCH_MS = (WATCH_SECONDS + 20) * 1_000;

  private static final int FAILURES_UNTIL_LIST = 6;

  /** A server that sends bookmarks does so about once a minute. */
  private static final long LONGEST_SILENCE_MS = 90_000;

  /** Receives objects, never two calls at a time. */
  interface Sink<T> {
    void seen(T object);

    void gone(Name name);

    /** A whole list has been delivered. */
    void listed();
  }

  /** Namespace (empty for cluster-wide kinds) and name. */
  record Name(String namespace, String name) {
    static Name of(HasMetadata object) {
      String namespace = object.getMetadata().getNamespace();
      return new Name(namespace == null ? "" : namespace, object.getMetadata().getName());
    }
  }

  private final String what;
  private final FilterWatchListDeletable<T, ? extends KubernetesResourceList<T>, ?> source;
  private final Clock clock;
  private final Sink<T> sink;
  private final Thread thread;
  private final Set<Name> names = new HashSet<>();

  private @Nullable Session current;
  private @Nullable String resumeFrom;
  private boolean bookmarks;
  private volatile boolean closed;
  private volatile boolean listedOnce;
  private volatile long troubleSinceMs;
  private volatile boolean troubled;
  private volatile long lastHeardMs;
  private volatile long version;

  Reflector(
      String what,
      FilterWatchListDeletable<T, ? extends KubernetesResourceList<T>, ?> source,
      Clock clock,
      Sink<T> sink) {
    this.what = what;
    this.source = source;
    this.clock = clock;
    this.sink = sink;
    this.thread = ApiThreads.unstarted("watch-" + what, this::run);
  }

  void start() {
    thread.start();
  }

  boolean listedOnce() {
    return listedOnce;
  }

  boolean troubled() {
    return troubled;
  }

  /** When the present trouble began; means nothing without {@link #troubled}. */
  long troubleSinceMs() {
    return troubleSinceMs;
  }

  long lastHeardMs() {
    return lastHeardMs;
  }

  long version() {
    return version;
  }

  private void run() {
    long pause = FIRST_PAUSE_MS;
    int failures = 0;
    while (!closed) {
      long began = clock.nowMs();
      String failure;
      try {
        if (resumeFrom == null) {
          list();
        }
        failure = watch();
      } catch (InterruptedException e) {
        return;
      } catch (RuntimeException e) {
        failure = String.valueOf(e.getMessage());
        if (e instanceof KubernetesClientException k
            && k.getCode() == HttpURLConnection.HTTP_GONE) {
          resumeFrom = null;
        }
      }
      if (closed) {
        return;
      }
      if (clock.nowMs() - began >= SHORT_WATCH_MS) {
        pause = FIRST_PAUSE_MS;
      }
      failures = failure.isEmpty() ? 0 : failures + 1;
      if (failures % FAILURES_UNTIL_LIST == FAILURES_UNTIL_LIST - 1) {
        // The version we resume from may be one the server will never know, as after a restore.
        resumeFrom = null;
      }
      if (!failure.isEmpty()) {
        trouble(failure);
      }
      try {
        Thread.sleep(pause / 2 + ThreadLocalRandom.current().nextLong(pause / 2));
      } catch (InterruptedException e) {
        return;
      }
      pause = Math.min(LONGEST_PAUSE_MS, pause * 2);
    }
  }

  private void list() {
    Set<Name> missing = new HashSet<>(names);
    String next = null;
    String from;
    do {
      KubernetesResourceList<T> page =
          source.list(new ListOptionsBuilder().withLimit(PAGE).withContinue(next).build());
      heard(page.getMetadata().getResourceVersion());
      for (T object : page.getItems()) {
        Name name = Name.of(object);
        missing.remove(name);
        names.add(name);
        sink.seen(object);
      }
      from = page.getMetadata().getResourceVersion();
      next = page.getMetadata().getContinue();
    } while (next != null && !next.isEmpty() && !closed);
    names.removeAll(missing);
    missing.forEach(sink::gone);
    sink.listed();
    listedOnce = true;
    resumeFrom = from;
  }

  /** Watches until the watch ends; says why it ended, or nothing if that was to be expected. */
  private String watch() throws InterruptedException {
    Session session = new Session();
    synchronized (this) {
      current = session;
    }
    ListOptions options =
        new ListOptionsBuilder()
            .withResourceVersion(resumeFrom)
            .withAllowWatchBookmarks(true)
            .withTimeoutSeconds(WATCH_SECONDS)
            .build();
    try (Watch _ = source.watch(options, session)) {
      lastHeardMs = clock.nowMs();
      return awaitEnd(session);
    } finally {
      synchronized (this) {
        current = null;
      }
    }
  }

  private String awaitEnd(Session session) throws InterruptedException {
    long began = clock.nowMs();
    // After a second it has settled; then there is no hurry.
    for (int waitS = 1; !session.ended.await(waitS, TimeUnit.SECONDS); waitS = 5) {
      settled();
      long now = clock.nowMs();
      boolean silent = bookmarks && now - Math.max(began, lastHeardMs) > LONGEST_SILENCE_MS;
      if (silent || now - began > LONGEST_WATCH_MS) {
        return silent ? "the watch fell silent" : "the watch did not end in time";
      }
    }
    return clock.nowMs() - began < SHORT_WATCH_MS ? session.reason : "";
  }

  /** A server that is going down still opens watches, and ends them at once. */
  private void settled() {
    if (troubled) {
      troubled = false;
      log.info("watching {} again", what);
    }
  }

  private void trouble(String failure) {
    if (!troubled) {
      troubleSinceMs = clock.nowMs();
      troubled = true;
      log.warn("cannot watch {}: {}; what is known stays in force, trying again", what, failure);
    }
  }

  private void heard(@Nullable String resourceVersion) {
    lastHeardMs = clock.nowMs();
    if (resourceVersion != null) {
      version = Versions.number(resourceVersion);
    }
  }

  /** One watch. What arrives after it was given up is ignored. */
  private final class Session implements Watcher<T> {
    private final CountDownLatch ended = new CountDownLatch(1);
    private volatile String reason = "the API server ended the watch at once";

    @Override
    public void eventReceived(Action action, T object) {
      synchronized (Reflector.this) {
        if (current != this || object == null) {
          return;
        }
        String resourceVersion = object.getMetadata().getResourceVersion();
        heard(resourceVersion);
        settled();
        switch (action) {
          case ADDED, MODIFIED -> {
            names.add(Name.of(object));
            sink.seen(object);
          }
          case DELETED -> {
            names.remove(Name.of(object));
            sink.gone(Name.of(object));
          }
          case BOOKMARK -> bookmarks = true;
          case ERROR -> ended.countDown();
        }
        resumeFrom = resourceVersion == null ? resumeFrom : resourceVersion;
      }
    }

    @Override
    public void onClose() {
      ended.countDown();
    }

    @Override
    public void onClose(WatcherException cause) {
      synchronized (Reflector.this) {
        if (current == this && cause.isHttpGone()) {
          resumeFrom = null;
        }
      }
      if (cause.getCause() != null) {
        reason = String.valueOf(cause.getCause().getMessage());
      }
      ended.countDown();
    }
  }

  @Override
  public void close() {
    closed = true;
    thread.interrupt();
  }
}
