package io.harp.controller.admission;

import io.harp.kube.ApiUnavailable;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings each request before the judge of its path.
 *
 * <p>What a judge cannot decide is status 503 or 500, never "yes" and never "no": what happens then
 * is the failurePolicy's business.
 */
final class Desk {

  private static final Logger log = LoggerFactory.getLogger(Desk.class);

  private final Map<String, Judge> judges;
  private final AdmissionMetrics metrics;

  Desk(Map<String, Judge> judges, AdmissionMetrics metrics) {
    this.judges = Map.copyOf(judges);
    this.metrics = metrics;
  }

  /** Why a request cannot be for us; empty if it can. Asked before its body is read. */
  Optional<Reply> refusal(String method, String path, String contentType) {
    if (!judges.containsKey(path)) {
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
    Judge judge = judges.get(path);
    if (judge == null) {
      return Reply.line(404, "nothing is at this path");
    }
    try {
      Question question = Review.read(body);
      Answer answer = judge.judge(question);
      answer
          .denial()
          .ifPresent(
              why -> log.info("denied {} {}: {}", question.operation(), question.kind(), why));
      metrics.decided(path, answer);
      return Reply.json(Review.write(question.uid(), answer));
    } catch (IllegalArgumentException e) {
      return Reply.line(400, String.valueOf(e.getMessage()));
    } catch (ApiUnavailable e) {
      log.warn("{} cannot be answered: {}", path, e.getMessage());
      return Reply.line(503, String.valueOf(e.getMessage()));
    } catch (RuntimeException e) {
      log.error("{} met what it does not understand", path, e);
      return Reply.line(500, "the webhook met what it does not understand; its log says more");
    }
  }
}
