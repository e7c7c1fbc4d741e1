package io.harp.e2e.probe;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.harp.e2e.probe.Observation.Answered;
import io.harp.e2e.probe.Observation.Kind;
import io.harp.e2e.probe.Observation.Sent;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class OutageTest {

  private static final long MS = 1_000_000;

  private final List<Observation> seen = new ArrayList<>();

  @Test
  void theGapIsBetweenTheSendTimesOfAnsweredProbes() {
    for (int ms = 0; ms <= 100; ms += 5) {
      boolean dark = ms > 20 && ms < 60;
      probe(Kind.UDP, ms, dark ? null : "n1");
    }
    Outage outage = Outage.between(seen, 0, 100 * MS);
    assertEquals(40, outage.longestGapMs());
    assertEquals(7, outage.lost());
    assertEquals(21, outage.sent());
  }

  @Test
  void silenceUpToTheEndCountsToTheEnd() {
    probe(Kind.UDP, 0, "n1");
    probe(Kind.UDP, 5, null);
    assertEquals(80, Outage.between(seen, 0, 80 * MS).longestGapMs());
  }

  @Test
  void withoutAnyAnswerTheGapIsTheWholeWindow() {
    probe(Kind.ARP, 10, null);
    assertEquals(80, Outage.between(seen, 0, 80 * MS).coldGapMs());
  }

  @Test
  void aProbeThatWasNotUsedShowsNoGap() {
    probe(Kind.UDP, 10, "n1");
    assertEquals(0, Outage.between(seen, 0, 80 * MS).tcpGapMs());
  }

  @Test
  void aCleanMoveIsOneMoveWithoutOverlap() {
    for (int ms = 0; ms < 200; ms += 20) {
      probe(Kind.ARP, ms, ms < 100 ? "n1" : "n2");
    }
    Outage outage = Outage.between(seen, 0, 200 * MS);
    assertEquals(1, outage.moves());
    assertEquals(20, outage.twoAnswerersMs());
    assertEquals(0, outage.overlapMs());
  }

  @Test
  void takingTurnsInAHandOverIsOneMove() {
    for (int ms = 0; ms < 200; ms += 20) {
      probe(Kind.ARP, ms, ms < 120 && ms != 80 ? "n1" : "n2");
    }
    Outage outage = Outage.between(seen, 0, 200 * MS);
    assertEquals(4, outage.answerers().size());
    assertEquals(1, outage.moves());
  }

  @Test
  void anAddressThatComesBackAfterAWhileMovedTwice() {
    for (int ms = 0; ms < 300; ms += 20) {
      probe(Kind.ARP, ms, ms >= 100 && ms < 200 ? "n2" : "n1");
    }
    assertEquals(2, Outage.between(seen, 0, 300 * MS).moves());
  }

  @Test
  void twoWhoAnswerSideBySideAreCountedFromFirstToLast() {
    for (int ms = 0; ms < 200; ms += 20) {
      probe(Kind.ARP, ms, "n1");
      if (ms >= 40 && ms <= 100) {
        answer(Kind.ARP, ms, ms + 2, "n2");
      }
    }
    Outage outage = Outage.between(seen, 0, 200 * MS);
    // n2 first answered at 42; n1 was there before, between and after, last again at 121.
    assertEquals(79, outage.overlapMs());
  }

  @Test
  void probesOutsideTheWindowDoNotCount() {
    probe(Kind.UDP, 0, null);
    probe(Kind.UDP, 10, "n1");
    probe(Kind.UDP, 20, null);
    assertEquals(0, Outage.between(seen, 5 * MS, 15 * MS).lost());
  }

  private void probe(Kind kind, long ms, @org.jspecify.annotations.Nullable String who) {
    seen.add(new Sent(kind, ms * MS));
    if (who != null) {
      answer(kind, ms, ms + 1, who);
    }
  }

  private void answer(Kind kind, long sentMs, long atMs, String who) {
    seen.add(new Answered(kind, sentMs * MS, atMs * MS, who));
  }
}
