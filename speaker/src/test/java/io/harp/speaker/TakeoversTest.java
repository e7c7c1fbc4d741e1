package io.harp.speaker;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.harp.model.NodeName;
import io.harp.speaker.protocol.Member;
import io.harp.speaker.protocol.Message.Reason;
import io.harp.speaker.protocol.View;
import io.harp.speaker.protocol.ViewId;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot;
import java.util.List;
import org.junit.jupiter.api.Test;

class TakeoversTest {

  private static final Member A = new Member(new NodeName("a"), 1);
  private static final Member B = new Member(new NodeName("b"), 2);

  private final Takeovers takeovers = new Takeovers();

  @Test
  void aTakeoverBeginsWithTheFirstDoubt() {
    takeovers.installed(view(A, B), 0);
    takeovers.doubted(1_000);
    takeovers.doubted(1_100);
    takeovers.installed(view(A), 1_250);
    takeovers.claimed(Reason.LEFT, 1_300);
    assertEquals(0.3, sum(), 1e-9);
  }

  @Test
  void withoutDoubtItBeginsWithTheView() {
    takeovers.installed(view(A, B), 0);
    takeovers.installed(view(A), 1_250);
    takeovers.claimed(Reason.LEFT, 1_300);
    assertEquals(0.05, sum(), 1e-9);
  }

  @Test
  void aPlannedMoveIsNone() {
    takeovers.installed(view(A, B), 0);
    takeovers.installed(view(A), 1_250);
    takeovers.claimed(Reason.DRAINED, 1_300);
    takeovers.claimed(Reason.PLACED, 1_300);
    assertEquals(0, sum());
  }

  @Test
  void aDoubtThatWasUnfoundedIsForgotten() {
    takeovers.installed(view(A, B), 0);
    takeovers.doubted(1_000);
    takeovers.installed(view(A), 60_000);
    takeovers.claimed(Reason.LEFT, 60_100);
    assertEquals(0.1, sum(), 1e-9);
  }

  private double sum() {
    return ((HistogramSnapshot) takeovers.collect()).getDataPoints().getFirst().getSum();
  }

  private static View view(Member... members) {
    return new View(new ViewId(1, A), List.of(members), false);
  }
}
