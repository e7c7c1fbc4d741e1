package io.harp.controller.admission;

import io.harp.kube.ApiUnavailable;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings each request before the judge of its path, and answers conversions.
 *
 * <p>What a judge cannot decide is status 503 or 500, never "yes" and never "no": what happens then
 * is the failurePolicy's business.
 */
final class Desk {

  private static final Logger log = LoggerFactory.getLogger(Desk.class);

  private static final int LONGEST_PATH = 100;

  private final Map<String, Judge> judges;
  private final AdmissionMetrics metrics;
  private final AtomicBoolean misled = new AtomicBoolean();

  Desk(Map<String, Judge> judges, AdmissionMetrics metrics) {
    this.judges = Map.copyOf(judges);
    this.metrics = metrics;
  }

  /** Why a request cannot be for us; empty if it can. Asked before its body is read. */
  Optional<Reply> refusal(String method, String path, String contentType) {
    if (!judges.containsKey(path) && !path.equals(Conversion.PATH)) {
      if (method.equals("POST") && misled.compareAndSet(false, true)) {
        // The API server ignores it where failurePolicy is Ignore, so nobody else would say it.
        log.warn(
            "asked to judge at {}, where nobody does: a webhook configuration names a check this"
                + " controller was not started with, or does not know; until it fits, its"
                + " failurePolicy decides",
            shown(path));
      }
      return Optional.of(Reply.line(404, "nothing is at this path"));
    }
    if (!method.equals("POST")) {
      return Optional.of(Reply.line(405, "only POST is answered here"));
    }
    if (!contentType.startsWith("application/json")) {
      return Optional.of(Reply.line(415, "send application/json"));
    }
    return Optional.empty();
  }

  Reply answer(String path, byte[] body) {
    long began = System.nanoTime();
    Reply reply = judged(path, body);
    metrics.answered(path, reply.status(), System.nanoTime() - began);
    return reply;
  }

  private Reply judged(String path, byte[] body) {
    try {
      return path.equals(Conversion.PATH)
          ? Reply.json(Conversion.answer(body))
          : judgement(path, body);
    } catch (IllegalArgumentException e) {
      return Reply.line(400, String.valueOf(e.getMessage()));
    } catch (ApiUnavailable e) {
      log.warn("{} cannot be answered: {}", path, e.getMessage());
      return Reply.line(503, String.valueOf(e.getMessage()));
    } catch (RuntimeException | StackOverflowError e) {
      log.error("{} met what it does not understand", path, e);
      return Reply.line(500, "the webhook met what it does not understand; its log says more");
    }
  }

  private Reply judgement(String path, byte[] body) {
    Judge judge = judges.get(path);
    if (judge == null) {
      return Reply.line(404, "nothing is at this path");
    }
    Question question = Review.read(body);
    Answer answer = judge.judge(question);
    answer
        .denial()
        .ifPresent(why -> log.info("denied {} {}: {}", question.operation(), question.kind(), why));
    metrics.decided(path, answer);
    return Reply.json(Review.write(question.uid(), answer));
  }

  /** From the wire, so short and without control characters. */
  private static String shown(String path) {
    String plain = path.replaceAll("[^\\x21-\\x7e]", "?");
    return plain.length() <= LONGEST_PATH ? plain : plain.substring(0, LONGEST_PATH) + "...";
  }
}
