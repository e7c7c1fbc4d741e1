package io.harp.e2e.bench;

import io.fabric8.kubernetes.client.utils.Serialization;
import io.harp.e2e.Lab;
import io.harp.e2e.LabOptions;
import io.harp.e2e.Requirements;
import io.harp.e2e.SpeakerLab;
import io.harp.e2e.api.ApiServer;
import io.harp.e2e.net.LabProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * What the controller costs: one allocation, a restart, a thousand Services at once beside the API
 * server alone, memory and CPU. Written to {@code e2e/target/bench/controller.json}.
 */
@Command(
    name = "controller",
    mixinStandardHelpOptions = true,
    description = "Measures allocation, restart, many Services at once, memory and CPU.")
public final class ControllerBench implements Callable<Integer> {

  private static final int PATIENCE_MS = 180_000;
  private static final int WARM_UP = 50;
  private static final int SETTLED_MS = 3_500;

  @Option(names = "--runs", description = "of many at once (default ${DEFAULT-VALUE})")
  int runs = 3;

  @Option(names = "--at-once", description = "Services (default ${DEFAULT-VALUE})")
  int atOnce = 1_000;

  @Option(
      names = "--sizes",
      split = ",",
      description = "numbers of Services, ascending (default ${DEFAULT-VALUE})")
  List<Integer> sizes = List.of(100, 1_000, 10_000);

  @Option(
      names = "--only",
      split = ",",
      description = "of allocation, at-once, growing (default: all)")
  List<String> only = List.of("allocation", "at-once", "growing");

  private final Map<String, Object> results = new LinkedHashMap<>();

  private ControllerBench() {}

  public static void main(String[] args) {
    System.exit(new CommandLine(new ControllerBench()).execute(args));
  }

  @Override
  public Integer call() throws IOException {
    Optional<String> missing = Requirements.missing(ApiServer.Kind.REAL);
    if (missing.isPresent()) {
      System.err.println("controller: " + missing.get());
      return 2;
    }
    report("load", load());
    if (only.contains("allocation")) {
      Allocations.measure(sizes).forEach(row -> report("allocation", row));
    }
    if (only.contains("at-once")) {
      manyAtOnce();
    }
    if (only.contains("growing")) {
      growing();
    }
    report("load after", load());
    Path file =
        Files.createDirectories(LabOptions.projectRoot().resolve("e2e/target/bench"))
            .resolve("controller.json");
    Files.writeString(file, Serialization.asJson(results));
    System.out.println("written to " + file);
    return 0;
  }

  /**
   * The API server alone first, then with what a controller must write, then with Harp. Each time
   * with a new server: it takes the longer for a Service the more there are.
   */
  private void manyAtOnce() {
    List<Double> alone = new ArrayList<>();
    List<Double> written = new ArrayList<>();
    List<Double> accepted = new ArrayList<>();
    List<Double> served = new ArrayList<>();
    List<Double> cpu = new ArrayList<>();
    for (int run = 0; run < runs; run++) {
      alone.add(alone(false));
      written.add(alone(true));
      try (Lab lab = lab();
          Crowd crowd = new Crowd(lab.api().client())) {
        pools(lab);
        LabProcess controller = start(lab, 0);
        crowd.create("warm", 0, WARM_UP, "", false);
        crowd.awaitServed(WARM_UP, PATIENCE_MS);
        long cpuMs = controller.cpuMs();
        long began = System.nanoTime();
        accepted.add(crowd.create("s", 0, atOnce, "", false) / 1e6);
        crowd.awaitServed(WARM_UP + atOnce, PATIENCE_MS);
        served.add((System.nanoTime() - began) / 1e6);
        cpu.add((double) controller.cpuMs() - cpuMs);
      }
    }
    Map<String, Object> row = new LinkedHashMap<>();
    row.put("services", atOnce);
    row.put("n", runs);
    row.put("acceptedAloneMs", Figures.spread(alone));
    row.put("acceptedAndStatusAloneMs", Figures.spread(written));
    row.put("acceptedMs", Figures.spread(accepted));
    row.put("servedMs", Figures.spread(served));
    row.put("controllerCpuMs", Figures.spread(cpu));
    row.put("ratioToAccepted", ratio(served, accepted));
    row.put("ratioToAcceptedAlone", ratio(served, alone));
    row.put("ratioToAcceptedAndStatusAlone", ratio(served, written));
    report("atOnce", row);
  }

