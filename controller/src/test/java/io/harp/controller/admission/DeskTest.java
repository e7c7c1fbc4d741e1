package io.harp.controller.admission;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class DeskTest {

  private static final byte[] REVIEW =
      """
      {"apiVersion":"admission.k8s.io/v1","kind":"AdmissionReview",
       "request":{"uid":"1","kind":{"kind":"Pod"},"operation":"CREATE","object":{"kind":"Pod"}}}
      """
          .getBytes(StandardCharsets.UTF_8);

  private static Desk desk(Judge judge) {
    return new Desk(Map.of("/there", judge), new AdmissionMetrics(new PrometheusRegistry()));
  }

  @Test
  void aJudgeThatFailsInAnyWayIsOneAnswerAndNoMore() {
    Judge lost =
        question -> {
          throw new IllegalStateException("lost");
        };
    Judge bottomless =
        question -> {
          throw new StackOverflowError();
        };
    assertEquals(500, desk(lost).answer("/there", REVIEW).status());
    assertEquals(500, desk(bottomless).answer("/there", REVIEW).status());
  }

  @Test
  void aCheckThatIsNotServedIsNoYes() {
    Desk desk = desk(question -> Answer.YES);
    assertEquals(
        Optional.of(404),
        desk.refusal("POST", "/validate-host-ports", "application/json").map(Reply::status));
    assertEquals(Optional.empty(), desk.refusal("POST", "/there", "application/json"));
  }
}
