package io.harp.e2e.cluster;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ClaimTest {

  @TempDir Path directory;

  @Test
  void twoSuitesDoNotShareACluster() {
    Claim first = Claim.of(directory);
    assertThrows(IllegalStateException.class, () -> Claim.of(directory));
    first.close();
    Claim.of(directory).close();
  }

  @Test
  void whatASuiteStoppedItselfIsNotLeftOver() {
    Claim first = Claim.of(directory);
    assertFalse(first.isLeftOver());
    first.write();
    first.close();
    assertFalse(first.isHeld());
    try (Claim second = Claim.of(directory)) {
      assertFalse(second.isLeftOver());
    }
  }

  @Test
  void whatAKilledSuiteLeftIsFound() throws Exception {
    Files.writeString(directory.resolve("suite.claim"), "up\n");
    try (Claim next = Claim.of(directory)) {
      assertTrue(next.isLeftOver());
    }
  }
}
