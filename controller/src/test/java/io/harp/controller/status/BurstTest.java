package io.harp.controller.status;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class BurstTest {

  private final Burst burst = new Burst();

  @Test
  void aFewAreNone() {
    for (int i = 0; i < Burst.MANY; i++) {
      burst.add(500);
    }
    assertFalse(burst.lasts(500));
  }

  @Test
  void aSteadyTrickleIsNone() {
    for (int ms = 0; ms < 20_000; ms += 100) {
      burst.add(ms);
      assertFalse(burst.lasts(ms));
    }
  }

  @Test
  void itLastsUntilAWindowWentByWithout() {
    for (int i = 0; i <= Burst.MANY; i++) {
      burst.add(10_000 + i);
    }
    assertTrue(burst.lasts(10_030));
    assertTrue(burst.lasts(11_500), "the window before this one");
    assertFalse(burst.lasts(12_500));
  }

  @Test
  void itIsNoticedWhileItGoesOn() {
    int noticed = 0;
    for (int ms = 0; ms < 10_000; ms += 10) {
      burst.add(ms);
      noticed += burst.lasts(ms) ? 1 : 0;
    }
    assertEquals(1_000 - Burst.MANY, noticed);
  }
}
