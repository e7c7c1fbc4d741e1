package io.harp.e2e;

import io.harp.e2e.net.LabPlan;
import io.harp.e2e.net.LabProcess;
import io.harp.e2e.net.Namespace;
import java.time.LocalTime;
import java.util.List;
import java.util.Map;

/** tcpdump on the LAN interface of a machine: what a third party reads in the frames. */
final class Capture implements AutoCloseable {

  private static final int LINES = 10_000;

  private final LabProcess tcpdump;

  private Capture(LabProcess tcpdump) {
    this.tcpdump = tcpdump;
  }

  static Capture start(Lab lab, String machine, String filter) {
    List<String> command =
        List.of("tcpdump", "-n", "-e", "-l", "-i", LabPlan.LAN_INTERFACE, "-Q", "in", filter);
    Capture capture =
        new Capture(
            lab.lan()
                .machine(machine)
                .start(
                    "tcpdump",
                    command,
                    Map.of(),
                    Namespace.Rights.ALL,
                    lab.directory().resolve("tcpdump-" + System.nanoTime() + ".log")));
    capture.awaitLine("listening on");
    return capture;
  }

  /** Waits up to 5 s for a line that contains all of {@code parts}. */
  void awaitLine(String... parts) {
    boolean seen = SpeakerLab.await(5_000, () -> lines(parts).findAny().isPresent());
    if (!seen) {
      throw new AssertionError("not seen: " + List.of(parts) + " in\n" + tcpdump.tail(40));
    }
  }

  /** As {@link #awaitLine}; gives the time of day at which the first such frame came. */
  LocalTime awaitTime(String... parts) {
    awaitLine(parts);
    String line = lines(parts).findFirst().orElseThrow();
    return LocalTime.parse(line.substring(0, line.indexOf(' ')));
  }

  private java.util.stream.Stream<String> lines(String... parts) {
    return tcpdump
        .tail(LINES)
        .lines()
        .filter(line -> java.util.Arrays.stream(parts).allMatch(line::contains));
  }

  @Override
  public void close() {
    tcpdump.kill();
  }
}
