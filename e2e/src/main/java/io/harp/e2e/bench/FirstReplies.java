package io.harp.e2e.bench;

import io.harp.e2e.Lab;
import io.harp.e2e.LabNode;
import io.harp.e2e.LabOptions;
import io.harp.e2e.net.LabPlan;
import io.harp.e2e.probe.Observation.Kind;
import io.harp.e2e.probe.Watch;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * How long a new Service needs to be of use, with the controller and three speakers, each from the
 * request that creates it. Every run has a Service and an address of its own, so the client knows
 * nothing; a first one that is not counted takes what every process does once.
 *
 * @param assignedMs until its status bears an address, one value a run
 * @param answeredMs until a question for it, asked every 20 ms from then on, is answered
 * @param repliedMs until a datagram sent to it, every 5 ms from then on, is answered
 * @param residentMb memory of the daemons in the end
 */
record FirstReplies(
    List<Double> assignedMs,
    List<Double> answeredMs,
    List<Double> repliedMs,
    Map<String, Long> residentMb) {

  private static final long PATIENCE_MS = 30_000;
  private static final long PAUSE_MS = 500;

  static FirstReplies measure(LabOptions options, int runs) {
    FirstReplies all =
        new FirstReplies(
            new ArrayList<>(), new ArrayList<>(), new ArrayList<>(), new LinkedHashMap<>());
    try (Lab lab = Lab.start(options)) {
      lab.startDaemons();
      lab.cluster().apply(options.root().resolve("examples/pool.yaml"));
      lab.nodes().forEach(node -> node.awaitReady(PATIENCE_MS));
      askForNothing(lab);
      for (int i = 0; i <= runs; i++) {
        all.create(lab, "s" + i, i > 0);
      }
      all.residentMb.put("controller", lab.controller().residentKb() / 1024);
      for (LabNode node : lab.nodes()) {
        all.residentMb.put("speaker-" + node.name(), node.speaker().residentKb() / 1024);
      }
    }
    return all;
  }

  private void create(Lab lab, String service, boolean counts) {
    long from = System.nanoTime();
    lab.cluster().loadBalancer(service);
    String address = lab.cluster().awaitAddress(service, PATIENCE_MS);
    double assigned = (System.nanoTime() - from) / 1e6;
    try (Watch watch = lab.client().watch(address)) {
      double answered = (watch.awaitAnswer(Kind.ARP, from, PATIENCE_MS).atNs() - from) / 1e6;
      double replied = (watch.awaitAnswer(Kind.UDP, from, PATIENCE_MS).atNs() - from) / 1e6;
      if (counts) {
        assignedMs.add(assigned);
        answeredMs.add(answered);
        repliedMs.add(replied);
      }
      watch.run(PAUSE_MS);
    }
  }

  /** The probes, too, are slow the first time. */
  private static void askForNothing(Lab lab) {
    try (Watch watch = lab.client().watch(LabPlan.UNUSED_ADDRESS)) {
      watch.run(PAUSE_MS);
    }
  }

  String row() {
    return "service   %3d   assigned %s, answered %s, replied %s"
        .formatted(
            assignedMs.size(),
            Figures.cell(assignedMs),
            Figures.cell(answeredMs),
            Figures.cell(repliedMs));
  }

  Map<String, Object> json() {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("n", assignedMs.size());
    json.put("assignedMs", Figures.spread(assignedMs));
    json.put("answeredMs", Figures.spread(answeredMs));
    json.put("repliedMs", Figures.spread(repliedMs));
    return json;
  }
}
