package io.harp.e2e;

import io.harp.e2e.api.ApiServer;
import io.harp.e2e.net.Jvm;
import io.harp.e2e.net.LabProcess;
import io.harp.e2e.probe.Watch;
import io.harp.speaker.link.Exit;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;

/**
 * Makes the {@linkplain Jvm#startCache caches} that daemons start from, by a lab in which they do
 * once what they do in every other. It takes half a minute, and saves a second of both processors
 * for each of the two hundred daemons that a whole run of the tests starts.
 */
public final class StartCaches {

  private static final String SERVICE = "trained";
  private static final long START_MS = 40_000;

  /** A recording takes this long to be written, at most. */
  private static final long WRITE_MS = 60_000;

  private StartCaches() {}

  /**
   * Makes those that are missing or older than the daemons. Does nothing where they are fresh. Of
   * two test runs one makes them, and the other one waits.
   */
  public static void make(Path root) throws IOException {
    Path directory = Files.createDirectories(Jvm.startCache(root, "speaker").getParent());
    try (FileChannel one =
            FileChannel.open(
                directory.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        FileLock _ = one.lock()) {
      if (!isFresh(root, "speaker") || !isFresh(root, "controller")) {
        record(root);
      }
    }
  }

  private static void record(Path root) throws IOException {
    for (String module : List.of("speaker", "controller")) {
      Files.deleteIfExists(Jvm.startCache(root, module));
    }
    LabOptions usual = LabOptions.harp().withNodes(1).withApi(ApiServer.Kind.EMBEDDED);
    LabOptions recording =
        usual
            .withSpeaker(recording(usual.speaker(), Jvm.startCache(root, "speaker")))
            .withController(recording(usual.controller(), Jvm.startCache(root, "controller")));
    try (Lab lab = Lab.start(recording)) {
      lab.startDaemons();
      lab.cluster().apply(root.resolve("examples/pool.yaml"));
      lab.cluster().loadBalancer(SERVICE);
      try (Watch watch = lab.client().watch(lab.cluster().awaitAddress(SERVICE, START_MS))) {
        watch.awaitOwner(START_MS);
      }
      LabProcess speaker = lab.nodes().getFirst().speaker();
      speaker.terminate();
      speaker.awaitEnd(WRITE_MS);
      lab.controller().terminate();
      lab.controller().awaitEnd(WRITE_MS);
    }
  }

  private static boolean isFresh(Path root, String module) {
    return Jvm.isFresh(Jvm.startCache(root, module), root, module);
  }

  private static List<String> recording(List<String> command, Path file) {
    List<String> recording = new ArrayList<>(command);
    // The cache is written when the JVM ends.
    recording.add(command.indexOf("-cp"), "-D" + Exit.ORDERLY + "=true");
    recording.add(command.indexOf("-cp"), "-XX:AOTCacheOutput=" + file);
    return List.copyOf(recording);
  }
}
