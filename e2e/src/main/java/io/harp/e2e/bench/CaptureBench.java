package io.harp.e2e.bench;

import io.fabric8.kubernetes.client.utils.Serialization;
import io.harp.e2e.CaptureLab;
import io.harp.e2e.LabOptions;
import io.harp.e2e.Requirements;
import io.harp.e2e.SpeakerLab;
import io.harp.e2e.net.LabProcess;
import io.harp.e2e.net.Namespace;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * The packet monitor and {@code tcpdump -G -W -z gzip} on the same interface at the same time: what
 * each loses, and what it costs. Written to {@code e2e/target/bench/capture.json}.
 */
@Command(
    name = "capture",
    mixinStandardHelpOptions = true,
    description = "Measures the packet monitor beside tcpdump on the same traffic.")
public final class CaptureBench implements Callable<Integer> {

  @Option(names = "--rate", description = "packets per second (default ${DEFAULT-VALUE})")
  int rate = 20_000;

  @Option(names = "--seconds", description = "of traffic (default ${DEFAULT-VALUE})")
  int seconds = 35;

  @Option(names = "--bytes", description = "of each packet (default ${DEFAULT-VALUE})")
  int bytes = 300;

  @Option(names = "--rotate", description = "seconds of a file (default ${DEFAULT-VALUE})")
  int rotate = 10;

  private CaptureBench() {}

  public static void main(String[] args) {
    System.exit(new CommandLine(new CaptureBench()).execute(args));
  }

  @Override
  public Integer call() throws IOException {
    Optional<String> missing = Requirements.missing();
    if (missing.isPresent()) {
      System.err.println("capture: " + missing.get());
      return 2;
    }
    Path root = LabOptions.projectRoot();
    Path directory = root.resolve("e2e/target/lab/capture-bench-" + ProcessHandle.current().pid());
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("load", load());
    try (CaptureLab lab = CaptureLab.build(directory)) {
      measure(lab, Files.createDirectories(directory.resolve("tcpdump")), json);
    }
    Path file = Files.createDirectories(root.resolve("e2e/target/bench")).resolve("capture.json");
    Files.writeString(file, Serialization.asJson(json));
    json.forEach((name, value) -> System.out.println(name + ": " + value));
    System.out.println("written to " + file);
    return 0;
  }

  private void measure(CaptureLab lab, Path theirs, Map<String, Object> json) {
    long frames = (long) rate * seconds;
    LabProcess monitor =
        lab.monitor(
            "--interface=in", "--filter=" + CaptureLab.FILTER, "--rotate-every=" + rotate + "s");
    long startMs = monitor.cpuMs();
    LabProcess tcpdump = tcpdump(lab, theirs);
    LabProcess replay = lab.replay(frames, rate, bytes);
    if (!replay.awaitEnd((seconds + 30) * 1_000L)) {
      throw new AssertionError("the traffic does not end: " + replay.tail(10));
    }
    int full = seconds / rotate;
    SpeakerLab.await(
        60_000, () -> compressed(lab.captures()) >= full && compressed(theirs) >= full);
    json.put("traffic", replay.tail(1));
    json.put("packets", frames);
    json.put("packetsPerSecond", rate);
    json.put("packetBytes", bytes);
    json.put("monitor", monitor(lab, monitor, startMs));
    json.put("tcpdump", tcpdump(tcpdump));
    json.put(
        "cpuRatio",
        Math.round((monitor.cpuMs() - startMs) * 100.0 / tcpdump.cpuWithChildrenMs()) / 100.0);
    monitor.terminate();
    tcpdump.terminate();
    monitor.awaitEnd(10_000);
    tcpdump.awaitEnd(10_000);
    json.put("monitorReadBack", lab.files().stream().mapToLong(lab::readBack).sum());
    json.put("monitorBytesOnDisk", size(lab.captures()));
    json.put("tcpdumpBytesOnDisk", size(theirs));
    json.put("tcpdumpSaid", tcpdump.tail(3));
  }

  private LabProcess tcpdump(CaptureLab lab, Path theirs) {
    LabProcess tcpdump =
        lab.start(
            "tcpdump",
            List.of(
                "tcpdump",
                "-n",
                "-i",
                "in",
                "-Z",
                "root",
                "-B",
                "32768",
                "-G",
                "" + rotate,
                "-W",
                "24",
                "-z",
                "gzip",
                "-w",
                theirs + "/lab-%Y%m%d-%H%M%S.pcap",
                CaptureLab.FILTER),
            Namespace.Rights.ALL);
    if (!SpeakerLab.await(5_000, () -> tcpdump.tail(5).contains("listening on"))) {
      throw new AssertionError("tcpdump does not listen: " + tcpdump.tail(5));
    }
    return tcpdump;
  }

  private static Map<String, Object> monitor(CaptureLab lab, LabProcess monitor, long startMs) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("seen", lab.metric("harp_capture_packets_total"));
    json.put("dropped", lab.metric("harp_capture_drops_total"));
    json.put("cpuMs", monitor.cpuMs() - startMs);
    json.put("cpuOfStartMs", startMs);
    json.put("residentMb", monitor.residentKb() / 1024);
    json.put("peakResidentMb", monitor.peakResidentKb() / 1024);
    return json;
  }

  private static Map<String, Object> tcpdump(LabProcess tcpdump) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("cpuMs", tcpdump.cpuWithChildrenMs());
    json.put("cpuWithoutGzipMs", tcpdump.cpuMs());
    json.put("peakResidentMb", tcpdump.peakResidentKb() / 1024);
    return json;
  }

  private static long compressed(Path directory) {
    return list(directory).stream().filter(f -> f.toString().endsWith(".gz")).count();
  }

  private static long size(Path directory) {
    return list(directory).stream().mapToLong(f -> f.toFile().length()).sum();
  }

  private static List<Path> list(Path directory) {
    try (var files = Files.list(directory)) {
      return files.toList();
    } catch (IOException e) {
      return List.of();
    }
  }

  private static String load() throws IOException {
    String[] words = Files.readString(Path.of("/proc/loadavg")).split(" ", -1);
    return words[0] + " " + words[1];
  }
}
