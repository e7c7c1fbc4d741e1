package io.harp.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fabric8.kubernetes.client.KubernetesClientException;
import io.harp.e2e.api.ApiServer;
import io.harp.e2e.api.RealApi;
import io.harp.e2e.probe.Watch;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What is written to a real API server for one Service, from its creation to its move. */
@NeedsLab(realApi = true)
class ThriftLabTest {

  private static final Logger log = LoggerFactory.getLogger(ThriftLabTest.class);
  private static final long SETTLED_MS = 3_000;

  /** So often a move is tried, until none of the speakers was starved meanwhile. */
  private static final int MOVES = 3;

  private static final Pattern MUTED = Pattern.compile("(?m)^harp_muted_seconds_total ([0-9.E-]+)");

  @Test
  void aServiceAndItsMoveAreWrittenDownOnceAndNothingAtRest() {
    try (Lab lab = Lab.start(LabOptions.harp().withApi(ApiServer.Kind.REAL))) {
      pool(lab);
      lab.startDaemons();
      assertTrue(
          SpeakerLab.await(
              40_000, () -> lab.nodes().stream().allMatch(n -> SpeakerLab.members(n) == 3)));
      // What is written once, like the state of the pool, is over before anything is counted.
      lab.cluster().loadBalancer("before");
      lab.cluster().awaitAddress("before", 20_000);
      awaitRecord(lab, "before");
      pause(SETTLED_MS);

      Map<String, Integer> start = writes(lab);
      lab.cluster().loadBalancer("web");
      String address = lab.cluster().awaitAddress("web", 10_000);
      awaitRecord(lab, "web");
      pause(SETTLED_MS);
      Map<String, Integer> created = since(start, writes(lab));
      log.info("written for a new Service: {}", created);
      assertEquals(
          Map.of(
              "controller create events", 1,
              "controller update services/status", 1,
              "controller update ipaddresspools/status", 1, // shared with others that come now
              "speaker create events", 1,
              "speaker create servicel2statuses", 1),
          created);

      try (Watch watch = lab.client().watch(address)) {
        watch.run(500);
        int moves = 1;
        Map<String, Integer> moved = writtenForAMove(lab, watch);
        for (; moved.isEmpty() && moves < MOVES; moves++) {
          moved = writtenForAMove(lab, watch);
        }
        log.info("written for a move: {}", moved);
        assertEquals(
            Map.of(
                "speaker create events", 1,
                "speaker create servicel2statuses", 1,
                "speaker delete servicel2statuses", 1),
            moved);
        assertEquals(1 + moves, Records.moves(lab, "web"), "placed once, moved once each time");
        Map<String, Integer> rest = writes(lab);
        watch.run(SETTLED_MS);
        assertEquals(Map.of(), since(rest, writes(lab)));
      }
    }
  }

  /**
   * Moves the Service to the next node by hand; gives what was written, or nothing if a speaker was
   * starved meanwhile: such a one goes mute, and takes and records its addresses once more.
   */
  private static Map<String, Integer> writtenForAMove(Lab lab, Watch watch) {
    Map<String, Integer> before = writes(lab);
    double mutedBefore = mutedSeconds(lab);
    String from = Records.nodes(lab, "web").getFirst();
    String to =
        lab.nodes().stream()
            .map(LabNode::name)
            .filter(n -> !n.equals(from))
            .findFirst()
            .orElseThrow();
    lab.cluster().annotate("web", "harp.io/node", to);
    assertTrue(SpeakerLab.await(5_000, () -> Records.nodes(lab, "web").equals(List.of(to))));
    watch.run(SETTLED_MS);
    Map<String, Integer> written = since(before, writes(lab));
    return mutedSeconds(lab) > mutedBefore ? Map.of() : written;
  }

  private static double mutedSeconds(Lab lab) {
    return lab.nodes().stream()
        .map(node -> MUTED.matcher(node.get("metrics")))
        .filter(Matcher::find)
        .mapToDouble(found -> Double.parseDouble(found.group(1)))
        .sum();
  }

  private static void pool(Lab lab) {
    lab.cluster()
        .applyYaml(
            """
            apiVersion: metallb.io/v1beta1
            kind: IPAddressPool
            metadata: {name: edge, namespace: metallb-system}
            spec: {addresses: [10.77.100.0/24]}
            ---
            apiVersion: metallb.io/v1beta1
            kind: L2Advertisement
            metadata: {name: edge, namespace: metallb-system}
            """);
  }

  private static void awaitRecord(Lab lab, String service) {
    assertTrue(SpeakerLab.await(20_000, () -> isRecorded(lab, service)), service);
  }

  // A server that has just learned a kind of object answers for it a moment later.
  private static boolean isRecorded(Lab lab, String service) {
    try {
      return Records.nodes(lab, service).size() == 1;
    } catch (KubernetesClientException e) {
      log.info("not yet: {}", e.getMessage());
      return false;
    }
  }

  private static void pause(long ms) {
    long end = System.nanoTime() + ms * 1_000_000;
    SpeakerLab.await(ms + 1_000, () -> System.nanoTime() - end >= 0);
  }

  private static Map<String, Integer> writes(Lab lab) {
    return ((RealApi) lab.api()).writesByKind();
  }

  private static Map<String, Integer> since(
      Map<String, Integer> before, Map<String, Integer> after) {
    Map<String, Integer> since = new TreeMap<>(after);
    before.forEach((kind, count) -> since.merge(kind, -count, Integer::sum));
    since.values().removeIf(count -> count == 0);
    return since;
  }
}
