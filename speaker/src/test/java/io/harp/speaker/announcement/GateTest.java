package io.harp.speaker.announcement;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.harp.loop.Clock;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class GateTest {

  private final AtomicLong now = new AtomicLong(1_000);
  private final Gate gate =
      new Gate(
          new Clock() {
            @Override
            public long nowMs() {
              return now.get();
            }

            @Override
            public long wallMs() {
              return now.get();
            }
          });

  @Test
  void itIsShutAtFirst() {
    assertFalse(gate.isOpen());
  }

  @Test
  void itIsOpenUntilItsMomentComes() {
    gate.openUntil(1_250);
    now.set(1_249);
    assertTrue(gate.isOpen());
    now.set(1_250);
    assertFalse(gate.isOpen());
  }

  /** The speaker was stopped for seconds after it had found that it may send until 1,250. */
  @Test
  void whoOpensItTooLateOpensNothing() {
    now.set(4_000);
    gate.openUntil(1_250);
    assertFalse(gate.isOpen());
  }
}
