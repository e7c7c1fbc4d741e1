package io.harp.speaker.announcement;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.harp.speaker.ManualClock;
import org.junit.jupiter.api.Test;

class GateTest {

  private final ManualClock clock = new ManualClock(1_000);
  private final Gate gate = new Gate(clock);

  @Test
  void itIsShutAtFirst() {
    assertFalse(gate.isOpen());
  }

  @Test
  void itIsOpenUntilItsMomentComes() {
    gate.openUntil(1_250);
    clock.now = 1_249;
    assertTrue(gate.isOpen());
    clock.now = 1_250;
    assertFalse(gate.isOpen());
  }

  /** The speaker was stopped for seconds after it had found that it may send until 1,250. */
  @Test
  void whoOpensItTooLateOpensNothing() {
    clock.now = 4_000;
    gate.openUntil(1_250);
    assertFalse(gate.isOpen());
  }
}
