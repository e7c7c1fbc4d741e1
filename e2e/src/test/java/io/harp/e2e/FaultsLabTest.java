package io.harp.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.harp.e2e.api.ApiServer;
import io.harp.e2e.probe.Observation.Kind;
import io.harp.e2e.probe.Outage;
import io.harp.e2e.probe.Watch;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * The lab itself, with stand-ins for speakers: do faults do what they say, and do the probes see
 * it? Every figure is compared with a pause the test made, so a slow machine only makes it larger.
 */
@Tag("alone")
@NeedsLab
class FaultsLabTest {

  private static StandInLab standIns;
  private static Lab lab;

  @BeforeAll
  static void build() {
    standIns = StandInLab.start(ApiServer.Kind.EMBEDDED);
    lab = standIns.lab();
  }

  @AfterAll
  static void clear() {
    standIns.close();
  }

  @BeforeEach
  void allWell() {
    standIns.owners("n1");
    lab.lan().healLan();
    for (LabNode node : lab.nodes()) {
      node.plugIn();
      if (!node.isRunning()) {
        node.start();
      }
    }
  }

  @Test
  void anUndisturbedAddressLosesNothing() {
    try (Watch watch = watch()) {
      long from = System.nanoTime();
      watch.run(500);
      Outage outage = watch.outageSince(from);
      assertEquals(0, outage.lost());
      assertEquals(0, outage.moves());
      assertEquals(0, outage.overlapMs());
    }
  }

  @Test
  void aDeadNodeIsSilentUntilAnotherTakesOver() {
    try (Watch watch = watch()) {
      long from = lab.node("n1").powerOff();
      watch.run(400);
      assertTrue(watch.owner().isEmpty());
      standIns.owners("n2");
      assertEquals("n2", watch.awaitOwnerOtherThan("n1", 5_000));
      watch.awaitAnswer(Kind.UDP, System.nanoTime(), 5_000);
      Outage outage = watch.outageSince(from);
      assertTrue(outage.longestGapMs() > 300, outage.toString());
      assertTrue(outage.coldGapMs() > 300, outage.toString());
      assertTrue(outage.lost() > 50, outage.toString());
    }
  }

  @Test
  void killingTheSpeakerLeavesTheTrafficAlone() {
    try (Watch watch = watch()) {
      long from = lab.node("n1").kill();
      watch.run(400);
      Outage outage = watch.outageSince(from);
      assertEquals(0, outage.lost(), outage.toString());
      assertTrue(outage.coldGapMs() > 300, outage.toString());
    }
  }

  @Test
  void aStoppedSpeakerAnswersAgainWhenItGoesOn() {
    try (Watch watch = watch()) {
      lab.node("n1").stop();
      watch.run(300);
      assertTrue(watch.owner().isEmpty());
      lab.node("n1").resume();
      assertEquals("n1", watch.awaitOwner(5_000));
    }
  }

  @Test
  void twoAnswerersAreSeen() {
    try (Watch watch = watch()) {
      long from = System.nanoTime();
      standIns.owners("n1", "n2");
      watch.run(500);
      Outage outage = watch.outageSince(from);
      // Counts the time from one node's answer to the other's, which is little where both answer at
      // once and not always in the same order.
      assertTrue(outage.twoAnswerersMs() > 50, outage.toString());
      assertTrue(outage.overlapMs() > 200, outage.toString());
    }
  }

  @Test
  void aCutCableAndASilentPortBothHideANode() {
    for (boolean carrier : List.of(true, false)) {
      try (Watch watch = watch()) {
        if (carrier) {
          lab.lan().silenceLan("n1");
        } else {
          lab.node("n1").cutLan();
        }
        watch.run(300);
        assertTrue(watch.owner().isEmpty());
        assertEquals(carrier ? "1" : "0", carrierOf("n1"));
        lab.lan().healLan();
        lab.node("n1").plugIn();
        assertEquals("n1", watch.awaitOwner(5_000));
      }
    }
  }

  @Test
  void managementAndLanAreCutApart() {
    assertTrue(reaches("n1", "10.77.0.12") && reaches("n1", "10.78.0.12"));
    lab.node("n1").cutManagement();
    assertTrue(reaches("n1", "10.77.0.12"));
    assertFalse(reaches("n1", "10.78.0.12"));
    lab.node("n1").plugIn();
    lab.node("n1").cutLan();
    assertFalse(reaches("n1", "10.77.0.12"));
    assertTrue(reaches("n1", "10.78.0.12"));
  }

  @Test
  void aClientBehindTheGatewayIsServedToo() {
    try (Watch watch = lab.farClient().watch(StandInLab.ADDRESS)) {
      assertEquals("n1", watch.awaitAnswer(Kind.TCP, watch.startNs(), 10_000).who());
    }
  }

  @Test
  void aNodeWithoutAnEndpointTakesNoTrafficForALocalService() {
    lab.cluster()
        .applyYaml(
            """
            apiVersion: v1
            kind: Service
            metadata: {name: local, namespace: default}
            spec: {type: LoadBalancer, externalTrafficPolicy: Local, ports: [{port: 80}]}
            """);
    lab.cluster().endpoints("local", List.of("n2"));
    lab.cluster().assign("local", StandInLab.ADDRESS);
    assertTrue(SpeakerLab.await(5_000, () -> lab.get(StandInLab.ADDRESS).isEmpty()));
    // Without the Service, the address is again any node's.
    lab.api().client().services().inNamespace("default").withName("local").delete();
    assertTrue(SpeakerLab.await(5_000, () -> lab.get(StandInLab.ADDRESS).endsWith("n1")));
  }

  private static Watch watch() {
    Watch watch = lab.client().watch(StandInLab.ADDRESS);
    assertEquals("n1", watch.awaitOwner(10_000));
    watch.awaitAnswer(Kind.UDP, System.nanoTime(), 10_000);
    return watch;
  }

  private static String carrierOf(String node) {
    return lab.lan().machine(node).run("", "cat", "/sys/class/net/eth0/carrier");
  }

  private static boolean reaches(String node, String address) {
    try {
      lab.lan()
          .machine(node)
          .run("", "timeout", "1", "bash", "-c", "true >/dev/tcp/" + address + "/8080");
      return true;
    } catch (IllegalStateException e) {
      return false;
    }
  }
}
