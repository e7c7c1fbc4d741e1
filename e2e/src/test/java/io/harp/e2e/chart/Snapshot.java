package io.harp.e2e.chart;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A file that must be what is generated now. With {@code -Dharp.update=true}, which is what {@code
 * ./dev generate} says, it is written instead; look at the difference before committing it.
 */
final class Snapshot {

  private Snapshot() {}

  static void check(Path file, String now) throws IOException {
    if (Boolean.getBoolean("harp.update")) {
      Files.createDirectories(file.getParent());
      Files.writeString(file, now);
    }
    String was = Files.exists(file) ? Files.readString(file) : "";
    assertEquals(was, now, Chart.ROOT.relativize(file) + " is out of date: run ./dev generate");
  }
}
