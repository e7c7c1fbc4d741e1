package io.harp.controller.status;

import io.harp.controller.allocation.Note;
import io.harp.kube.Api;
import io.harp.kube.ApiProblem;
import io.harp.kube.Event;
import io.harp.kube.Json;
import io.harp.kube.Resource;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HexFormat;
import java.util.Map;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells the author of an object what became of it, by core v1 events, the kind upstream tools read.
 *
 * <p>An event's name is made from what it says about which version of the object, so saying it
 * again after a restart adds nothing. At most 4 are written at a time and 10,000 wait; further ones
 * are dropped, as are those that fail three times. While addresses are to be written in great
 * number events give way to them, for 30 s at most.
 */
public final class EventWriter {

  private static final Logger log = LoggerFactory.getLogger(EventWriter.class);

  /** The component MetalLB's own controller signs with. */
  public static final String COMPONENT = "metallb-controller";

  private static final int MAX_UNDER_WAY = 4;
  private static final int MAX_WAITING = 10_000;
  private static final int ATTEMPTS = 3;
  private static final long PAUSE_MS = 500;
  private static final long LONGEST_YIELD_MS = 30_000;
  private static final long YIELD_MS = 50;

  /** An event that waits to be written. */
  private record Waiting(Reference about, Note note, long wallMs, long sinceNs) {}

  private final Api api;
  private final String instance;
  private final Tally tally;
  private final BooleanSupplier givesWay;
  private final Deque<Waiting> queue = new ArrayDeque<>();
  private int writers;

  /**
   * @param instance the pod's name
   */
  public EventWriter(Api api, String instance, Tally tally) {
    this(api, instance, tally, () -> false);
  }

  /**
   * @param instance the pod's name
   * @param givesWay whether there is something more urgent to write
   */
  public EventWriter(Api api, String instance, Tally tally, BooleanSupplier givesWay) {
    this.api = api;
    this.tally = tally;
    this.instance = instance;
    this.givesWay = givesWay;
  }

  /**
   * Tells the author of a ConfigMap, as below.
   *
   * @param version its resourceVersion
   */
  public void aboutConfigMap(
      String namespace, String name, String version, Note note, long wallMs) {
    tell(new Reference("v1", "ConfigMap", namespace, name, "", version), note, wallMs);
  }

  /** Writes an event about an object, soon, or never. Does not wait. */
  synchronized void tell(Reference about, Note note, long wallMs) {
    if (queue.size() >= MAX_WAITING) {
      log.debug("too many events wait; dropped: {} {}", about.name(), note);
      return;
    }
    queue.add(new Waiting(about, note, wallMs, System.nanoTime()));
    if (writers < MAX_UNDER_WAY) {
      writers++;
      Thread.ofVirtual().name("events").start(this::writeAll);
    }
  }

  private void writeAll() {
    try {
      for (Waiting next = next(); next != null; next = next()) {
        giveWay(next);
        write(event(next.about(), next.note(), next.wallMs()), next.about().namespace());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Null when there is none; the caller then ends. */
  private synchronized @Nullable Waiting next() {
    Waiting next = queue.poll();
    if (next == null) {
      writers--;
    }
    return next;
  }

  private void giveWay(Waiting event) throws InterruptedException {
    while (givesWay.getAsBoolean()
        && System.nanoTime() - event.sinceNs() < LONGEST_YIELD_MS * 1_000_000) {
      Thread.sleep(YIELD_MS);
    }
  }

  private void write(Map<String, Object> event, String namespace) throws InterruptedException {
    String body = Json.text(event);
    for (int attempt = 1; attempt <= ATTEMPTS; attempt++) {
      try {
        long began = System.nanoTime();
        api.send("POST", Resource.EVENTS.path(namespace), body); // nobody reads the answer
        tally.written(Tally.What.EVENT, (System.nanoTime() - began) / 1e9);
        return;
      } catch (ApiProblem e) {
        if (e.isConflict()) {
          return; // said before
        }
        tally.failed(Tally.What.EVENT);
        log.debug("an event was not written: {}", e.getMessage());
      }
      Thread.sleep(PAUSE_MS * attempt);
    }
  }

  private Map<String, Object> event(Reference about, Note note, long wallMs) {
    String said = String.join("\n", about.uid(), about.version(), note.reason(), note.message());
    Event event =
        new Event(
            about.namespace(),
            shortened(about.name()) + "." + digest(said),
            about.fields(),
            switch (note.severity()) {
              case NORMAL -> "Normal";
              case WARNING -> "Warning";
            },
            note.reason(),
            note.message().length() > 1000 ? note.message().substring(0, 1000) : note.message());
    return event.object(Map.of("component", COMPONENT), instance, Instant.ofEpochMilli(wallMs));
  }

  private static String shortened(String name) {
    return name.length() <= 200 ? name : name.substring(0, 200);
  }

  private static String digest(String text) {
    try {
      byte[] hash =
          MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(hash, 0, 8);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }
}
