package io.harp.e2e.bench;

import io.fabric8.kubernetes.client.utils.Serialization;
import io.harp.e2e.LabNode;
import io.harp.e2e.LabOptions;
import io.harp.e2e.Requirements;
import io.harp.e2e.SpeakerLab;
import io.harp.e2e.api.ApiServer;
import io.harp.e2e.probe.Watch;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * What clients notice of each fault: median and worst of some runs, as a table and as {@code
 * e2e/target/bench/failover.json} ({@code failover-real.json} with {@code --api=real}). Results of
 * kinds that were not measured now stay in the file.
 */
@Command(
    name = "failover",
    mixinStandardHelpOptions = true,
    description = "Measures what clients notice when a node or a speaker is lost.")
public final class FailoverBench implements Callable<Integer> {

  private static final String ADDRESS = "10.77.100.1";
  private static final long PAUSE_MS = 1_000;

  /** Measured in labs of their own. */
  private static final List<String> APART = List.of("service", "start", "together", "thousand");

  @Option(names = "--runs", description = "of each kind (default ${DEFAULT-VALUE})")
  int runs = 10;

  @Option(
      names = "--only",
      split = ",",
      description =
          "of crash, return, kill, stop, lan-cut, sigterm, service, start, together, thousand (default: all)")
  List<String> only =
      List.of(
          "crash",
          "return",
          "kill",
          "stop",
          "lan-cut",
          "sigterm",
          "service",
          "start",
          "together",
          "thousand");

  @Option(
      names = "--api",
      description = "embedded or real: kube-apiserver and etcd (default ${DEFAULT-VALUE})")
  ApiServer.Kind api = ApiServer.Kind.EMBEDDED;

  private final Map<String, Object> results = new LinkedHashMap<>();
  private final Map<String, Long> residentMb = new LinkedHashMap<>();

  private FailoverBench() {}

  public static void main(String[] args) {
    System.exit(
        new CommandLine(new FailoverBench())
            .setCaseInsensitiveEnumValuesAllowed(true)
            .execute(args));
  }

  @Override
  public Integer call() throws IOException {
    Optional<String> missing = Requirements.missing(api);
    if (missing.isPresent()) {
      System.err.println("failover: " + missing.get());
      return 2;
    }
    LabOptions options = LabOptions.harp().withApi(api);
    System.out.println("load " + load() + "; median / worst");
    System.out.println(Figures.HEADER);
    if (only.stream().anyMatch(o -> !APART.contains(o))) {
      try (SpeakerLab speakers = SpeakerLab.start(options)) {
        faults(speakers);
      }
    }
    if (only.contains("service")) {
      FirstReplies replies = FirstReplies.measure(options, runs);
      System.out.println(replies.row());
      results.put("service", replies.json());
      residentMb.putAll(replies.residentMb());
    }
    if (only.contains("start")) {
      Starts starts = Starts.measure(options, runs);
      System.out.println(starts.row());
      results.put("start", starts.json());
    }
    if (only.contains("together")) {
      Together together = Together.measure(options, runs);
      System.out.println(together.row());
      results.put("together", together.json());
    }
    if (only.contains("thousand")) {
      Thousand thousand = Thousand.measure(options, Math.min(3, runs));
      System.out.println(thousand.row());
      results.put("thousand", thousand.json());
    }
    if (!residentMb.isEmpty()) {
      System.out.println("resident, MB: " + residentMb);
      results.put("residentMb", residentMb);
    }
    System.out.println("load " + load());
    System.out.println("written to " + write(options.root().resolve("e2e/target/bench")));
    return 0;
  }

  private void faults(SpeakerLab speakers) {
    speakers.serve("web", ADDRESS);
    try (Watch watch = speakers.watch(ADDRESS)) {
      watch.run(2 * PAUSE_MS);
      Faults faults = new Faults(speakers, watch);
      memory(speakers);
      List<Sample> returns = new ArrayList<>();
      dying("crash", faults::crash, faults::back, returns);
      dying("kill", faults::kill, faults::back, returns);
      dying("sigterm", faults::sigterm, faults::back, returns);
      report("return", returns);
      lasting("stop", faults::stop);
      lasting("lan-cut", faults::lanCut);
    } catch (AssertionError e) {
      System.err.println("failover: logs in " + speakers.lab().directory());
      throw e;
    }
  }

  /** Faults a speaker does not survive: it is started again after each. */
  private void dying(
      String name, Supplier<Sample> fault, Supplier<Sample> back, List<Sample> returns) {
    boolean forReturn = name.equals("crash") && only.contains("return");
    if (only.contains(name) || forReturn) {
      List<Sample> samples = new ArrayList<>();
      for (int i = 0; i < runs; i++) {
        samples.add(fault.get());
        returns.add(back.get());
      }
      report(name, samples);
    }
  }

  private void lasting(String name, Supplier<Sample> fault) {
    if (only.contains(name)) {
      report(name, Stream.generate(fault).limit(runs).toList());
    }
  }

  private void report(String name, List<Sample> samples) {
    if (only.contains(name) && !samples.isEmpty()) {
      Figures figures = new Figures(name, samples);
      System.out.println(figures.row());
      results.put(name, figures.json());
    }
  }

  private void memory(SpeakerLab speakers) {
    for (LabNode node : speakers.lab().nodes()) {
      residentMb.put("speaker-" + node.name(), node.speaker().residentKb() / 1024);
    }
  }

  @SuppressWarnings("unchecked")
  private Path write(Path directory) throws IOException {
    Path file =
        Files.createDirectories(directory)
            .resolve(api == ApiServer.Kind.REAL ? "failover-real.json" : "failover.json");
    Map<String, Object> all = new LinkedHashMap<>();
    if (Files.exists(file)) {
      all.putAll(Serialization.unmarshal(Files.readString(file), Map.class));
    }
    results.put("load", load());
    all.putAll(results);
    Files.writeString(file, Serialization.asJson(all));
    return file;
  }

  private static String load() throws IOException {
    String[] words = Files.readString(Path.of("/proc/loadavg")).split(" ", -1);
    return words[0] + " " + words[1];
  }
}