  /** In ms. */
  private double alone(boolean withStatus) {
    try (Lab lab = lab();
        Crowd crowd = new Crowd(lab.api().client())) {
      pools(lab);
      crowd.create("warm", 0, WARM_UP, Crowd.NOBODY, withStatus);
      return crowd.create("s", 0, atOnce, Crowd.NOBODY, withStatus) / 1e6;
    }
  }

  /** Memory and CPU with ever more Services, and of a restart among them. */
  private void growing() {
    try (Lab lab = lab();
        Crowd crowd = new Crowd(lab.api().client())) {
      pools(lab);
      int there = 0;
      LabProcess controller = start(lab, there);
      for (int size : sizes) {
        long before = controller.cpuMs();
        crowd.create("s", there, size, "", false);
        crowd.awaitServed(size, PATIENCE_MS);
        Map<String, Object> row = new LinkedHashMap<>();
        row.put("services", size);
        row.put("cpuMsOfServing", controller.cpuMs() - before);
        row.put("servedThen", size - there);
        there = size;
        settle(lab);
        row.put("residentMb", controller.residentKb() / 1024);
        row.put("peakResidentMb", controller.peakResidentKb() / 1024);
        idle(lab, controller, row);
        controller.terminate();
        controller.awaitEnd(10_000);
        long writes = lab.api().writesSoFar();
        long began = System.nanoTime();
        controller = start(lab, size);
        row.put("restartMs", (System.nanoTime() - began) / 1_000_000);
        row.put("restartCpuMs", controller.cpuMs());
        settle(lab);
        row.put("restartResidentMb", controller.residentKb() / 1024);
        row.put("restartWrites", lab.api().writesSoFar() - writes);
        report("growing", row);
      }
    }
  }

  /** What ten seconds without a change cost. */
  private static void idle(Lab lab, LabProcess controller, Map<String, Object> row) {
    long writes = lab.api().writesSoFar();
    long cpuMs = controller.cpuMs();
    SpeakerLab.await(10_000, () -> false);
    row.put("idleCpuMsPerSecond", Allocations.tenth((controller.cpuMs() - cpuMs) / 10.0));
    row.put("idleWrites", lab.api().writesSoFar() - writes);
  }

  /** Nothing is written for longer than counters of pools are held back. */
  private static void settle(Lab lab) {
    long before;
    do {
      before = lab.api().writesSoFar();
      SpeakerLab.await(SETTLED_MS, () -> false);
    } while (lab.api().writesSoFar() != before);
  }

  /** Until it has looked at all Services. */
  private static LabProcess start(Lab lab, int services) {
    LabProcess controller = lab.startController("controller-" + services);
    if (!SpeakerLab.await(60_000, () -> controller.tail(50).contains("all Services are known"))) {
      throw new AssertionError("the controller does not begin: " + controller.tail(20));
    }
    return controller;
  }

  private static Lab lab() {
    return Lab.start(LabOptions.harp().withNodes(1).withApi(ApiServer.Kind.REAL));
  }

  private static void pools(Lab lab) {
    StringBuilder yaml = new StringBuilder();
    for (int i = 0; i < 100; i++) {
      yaml.append(
          """
          apiVersion: metallb.io/v1beta1
          kind: IPAddressPool
          metadata: {name: bench-%1$02d, namespace: metallb-system}
          spec: {addresses: ["10.88.%1$d.0/24"]}
          ---
          """
              .formatted(i));
    }
    lab.cluster().applyYaml(yaml.toString());
  }

  private static double ratio(List<Double> of, List<Double> to) {
    return Math.round(median(of) * 100 / median(to)) / 100.0;
  }

  private static double median(List<Double> values) {
    return values.stream().sorted().toList().get((values.size() - 1) / 2);
  }

  @SuppressWarnings("unchecked")
  private void report(String name, Object value) {
    System.out.println(name + ": " + value);
    if (value instanceof Map) {
      ((List<Object>) results.computeIfAbsent(name, _ -> new ArrayList<>())).add(value);
    } else {
      results.put(name, value);
    }
  }

  private static String load() throws IOException {
    String[] words = Files.readString(Path.of("/proc/loadavg")).split(" ", -1);
    return words[0] + " " + words[1];
  }
}
