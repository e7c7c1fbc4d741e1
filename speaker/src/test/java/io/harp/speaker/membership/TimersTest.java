package io.harp.speaker.membership;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class TimersTest {

  @Test
  void aPauseOf300MsAndOneLateHeartbeatAreWithinTheDefaultPatience() {
    assertEquals(400, Timers.DEFAULT.patienceMs());
    assertTrue(300 + Timers.DEFAULT.beatMs() < Timers.DEFAULT.patienceMs());
  }

  @Property
  void thereIsTimeToAskBeforeAMemberIsGivenUp(
      @ForAll @IntRange(min = 100, max = 10_000) int detectionMs) {
    Timers timers = new Timers(detectionMs);
    assertTrue(timers.verifyMs() < timers.silenceMs() / 2);
    assertTrue(timers.knockMs() <= timers.silenceMs() / 2);
    assertTrue(timers.silenceMs() < timers.patienceMs());
    assertTrue(4 * timers.beatMs() < timers.silenceMs());
  }

  @Property
  void membersTogetherLookForMissingPeersNoFasterThanTheyGrow(
      @ForAll @IntRange(min = 1, max = 1_000) int peers) {
    assertTrue(peers * 1_000L / Timers.DEFAULT.lookMs(peers) <= 64);
  }

  @Test
  void aDetectionTimeThatCannotWorkIsRefused() {
    assertThrows(IllegalArgumentException.class, () -> new Timers(99));
    assertThrows(IllegalArgumentException.class, () -> new Timers(10_001));
  }

  // A speaker that starts while the API server is away knows nobody, and must start all the same.
  @Test
  void whoKnowsNobodyYetHasTheTimersOfASmallCluster() {
    assertEquals(Timers.DEFAULT.lookMs(1), Timers.DEFAULT.lookMs(0));
  }

  @Property
  void allPeersAreAskedRarely(@ForAll @IntRange(min = 1, max = 2_000) int peers) {
    Timers timers = Timers.DEFAULT;
    long calmMs = Math.max(timers.lookMs(peers), timers.calmMs());
    double asked = peers * 1_000.0 / (calmMs * timers.looksAtAll(peers, true));
    assertTrue(asked <= 4, asked + " a second");
  }
}
