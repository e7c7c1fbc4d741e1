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
  void smallClustersAreAsFastAsTheSetting() {
    assertEquals(250, Timers.DEFAULT.silenceMs(2));
    assertEquals(250, Timers.DEFAULT.silenceMs(16));
    assertEquals(50, Timers.DEFAULT.beatMs(16));
    assertEquals(500, Timers.DEFAULT.silenceMs(17));
  }

  @Property
  void noMemberSendsMoreThanSixteenHeartbeatsPerFifthOfTheDetectionTime(
      @ForAll @IntRange(min = 100, max = 10_000) int detectionMs,
      @ForAll @IntRange(min = 1, max = 1_000) int members) {
    Timers timers = new Timers(detectionMs);
    assertTrue((members - 1L) * (detectionMs / 5) <= 16 * timers.beatMs(members));
    assertTrue(timers.verifyMs() < timers.silenceMs(members));
  }

  @Test
  void aDetectionTimeThatCannotWorkIsRefused() {
    assertThrows(IllegalArgumentException.class, () -> new Timers(99));
    assertThrows(IllegalArgumentException.class, () -> new Timers(10_001));
  }

  // A speaker that starts while the API server is away knows nobody, and must start all the same.
  @Test
  void whoKnowsNobodyYetHasTheTimersOfASmallCluster() {
    assertEquals(Timers.DEFAULT.silenceMs(1), Timers.DEFAULT.silenceMs(0));
    assertEquals(Timers.DEFAULT.lookMs(1), Timers.DEFAULT.lookMs(0));
  }
}
