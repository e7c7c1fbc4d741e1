package io.harp.controller.status;

import io.fabric8.kubernetes.api.model.Event;
import io.fabric8.kubernetes.api.model.EventBuilder;
import io.fabric8.kubernetes.api.model.ObjectReference;
import io.fabric8.kubernetes.api.model.ObjectReferenceBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.harp.controller.allocation.Note;
import java.net.HttpURLConnection;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HexFormat;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells the author of an object what became of it, by core v1 events, the kind upstream tools read.
 *
 * <p>An event's name is made from what it says about which version of the object, so saying it
 * again after a restart adds nothing. At most 4 are written at a time and 2,000 wait; further ones
 * are dropped, as are those that fail three times.
 */
public final class EventWriter {

  private static final Logger log = LoggerFactory.getLogger(EventWriter.class);

  /** The component MetalLB's own controller signs with. */
  public static final String COMPONENT = "metallb-controller";

  private static final int MAX_UNDER_WAY = 4;
  private static final int MAX_WAITING = 2_000;
  private static final int ATTEMPTS = 3;
  private static final long PAUSE_MS = 500;

  private final KubernetesClient client;
  private final String instance;
  private final Tally tally;
  private final Semaphore permits = new Semaphore(MAX_UNDER_WAY);
  private final AtomicInteger waiting = new AtomicInteger();

  /**
   * @param instance the pod's name
   */
  public EventWriter(KubernetesClient client, String instance, Tally tally) {
    this.client = client;
    this.tally = tally;
    this.instance = instance;
  }

  /**
   * Tells the author of a ConfigMap, as below.
   *
   * @param version its resourceVersion
   */
  public void aboutConfigMap(
      String namespace, String name, String version, Note note, long wallMs) {
    tell(
        new ObjectReferenceBuilder()
            .withApiVersion("v1")
            .withKind("ConfigMap")
            .withNamespace(namespace)
            .withName(name)
            .withResourceVersion(version)
            .build(),
        note,
        wallMs);
  }

  /** Writes an event about an object, soon, or never. Does not wait. */
  void tell(ObjectReference about, Note note, long wallMs) {
    if (waiting.incrementAndGet() > MAX_WAITING) {
      waiting.decrementAndGet();
      log.debug("too many events wait; dropped: {} {}", about.getName(), note);
      return;
    }
    Event event = event(about, note, wallMs);
    Thread.ofVirtual().name("event-" + about.getName()).start(() -> write(event));
  }

  private void write(Event event) {
    try {
      for (int attempt = 1; attempt <= ATTEMPTS; attempt++) {
        permits.acquire();
        try {
          long began = System.nanoTime();
          client.resource(event).create();
          tally.written(Tally.What.EVENT, (System.nanoTime() - began) / 1e9);
          return;
        } catch (KubernetesClientException e) {
          if (e.getCode() == HttpURLConnection.HTTP_CONFLICT) {
            return; // said before
          }
          tally.failed(Tally.What.EVENT);
          log.debug("event {}: {}", event.getMetadata().getName(), e.getMessage());
        } finally {
          permits.release();
        }
        Thread.sleep(PAUSE_MS * attempt);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      waiting.decrementAndGet();
    }
  }

  private Event event(ObjectReference about, Note note, long wallMs) {
    String now = Instant.ofEpochMilli(wallMs).truncatedTo(ChronoUnit.SECONDS).toString();
    String said =
        String.join(
            "\n",
            String.valueOf(about.getUid()),
            String.valueOf(about.getResourceVersion()),
            note.reason(),
            note.message());
    return new EventBuilder()
        .withNewMetadata()
        .withName(shortened(about.getName()) + "." + digest(said))
        .withNamespace(about.getNamespace())
        .endMetadata()
        .withInvolvedObject(about)
        .withType(
            switch (note.severity()) {
              case NORMAL -> "Normal";
              case WARNING -> "Warning";
            })
        .withReason(note.reason())
        .withMessage(
            note.message().length() > 1000 ? note.message().substring(0, 1000) : note.message())
        .withFirstTimestamp(now)
        .withLastTimestamp(now)
        .withCount(1)
        .withNewSource()
        .withComponent(COMPONENT)
        .endSource()
        .withReportingComponent(COMPONENT)
        .withReportingInstance(instance)
        .build();
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
