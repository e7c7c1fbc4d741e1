package io.harp.e2e.bench;

import io.harp.e2e.LabNode;
import io.harp.e2e.LabOptions;
import io.harp.e2e.SpeakerLab;
import io.harp.e2e.probe.Observation;
import io.harp.e2e.probe.Observation.Claimed;
import io.harp.e2e.probe.Observation.Kind;
import io.harp.e2e.probe.Watch;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * How long a speaker needs from the start of its process to the first announcement and the first
 * answer, where no other has to be asked: on the only node there is.
 *
 * @param announcedMs first gratuitous ARP, one value a run
 * @param answeredMs first answer to a question asked every 20 ms, one value a run
 */
record Starts(List<Double> announcedMs, List<Double> answeredMs) {

  private static final String ADDRESS = "10.77.100.1";
  private static final long TIMEOUT_MS = 30_000;

  static Starts measure(LabOptions options, int runs) {
    List<Double> announced = new ArrayList<>();
    List<Double> answered = new ArrayList<>();
    try (SpeakerLab speakers = SpeakerLab.build(options.withNodes(1))) {
      speakers.serve("web", ADDRESS);
      LabNode node = speakers.node("n1");
      for (int i = 0; i < runs; i++) {
        try (Watch watch = speakers.lab().client().watch(ADDRESS)) {
          long from = node.start();
          answered.add((watch.awaitAnswer(Kind.ARP, from, TIMEOUT_MS).atNs() - from) / 1e6);
          watch.run(300);
          announced.add((firstClaim(watch.observations()) - from) / 1e6);
        }
        node.kill();
      }
    }
    return new Starts(announced, answered);
  }

  private static long firstClaim(List<Observation> seen) {
    return seen.stream()
        .filter(Claimed.class::isInstance)
        .mapToLong(Observation::atNs)
        .min()
        .orElseThrow(() -> new AssertionError("answered, and never announced"));
  }

  String row() {
    Map<String, Double> first = Figures.spread(announcedMs);
    Map<String, Double> answer = Figures.spread(answeredMs);
    return "start     %3d   announced %.0f / %.0f, answered %.0f / %.0f"
        .formatted(
            announcedMs.size(),
            first.get("p50"),
            first.get("max"),
            answer.get("p50"),
            answer.get("max"));
  }

  Map<String, Object> json() {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("n", announcedMs.size());
    json.put("announcedMs", Figures.spread(announcedMs));
    json.put("answeredMs", Figures.spread(answeredMs));
    return json;
  }
}
