package io.harp.e2e;

import io.harp.e2e.agent.Replay;
import io.harp.e2e.net.Jvm;
import io.harp.e2e.net.LabProcess;
import io.harp.e2e.net.Namespace;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A machine with a cable from itself to itself: what is sent into one end, {@code out}, a monitor
 * sees at the other, {@code in}, and nothing else with the ethertype of {@link Replay} exists.
 */
public final class CaptureLab implements AutoCloseable {

  public static final String FILTER = "ether proto 0x%04x".formatted(Replay.ETHERTYPE & 0xffff);

  private static final int METRICS_PORT = 7474;

  private final Namespace machine;
  private final Path directory;
  private int started;

  private CaptureLab(Namespace machine, Path directory) {
    this.machine = machine;
    this.directory = directory;
  }

  /**
   * Builds it.
   *
   * @param directory for logs and captures; made if it is not there
   */
  public static CaptureLab build(Path directory) throws IOException {
    Files.createDirectories(directory);
    Namespace machine = Namespace.create("capture", null);
    machine.ip("link add in type veth peer name out", "link set in up", "link set out up");
    return new CaptureLab(machine, directory);
  }

  public Path captures() {
    return directory.resolve("captures");
  }

  /** Starts a monitor with the rights it has in a cluster, and waits until it captures. */
  public LabProcess monitor(String... flags) {
    List<String> command =
        new ArrayList<>(Jvm.daemon(LabOptions.projectRoot(), "speaker", "io.harp.speaker.Main"));
    command.addAll(
        List.of("capture", "--directory=" + captures(), "--node-name=lab", "--min-free=0"));
    command.addAll(List.of(flags));
    LabProcess monitor = start("monitor", command, Namespace.Rights.RAW_SOCKETS);
    if (!SpeakerLab.await(20_000, () -> get("readyz").contains(" 200 "))) {
      throw new AssertionError("the monitor does not capture: " + monitor.tail(20));
    }
    return monitor;
  }

  /** Sends frames into the cable; the process ends when all are sent. */
  public LabProcess replay(long count, int perSecond, int bytes) {
    return start(
        "replay",
        Jvm.self(32, Replay.class.getName(), "out", "" + count, "" + perSecond, "" + bytes),
        Namespace.Rights.ALL);
  }

  /** Starts any program here. */
  public LabProcess start(String name, List<String> command, Namespace.Rights rights) {
    Path log = directory.resolve(name + "-" + ++started + ".log");
    return machine.start(name, command, Map.of(), rights, log);
  }

  /** A sum over the labels of one of the monitor's metrics, 0 where there is none. */
  public long metric(String name) {
    Matcher matcher =
        Pattern.compile("(?m)^" + name + "(?:\\{[^}]*\\})? (\\S+)$").matcher(get("metrics"));
    double sum = 0;
    while (matcher.find()) {
      sum += Double.parseDouble(matcher.group(1));
    }
    return (long) sum;
  }

  /** The capture's files, oldest first. */
  public List<Path> files() {
    try (Stream<Path> files = Files.list(captures())) {
      return files.sorted().toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * How many packets tcpdump reads from a file.
   *
   * @throws IllegalStateException if it complains about the file
   */
  public long readBack(Path file) {
    return packets(file, "set -o pipefail; ", "");
  }

  /** As above, of a file whose writer was killed: its last record may be a part of one. */
  public long readBackTorn(Path file) {
    return packets(file, "", "; true");
  }

  private long packets(Path file, String before, String after) {
    String unpack = file.toString().endsWith(".gz") ? "zcat" : "cat";
    String command =
        before + unpack + " '" + file + "' | tcpdump -n -r - --count 2>/dev/null" + after;
    String said = machine.run("", "bash", "-c", command);
    return Long.parseLong(said.replaceAll("\\D.*", ""));
  }

  @Override
  public void close() {
    machine.close();
  }

  private String get(String path) {
    try {
      return machine.run(
          "",
          "timeout",
          "2",
          "bash",
          "-c",
          "exec 3<>/dev/tcp/127.0.0.1/%d && printf 'GET /%s HTTP/1.0\\r\\n\\r\\n' >&3 && cat <&3"
              .formatted(METRICS_PORT, path));
    } catch (IllegalStateException e) {
      return "";
    }
  }
}
