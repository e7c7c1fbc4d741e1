package io.harp.speaker.ownership;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.harp.model.NodeName;
import io.harp.speaker.protocol.Member;
import io.harp.speaker.protocol.Message.Report;
import io.harp.speaker.protocol.Revision;
import io.harp.speaker.protocol.ViewId;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

class LagTest {

  private static final Member A = new Member(new NodeName("a"), 1);
  private static final Member B = new Member(new NodeName("b"), 1);
  private static final Member C = new Member(new NodeName("c"), 1);

  private final Lag lag = new Lag();
  private final Map<Member, Report> reports = new HashMap<>();

  @Test
  void whoStaysBehindForHalfASecondLags() {
    reports.put(A, report(1, true, 10));
    reports.put(B, report(2, true, 11));
    assertFalse(lag.look(reports, 0));
    assertFalse(lag.look(reports, 499));
    assertTrue(lag.look(reports, 500));
    assertEquals(Set.of(A), lag.lagging());
    reports.put(A, report(2, true, 11));
    assertTrue(lag.look(reports, 600));
    assertEquals(Set.of(), lag.lagging());
  }

  @Test
  void whoMovesOnDoesNotLagThoughItIsAlwaysAStepBehind() {
    for (int step = 0; step < 30; step++) {
      reports.put(A, report(step, true, step));
      reports.put(B, report(step + 1, true, step + 1));
      assertFalse(lag.look(reports, 100L * step));
    }
  }

  @Test
  void whoSeesTheSameDoesNotLagThoughItsWatchesHaveNotComeAsFar() {
    reports.put(A, report(1, true, 10));
    reports.put(B, report(1, true, 99));
    lag.look(reports, 0);
    assertFalse(lag.look(reports, 5_000));
  }

  @Test
  void oneKindThatStandsStillIsEnough() {
    reports.put(A, report(1, true, 10, 99));
    reports.put(B, report(2, true, 11, 98));
    lag.look(reports, 0);
    lag.look(reports, 500);
    assertEquals(Set.of(A, B), lag.lagging());
  }

  @Test
  void ofTwoThatHaveEachSeenLessItIsTheOneWithWhomFewerAgree() {
    reports.put(A, report(1, true, 10, 99));
    reports.put(B, report(2, true, 11, 98));
    reports.put(C, report(2, true, 11, 97));
    lag.look(reports, 0);
    lag.look(reports, 500);
    assertEquals(Set.of(A), lag.lagging());
  }

  @Test
  void manyThatAgreeLagTooBehindOneThatHasSeenMoreOfEverything() {
    reports.put(A, report(1, true, 11, 99));
    reports.put(B, report(2, true, 10, 98));
    reports.put(C, report(2, true, 10, 99));
    lag.look(reports, 0);
    lag.look(reports, 500);
    assertEquals(Set.of(B, C), lag.lagging());
  }

  @Test
  void nobodyLagsBehindAPictureThatIsOldItself() {
    reports.put(A, report(1, true, 10));
    reports.put(B, report(2, false, 11));
    lag.look(reports, 0);
    assertFalse(lag.look(reports, 5_000));
  }

  private static Report report(long digest, boolean fresh, long... revision) {
    return new Report(
        new ViewId(1, A),
        2,
        Optional.empty(),
        fresh,
        new Revision(java.util.Arrays.stream(revision).boxed().toList()),
        digest,
        true,
        false,
        List.of(),
        Map.of(),
        Set.of(),
        Set.of());
  }
}
