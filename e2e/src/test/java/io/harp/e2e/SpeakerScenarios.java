package io.harp.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.harp.e2e.api.ApiServer;
import io.harp.e2e.probe.Outage;
import io.harp.e2e.probe.Watch;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/**
 * Three real speakers on a real wire, one fault at a time: what has to do with the API server, and
 * so is told of each kind of it. Bounds are several times what the bench shows on a quiet machine,
 * and a fraction of what other failure detectors need.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class SpeakerScenarios {

  static final String ADDRESS = "10.77.100.1";

  static final double OUTAGE_MS = 2_000;

  /** Long enough for a second move, if there is to be one. */
  static final long AFTERMATH_MS = 1_500;

  private final ApiServer.Kind api;
  SpeakerLab speakers;

  SpeakerScenarios(ApiServer.Kind api) {
    this.api = api;
  }

  @BeforeAll
  void start() {
    speakers = SpeakerLab.start(LabOptions.harp().withApi(api));
    speakers.serve("web", ADDRESS);
  }

  @AfterAll
  void stop() {
    speakers.close();
  }

  @BeforeEach
  void allWell() {
    speakers.heal();
  }

  @Test
  void aDeadNodeIsReplacedAndItsReturnMovesNothing() {
    try (Watch watch = speakers.watch(ADDRESS)) {
      LabNode owner = owner(watch);
      long from = owner.powerOff();
      String heir = watch.awaitOwnerOtherThan(owner.name(), 10_000);
      watch.run(AFTERMATH_MS);
      replacedOnce(watch, from);
      long back = owner.bringBack();
      speakers.awaitWhole();
      watch.run(AFTERMATH_MS);
      unmoved(watch, back);
      assertEquals(heir, watch.awaitOwner(1_000));
    }
  }

  @Test
  void aKilledSpeakerIsReplacedWithoutALostDatagram() {
    try (Watch watch = speakers.watch(ADDRESS)) {
      LabNode owner = owner(watch);
      long from = owner.kill();
      watch.awaitOwnerOtherThan(owner.name(), 10_000);
      watch.run(AFTERMATH_MS);
      replacedOnce(watch, from);
      assertEquals(0, watch.outageSince(from).lost());
    }
  }

  @Test
  void anOrderlyEndLosesNothing() {
    try (Watch watch = speakers.watch(ADDRESS)) {
      LabNode owner = owner(watch);
      long from = owner.terminate();
      owner.awaitEnd(10_000);
      watch.awaitOwnerOtherThan(owner.name(), 10_000);
      watch.run(AFTERMATH_MS);
      Outage outage = watch.outageSince(from);
      assertEquals(0, outage.lost(), outage.toString());
    }
  }

  @Test
  void withoutTheApiNothingIsWithdrawnAndACrashIsSurvived() {
    try (Watch watch = speakers.watch(ADDRESS)) {
      speakers.lab().api().stop();
      try {
        long gone = System.nanoTime();
        watch.run(3_000);
        unmoved(watch, gone);
        LabNode owner = owner(watch);
        long from = owner.powerOff();
        watch.awaitOwnerOtherThan(owner.name(), 10_000);
        watch.run(AFTERMATH_MS);
        replacedOnce(watch, from);
        long back = owner.bringBack();
        speakers.awaitWhole();
        LabNode heir = owner(watch);
        unmoved(watch, back);
        // The one that knows the cluster only from its peers may be the next owner.
        long again = heir.kill();
        watch.awaitOwnerOtherThan(heir.name(), 10_000);
        watch.run(AFTERMATH_MS);
        replacedOnce(watch, again);
      } finally {
        speakers.lab().api().resume();
      }
    }
  }

  @Test
  void nothingIsWrittenAtRest() {
    try (Watch watch = speakers.watch(ADDRESS)) {
      // What the last scenario changed is recorded first.
      watch.run(2_000);
      long before = speakers.lab().api().writesSoFar();
      watch.run(5_000);
      assertEquals(before, speakers.lab().api().writesSoFar());
    }
  }

  @Test
  void aMoveIsRecordedOnce() {
    try (Watch watch = speakers.watch(ADDRESS)) {
      watch.run(1_000);
      int eventsBefore = Records.moves(speakers.lab(), "web");
      LabNode owner = owner(watch);
      owner.kill();
      String heir = watch.awaitOwnerOtherThan(owner.name(), 10_000);
      SpeakerLab.await(5_000, () -> Records.nodes(speakers.lab(), "web").equals(List.of(heir)));
      watch.run(AFTERMATH_MS);
      assertEquals(eventsBefore + 1, Records.moves(speakers.lab(), "web"));
      assertEquals(List.of(heir), Records.nodes(speakers.lab(), "web"));
    }
  }

  @Test
  void aLocalServiceFollowsItsEndpointsAndSeesTheClient() {
    String address = "10.77.100.5";
    Lab lab = speakers.lab();
    lab.cluster()
        .applyYaml(
            """
            apiVersion: v1
            kind: Service
            metadata: {name: local, namespace: default}
            spec:
              type: LoadBalancer
              externalTrafficPolicy: Local
              selector: {app: local}
              ports: [{name: http, port: 80}]
            """);
    lab.cluster().endpoints("local", List.of("n2"));
    lab.cluster().assign("local", address);
    try (Watch watch = speakers.watch(address)) {
      assertEquals("n2", watch.awaitOwner(10_000));
      String reply = lab.get(address);
      assertTrue(reply.endsWith("n2"), reply);
      assertTrue(reply.contains("X-Client: " + lab.plan().warmClient().v4()), reply);
      lab.cluster().endpoints("local", List.of("n3"));
      assertEquals("n3", watch.awaitOwnerOtherThan("n2", 10_000));
      assertTrue(SpeakerLab.await(5_000, () -> lab.get(address).endsWith("n3")));
    }
  }

  LabNode owner(Watch watch) {
    return speakers.node(watch.awaitOwner(10_000));
  }

  List<LabNode> others(LabNode node) {
    return speakers.lab().nodes().stream().filter(n -> n != node).toList();
  }

  static void replacedOnce(Watch watch, long from) {
    Outage outage = watch.outageSince(from);
    assertEquals(1, watch.movesSince(from), outage.toString());
    assertTrue(outage.longestGapMs() < OUTAGE_MS, outage.toString());
    assertTrue(outage.coldGapMs() < OUTAGE_MS, outage.toString());
  }

  static void unmoved(Watch watch, long from) {
    Outage outage = watch.outageSince(from);
    assertEquals(0, watch.movesSince(from), outage.toString());
    assertEquals(0, outage.lost(), outage.toString());
  }

  static void steady(Watch watch) {
    long from = System.nanoTime();
    watch.run(1_000);
    Outage outage = watch.outageSince(from);
    assertEquals(1, outage.answerers().size(), outage.toString());
    assertNotEquals("", watch.awaitOwner(1_000));
  }
}
