package io.harp.speaker.status;

import io.harp.kube.Api;
import io.harp.kube.ApiProblem;
import io.harp.kube.ApiThreads;
import io.harp.loop.Clock;
import io.harp.model.NodeName;
import io.harp.model.ServiceKey;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.IntStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes down moves: the one who claims records, once for each Service and tenure. Writing waits
 * for nobody: the newest word on each Service waits in the {@link Backlog} until the API takes it,
 * and at most {@link #WRITERS} are written at a time, on threads of their own.
 */
public final class MoveRecorder implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(MoveRecorder.class);

  /**
   * After a crash the other speakers have much to write, and better things to do: more writers
   * starve whoever shares the machine with the API server.
   */
  private static final int WRITERS = 2;

  private static final long MAX_BACKOFF_MS = 30_000;

  /** So many warnings may wait to be written; further ones are lost. */
  private static final int MAX_NOTES = 100;

  /** Events about an address that are no move. */
  public record Note(ServiceKey service, String reason, String message) {}

  private final MoveObjects objects;
  private final Backlog backlog;
  private final Listing listing;
  private final LongAdder failed = new LongAdder();
  private final List<Thread> writers;
  private final ThreadPoolExecutor notes =
      new ThreadPoolExecutor(
          1,
          1,
          0,
          TimeUnit.MILLISECONDS,
          new ArrayBlockingQueue<>(MAX_NOTES),
          ApiThreads.factory("move-notes"),
          (_, _) -> failed.increment());
  // Puts failed words back when it is time.
  private final ScheduledThreadPoolExecutor retries =
      new ScheduledThreadPoolExecutor(
          1, ApiThreads.factory("move-retries"), new ThreadPoolExecutor.DiscardPolicy());
  private volatile boolean troubled;
  private volatile boolean closed;

  public MoveRecorder(Api api, String namespace, NodeName node, Clock clock) {
    this.backlog = new Backlog(clock);
    this.objects = new MoveObjects(api, namespace, node);
    this.listing = new Listing(objects, clock);
    this.writers =
        IntStream.range(0, WRITERS)
            .mapToObj(i -> ApiThreads.start("move-writer-" + i, this::writeAll))
            .toList();
  }

  /** A Service is answered here from now on. */
  public void claimed(Tenure tenure) {
    backlog.say(Word.of(tenure));
  }

  /** A Service is no longer answered here, but elsewhere, or soon here again. */
  public void released(ServiceKey service) {
    backlog.withdraw(service);
  }

  /** A Service is no longer anybody's to answer for. */
  public void gone(ServiceKey service) {
    backlog.say(Word.gone(service));
  }

  /** Writes a warning about a Service; lost if the API cannot be reached. */
  public void warn(Note note) {
    say("Warning", note);
  }

  /** Writes that a warning is over; lost if the API cannot be reached. */
  public void note(Note note) {
    say("Normal", note);
  }

  private void say(String type, Note note) {
    notes.execute(() -> {
      try {
        objects.event(note.service(), type, note.reason(), note.message());
      } catch (ApiProblem e) {
        failed.increment();
      }
    });
  }

  /** Requests that changed something. */
  public long written() {
    return objects.written();
  }

  /** Requests that failed and were tried again. */
  public long failed() {
    return failed.sum();
  }

  private void writeAll() {
    try {
      while (!closed) {
        attempt(backlog.next());
      }
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }

  private void attempt(Word word) {
    try {
      objects.write(word, listing.of(word, backlog.saidMs(word), backlog.isLong()));
      if (troubled) {
        troubled = false;
        log.info("The API takes status again");
      }
      backlog.written(word);
    } catch (RuntimeException e) {
      // Whatever the client throws: a word that is neither written nor failed would block its
      // Service for ever.
      backlog.failed(word);
      failed.increment();
      if (!troubled) {
        troubled = true;
        log.warn("Status of {} cannot be written, trying on: {}", word.service(), e.getMessage());
      }
      later(word);
    }
  }

  private void later(Word word) {
    long backoff = Math.min(MAX_BACKOFF_MS, 50L << Math.min(word.attempt(), 10));
    var _ = retries.schedule(() -> backlog.again(word), backoff, TimeUnit.MILLISECONDS);
  }

  /** Stops; what is not written by then is not. */
  @Override
  public void close() {
    closed = true;
    writers.forEach(Thread::interrupt);
    notes.shutdownNow();
    retries.shutdownNow();
  }
}
