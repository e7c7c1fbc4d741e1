package io.harp.controller.admission;

import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;

/**
 * Where requests wait for their judgement: counts what is under way and refuses what is too much.
 * Each request is judged on a virtual thread, since a judge may have to ask the API.
 */
final class Intake {

  private final Limits limits;
  private final Desk desk;
  private final AdmissionMetrics metrics;
  private final AtomicInteger requests = new AtomicInteger();
  private final AtomicInteger bytes = new AtomicInteger();

  Intake(Limits limits, Desk desk, AdmissionMetrics metrics) {
    this.limits = limits;
    this.desk = desk;
    this.metrics = metrics;
  }

  Limits limits() {
    return limits;
  }

  Optional<Reply> refusal(String method, String path, String contentType) {
    return desk.refusal(method, path, contentType);
  }

  /** Makes room for some bytes of a body; false if there is none. */
  boolean reserve(int count) {
    if (bytes.addAndGet(count) <= limits.bodiesBytes()) {
      return true;
    }
    bytes.addAndGet(-count);
    return false;
  }

  void free(int count) {
    bytes.addAndGet(-count);
  }

  /** Judges a request; {@code then} gets the reply, on another thread or this one. */
  void submit(String path, byte[] body, Consumer<Reply> then) {
    if (requests.incrementAndGet() > limits.requests()) {
      requests.decrementAndGet();
      refused("busy");
      then.accept(Reply.line(503, "too many requests are being judged"));
      return;
    }
    Thread.ofVirtual()
        .name("judge")
        .start(() -> {
          Reply reply = Reply.line(500, "the request could not be judged");
          try {
            reply = desk.answer(path, body);
          } finally {
            requests.decrementAndGet();
            then.accept(reply);
          }
        });
  }

  void refused(String reason) {
    metrics.refused(reason);
  }

  /** Waits until nothing is under way, at most so long. */
  void drain(long longestMs) {
    long began = System.nanoTime();
    while (requests.get() > 0 && System.nanoTime() - began < longestMs * 1_000_000) {
      LockSupport.parkNanos(5_000_000);
    }
  }
}
