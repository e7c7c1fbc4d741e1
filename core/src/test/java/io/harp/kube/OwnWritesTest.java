package io.harp.kube;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class OwnWritesTest {

  private final OwnWrites writes = new OwnWrites();

  @Test
  void whatALaterWriteHasPassedIsPast() {
    writes.answered("7");
    assertFalse(writes.havePassed("7"), "the newest");
    writes.answered("8");
    assertTrue(writes.havePassed("7"));
    assertFalse(writes.havePassed("8"), "the newest");
  }

  @Test
  void aWriteThatChangedNothingPassesNothing() {
    writes.answered("7");
    writes.answered("7");
    assertFalse(writes.havePassed("7"));
  }

  @Test
  void whatOthersWroteIsNeverPast() {
    writes.answered("7");
    writes.answered("9");
    assertFalse(writes.havePassed("8"), "by somebody else in between");
    assertFalse(writes.havePassed("5"), "of an API server that was restored");
  }

  @Test
  void onlyTheLastFewAreRemembered() {
    for (int version = 0; version <= OwnWrites.KEPT + 1; version++) {
      writes.answered(String.valueOf(version));
    }
    assertFalse(writes.havePassed("0"));
    assertTrue(writes.havePassed("1"));
  }
}
