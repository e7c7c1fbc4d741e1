package io.harp.kube;

import io.harp.loop.Clock;
import java.net.HttpURLConnection;
import java.util.HashSet;
import java.util.Objects;
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
final class Reflector implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(Reflector.class);

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

  /**
   * Receives objects, never two calls at a time. One that throws {@link Fields.WrongType} has not
   * seen the object: what it knows of it stays in force, and the log says why.
   */
  interface Sink {
    void seen(Fields object);

    void gone(Name name);

    /** A whole list has been delivered. */
    void listed();
  }

  /** Namespace (empty for cluster-wide kinds) and name. */
  record Name(String namespace, String name) {
    static Name of(Fields object) {
      return new Name(object.namespace(), object.name());
    }
  }

  private final Api api;
  private final Resource resource;
  private final Scope scope;
  private final Clock clock;
  private final Sink sink;
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

  Reflector(Api api, Resource resource, Scope scope, Clock clock, Sink sink) {
    this.api = api;
    this.resource = resource;
    this.scope = scope;
    this.clock = clock;
    this.sink = sink;
    this.thread = ApiThreads.unstarted("watch-" + resource.plural(), this::run);
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
        if (e instanceof ApiProblem problem && problem.isGone()) {
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
    String from =
        api.list(
            resource,
            scope,
            object -> {
              Name name = Name.of(object);
              missing.remove(name);
              names.add(name);
              see(object);
            });
    heard(from);
    names.removeAll(missing);
    missing.forEach(sink::gone);
    sink.listed();
    listedOnce = true;
    resumeFrom = from;
  }

  private void see(Fields object) {
    try {
      sink.seen(object);
    } catch (Fields.WrongType e) {
      log.warn(
          "{} {}: {}: {}; expected {}; what was known of it stays in force",
          resource.kind(),
          Name.of(object),
          e.field,
          e.getMessage(),
          e.expected);
    }
  }

  /** Watches until the watch ends; says why it ended, or nothing if that was to be expected. */
  private String watch() throws InterruptedException {
    Session session = new Session();
    synchronized (this) {
      current = session;
    }
    String from = Objects.requireNonNull(resumeFrom, "a list comes first");
    try (PlainObjects.Watching _ = api.watch(resource, scope, from, WATCH_SECONDS, session)) {
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
      log.info("watching {} again", resource.plural());
    }
  }

  private void trouble(String failure) {
    if (!troubled) {
      troubleSinceMs = clock.nowMs();
      troubled = true;
      log.warn(
          "cannot watch {}: {}; what is known stays in force, trying again",
          resource.plural(),
          failure);
    }
  }

  private void heard(String resourceVersion) {
    lastHeardMs = clock.nowMs();
    if (!resourceVersion.isEmpty()) {
      version = Versions.number(resourceVersion);
    }
  }

  /** One watch. What arrives after it was given up is ignored. */
  private final class Session implements Api.Listener {
    private final CountDownLatch ended = new CountDownLatch(1);
    private volatile String reason = "the API server ended the watch at once";

    @Override
    public void event(String type, Fields object) {
      synchronized (Reflector.this) {
        if (current != this) {
          return;
        }
        if (type.equals("ERROR")) {
          failed(object);
          return;
        }
        String resourceVersion = object.resourceVersion();
        settled();
        switch (type) {
          case "ADDED", "MODIFIED" -> {
            names.add(Name.of(object));
            see(object);
          }
          case "DELETED" -> {
            names.remove(Name.of(object));
            sink.gone(Name.of(object));
          }
          case "BOOKMARK" -> bookmarks = true;
          default -> log.debug("{}: an event of an unknown type: {}", resource.plural(), type);
        }
        // Not before it was passed on: who asks for the version counts on having been told.
        heard(resourceVersion);
        resumeFrom = resourceVersion.isEmpty() ? resumeFrom : resourceVersion;
      }
    }

    private void failed(Fields status) {
      if (status.number("code") == HttpURLConnection.HTTP_GONE) {
        resumeFrom = null;
      }
      ended(status.text("message"));
    }

    @Override
    public void ended(String why) {
      reason = why.isEmpty() ? reason : why;
      ended.countDown();
    }
  }

  @Override
  public void close() {
    closed = true;
    thread.interrupt();
  }
}
