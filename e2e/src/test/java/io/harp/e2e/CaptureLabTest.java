package io.harp.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.harp.e2e.net.LabProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** The packet monitor on a real interface, judged by what tcpdump reads back. */
@NeedsLab
class CaptureLabTest {

  private static final AtomicInteger RUNS = new AtomicInteger();
  private static final int PER_SECOND = 20_000;

  @Test
  void everyFrameIsReadBackFromRotatedFiles() throws IOException {
    long frames = 40_000;
    try (CaptureLab lab = CaptureLab.build(directory())) {
      LabProcess monitor =
          lab.monitor("--interface=in", "--filter=" + CaptureLab.FILTER, "--rotate-size=2Mi");
      replay(lab, frames, 300);
      await("every frame is seen", () -> lab.metric("harp_capture_packets_total") == frames);
      await("finished files are compressed", () -> plain(lab.files()) == 1);
      assertEquals(0, lab.metric("harp_capture_drops_total"));
      await("files are counted", () -> lab.metric("harp_capture_files") == lab.files().size());
      monitor.terminate();
      assertTrue(monitor.awaitEnd(10_000), monitor.tail(20));
      List<Path> files = lab.files();
      assertTrue(files.size() >= 6, "only " + files);
      assertEquals(frames, files.stream().mapToLong(lab::readBack).sum());
    }
  }

  @Test
  void aKilledMonitorLeavesReadableFilesAndTheNextOneTidiesUp() throws IOException {
    try (CaptureLab lab = CaptureLab.build(directory())) {
      String[] flags = {"--snaplen=100", "--rotate-size=256Ki", "--max-total=1Mi", "--keep=4"};
      LabProcess monitor = lab.monitor(flags);
      LabProcess replay = lab.replay(6L * PER_SECOND, PER_SECOND, 300);
      await("files are deleted again", () -> monitor.tail(50).contains("deleted to stay within"));
      monitor.kill();
      List<Path> left = lab.files();
      for (Path file : left) {
        if (!file.toString().endsWith(".part")) {
          assertTrue(lab.readBackTorn(file) >= 0);
        }
      }
      LabProcess next = lab.monitor(flags);
      assertTrue(replay.awaitEnd(30_000), replay.tail(20));
      await("finished files are compressed", () -> plain(lab.files()) == 1);
      next.terminate();
      assertTrue(next.awaitEnd(10_000), next.tail(20));
      List<Path> files = lab.files();
      assertTrue(files.size() <= 4, files.toString());
      assertFalse(files.stream().anyMatch(f -> f.toString().endsWith(".part")));
      for (Path file : files) {
        assertTrue(lab.readBack(file) >= 0);
        assertTrue(Files.size(file) <= 256 << 10);
      }
    }
  }

  private static void replay(CaptureLab lab, long frames, int bytes) {
    LabProcess replay = lab.replay(frames, PER_SECOND, bytes);
    assertTrue(replay.awaitEnd(30_000), replay.tail(20));
    assertEquals(0, replay.exitStatus(), replay.tail(20));
  }

  private static long plain(List<Path> files) {
    return files.stream().filter(f -> !f.toString().endsWith(".gz")).count();
  }

  private static void await(String what, java.util.function.BooleanSupplier comeTrue) {
    assertTrue(SpeakerLab.await(15_000, comeTrue), what);
  }

  private static Path directory() {
    String run = ProcessHandle.current().pid() + "-" + RUNS.incrementAndGet();
    return LabOptions.projectRoot().resolve("e2e/target/lab/capture-" + run);
  }
}
