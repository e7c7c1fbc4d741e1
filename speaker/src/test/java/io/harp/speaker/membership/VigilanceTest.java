package io.harp.speaker.membership;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class VigilanceTest {

  private final List<String> done = new ArrayList<>();
  private final Vigilance vigilance =
      new Vigilance(
          new Vigilance.Watchkeeping() {
            @Override
            public void closely() {
              done.add("closely");
            }

            @Override
            public void seldom() {
              done.add("seldom");
            }
          },
          0);

  @Test
  void whereAllAreTogetherAndNothingHappensItLooksSeldomAfterAWhile() {
    assertFalse(vigilance.looked(true, Vigilance.STIRRED_MS));
    assertEquals(List.of(), done);
    assertTrue(vigilance.looked(true, Vigilance.STIRRED_MS + 1));
    assertTrue(vigilance.looked(true, Vigilance.STIRRED_MS + 1_000));
    assertEquals(List.of("seldom"), done);
  }

  @Test
  void aMissingPeerKeepsItLooking() {
    for (long now = 0; now < 5 * Vigilance.STIRRED_MS; now += 250) {
      assertFalse(vigilance.looked(false, now));
    }
    assertEquals(List.of(), done);
  }

  @Test
  void aBrokenConnectionMakesItLookAtOnceAndForAWhile() {
    vigilance.looked(true, 20_000);
    vigilance.stirred(30_000);
    vigilance.stirred(30_100);
    assertEquals(List.of("seldom", "closely"), done);
    assertFalse(vigilance.looked(true, 30_100 + Vigilance.STIRRED_MS));
    assertTrue(vigilance.looked(true, 30_101 + Vigilance.STIRRED_MS));
    assertEquals(List.of("seldom", "closely", "seldom"), done);
  }

  @Test
  void aPeerThatVanishedFromTheViewMakesItLookAtOnce() {
    vigilance.looked(true, 20_000);
    vigilance.looked(false, 20_500);
    assertEquals(List.of("seldom", "closely"), done);
  }
}
