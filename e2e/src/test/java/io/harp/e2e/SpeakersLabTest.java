package io.harp.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.harp.e2e.probe.Client.Rates;
import io.harp.e2e.probe.Observation.Answered;
import io.harp.e2e.probe.Observation.Kind;
import io.harp.e2e.probe.Outage;
import io.harp.e2e.probe.Watch;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Three real speakers on a real wire, one fault at a time. Bounds are several times what the bench
 * shows on a quiet machine, and a fraction of what other failure detectors need.
 */
@NeedsLab
class SpeakersLabTest {

  private static final String ADDRESS = "10.77.100.1";
  private static final List<String> MORE = List.of("10.77.100.2", "10.77.100.3");

  private static final double OUTAGE_MS = 2_000;
  private static final double TWO_ANSWERERS_MS = 500;

  /** Long enough for a second move, if there is to be one. */
  private static final long AFTERMATH_MS = 1_500;

  private static SpeakerLab speakers;

  @BeforeAll
  static void start() {
    speakers = SpeakerLab.start(LabOptions.harp());
    speakers.serve("web", ADDRESS);
    for (String address : MORE) {
      speakers.serve("web-" + address.substring(address.lastIndexOf('.') + 1), address);
    }
  }

  @AfterAll
  static void stop() {
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
  void aPauseOf300MsMovesNothing() {
    try (Watch watch = speakers.watch(ADDRESS)) {
      LabNode owner = owner(watch);
      long from = owner.stop();
      watch.run(300);
      owner.resume();
      watch.run(AFTERMATH_MS);
      assertEquals(owner.name(), watch.awaitOwner(1_000));
      assertEquals(0, watch.movesSince(from));
    }
  }

  @Test
  void aSpeakerThatHungIsSilentWhenItWakes() {
    try (Watch watch = speakers.watch(ADDRESS)) {
      LabNode owner = owner(watch);
      long from = owner.stop();
      watch.awaitOwnerOtherThan(owner.name(), 10_000);
      watch.run(2_000);
      long woken = owner.resume();
      watch.run(AFTERMATH_MS);
      replacedOnce(watch, from);
      // The questions of the whole pause wait in its socket.
      assertEquals(0, answersOf(owner, watch, woken));
    }
  }

  @Test
  void aCutLanIsLeftAndItsHealMovesNothing() {
    try (Watch watch = speakers.watch(ADDRESS)) {
      LabNode owner = owner(watch);
      long from = owner.cutLan();
      watch.awaitOwnerOtherThan(owner.name(), 10_000);
      watch.run(AFTERMATH_MS);
      replacedOnce(watch, from);
      long healed = owner.plugIn();
      watch.run(AFTERMATH_MS);
      unmoved(watch, healed);
    }
  }

  @Test
  void twoSidesOfAHealedSplitSettleOnOneAnswerer() {
    try (Watch watch = speakers.watch(ADDRESS)) {
      LabNode owner = owner(watch);
      long from = owner.cutBoth();
      watch.awaitOwnerOtherThan(owner.name(), 10_000);
      watch.run(AFTERMATH_MS);
      replacedOnce(watch, from);
      long healed = owner.plugIn();
      speakers.awaitWhole();
      watch.run(AFTERMATH_MS);
      Outage outage = watch.outageSince(healed);
      assertTrue(outage.overlapMs() < TWO_ANSWERERS_MS, outage.toString());
      assertTrue(outage.coldGapMs() < OUTAGE_MS, outage.toString());
      steady(watch);
    }
  }

  @Test
  void membershipBlockedBetweenTwoLeavesOneAnswerer() {
    try (Watch watch = speakers.watch(ADDRESS)) {
      LabNode owner = owner(watch);
      LabNode other = others(owner).getFirst();
      long from = System.nanoTime();
      speakers.lab().lan().blockMembership(owner.name(), other.name());
      watch.run(3_000);
      oneAnswerer(watch, from);
      long healed = System.nanoTime();
      speakers.lab().lan().unblockMembership();
      speakers.awaitWhole();
      oneAnswerer(watch, healed);
    }
  }

  @Test
  void membershipBlockedEverywhereLeavesOneAnswerer() {
    try (Watch watch = speakers.watch(ADDRESS)) {
      long from = System.nanoTime();
      for (LabNode node : speakers.lab().nodes()) {
        for (LabNode other : others(node)) {
          speakers.lab().lan().blockMembership(node.name(), other.name());
        }
      }
      watch.run(4_000);
      oneAnswerer(watch, from);
      long healed = System.nanoTime();
      speakers.lab().lan().unblockMembership();
      speakers.awaitWhole();
      oneAnswerer(watch, healed);
    }
  }

  @Test
  void restartingOneSpeakerAfterTheOtherLosesNothing() {
    rolloutLosesNothing(List.of());
  }

  @Test
  void aRolloutOfSpeakersThatSayMoreLosesNothing() {
    rolloutLosesNothing(List.of("--speak-as-newer=64"));
  }

  private static void rolloutLosesNothing(List<String> args) {
    List<Watch> watches = new ArrayList<>();
    try {
      watches.add(speakers.watch(ADDRESS));
      for (String address : MORE) {
        Watch watch = speakers.lab().client().watch(address, new Rates(10, 0, 20));
        watch.awaitOwner(10_000);
        watches.add(watch);
      }
      for (LabNode node : speakers.lab().nodes()) {
        long from = node.terminate();
        node.awaitEnd(10_000);
        node.start(args);
        speakers.awaitWhole();
        watches.getFirst().run(500);
        for (Watch watch : watches) {
          Outage outage = watch.outageSince(from);
          assertTrue(watch.movesSince(from) <= 1, node.name() + " " + outage);
          assertEquals(0, outage.lost(), node.name() + " " + outage);
        }
      }
    } finally {
      watches.forEach(Watch::close);
    }
  }

  @Test
  void aRolloutOfANewSecretLeavesOneAnswerer() throws IOException {
    Path secret = Files.createDirectories(speakers.lab().directory().resolve("new"));
    Files.writeString(secret.resolve("secretkey"), "another secret of all speakers");
    List<LabNode> renewed = new ArrayList<>();
    try (Watch watch = speakers.watch(ADDRESS)) {
      for (LabNode node : speakers.lab().nodes()) {
        long from = node.terminate();
        node.awaitEnd(10_000);
        node.start(List.of("--ml-secret-key-path=" + secret));
        renewed.add(node);
        // Those with the old secret and those with the new one do not see each other.
        speakers.awaitMembers(renewed, renewed.size(), 20_000);
        watch.run(500);
        Outage outage = watch.outageSince(from);
        assertTrue(watch.movesSince(from) <= 1, node.name() + " " + outage);
        assertTrue(outage.overlapMs() < TWO_ANSWERERS_MS, node.name() + " " + outage);
        assertTrue(outage.longestGapMs() < OUTAGE_MS, node.name() + " " + outage);
      }
      steady(watch);
    } finally {
      renewed.forEach(LabNode::kill);
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
  void aBusyMachineAndForcedCollectionsMoveNothing() throws IOException {
    long seconds = System.getenv("HARP_LONG") == null ? 20 : 60;
    List<Process> burners = new ArrayList<>();
    try (Watch watch = speakers.watch(ADDRESS)) {
      long from = System.nanoTime();
      for (int i = 0; i < 4; i++) {
        burners.add(new ProcessBuilder("sh", "-c", "while :; do :; done").start());
      }
      for (int i = 0; i < seconds; i += 2) {
        watch.run(2_000);
        collectGarbage(speakers.lab().nodes().get(i / 2 % 3));
      }
      assertEquals(0, watch.movesSince(from), watch.outageSince(from).toString());
    } finally {
      burners.forEach(Process::destroyForcibly);
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
  void aClaimIsSaidInBothFormsAndQuestionsAreAnsweredToTheAsker() {
    try (Watch watch = speakers.watch(ADDRESS);
        Capture capture = Capture.start(speakers.lab(), "cold", "arp")) {
      LabNode owner = owner(watch);
      owner.kill();
      LabNode heir = speakers.node(watch.awaitOwnerOtherThan(owner.name(), 10_000));
      watch.run(500);
      String from = heir.mac() + " > ";
      capture.awaitLine(from + "ff:ff:ff:ff:ff:ff", "who-has " + ADDRESS, "tell " + ADDRESS);
      capture.awaitLine(from + "ff:ff:ff:ff:ff:ff", "Reply " + ADDRESS + " is-at " + heir.mac());
      capture.awaitLine(
          from + speakers.lab().plan().coldClient().mac(),
          "Reply " + ADDRESS + " is-at " + heir.mac());
    }
  }

  @Test
  void aDualStackServiceIsReachedByBothFamiliesAndMovesAsOne() {
    speakers
        .lab()
        .cluster()
        .applyYaml(
            """
            apiVersion: v1
            kind: Service
            metadata: {name: dual, namespace: default}
            spec:
              type: LoadBalancer
              ipFamilyPolicy: RequireDualStack
              selector: {app: dual}
              ports: [{name: http, port: 80}]
            """);
    speakers.lab().cluster().assign("dual", "10.77.100.4", "fd77::100:4");
    try (Watch v4 = speakers.watch("10.77.100.4");
        Watch v6 = speakers.watch("fd77::100:4")) {
      LabNode owner = owner(v6);
      assertEquals(owner.name(), v4.awaitOwner(1_000));
      long from = owner.powerOff();
      String heir = v6.awaitOwnerOtherThan(owner.name(), 10_000);
      v6.run(AFTERMATH_MS);
      replacedOnce(v6, from);
      replacedOnce(v4, from);
      assertEquals(heir, v4.awaitOwner(1_000));
    }
  }

  /** As the JVM's own tool does it; it starts a JVM itself, which is one more burden. */
  private static void collectGarbage(LabNode node) throws IOException {
    String jcmd = Path.of(System.getProperty("java.home"), "bin", "jcmd").toString();
    new ProcessBuilder(jcmd, "" + node.speaker().pid(), "GC.run")
        .redirectErrorStream(true)
        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
        .start();
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

  private static LabNode owner(Watch watch) {
    return speakers.node(watch.awaitOwner(10_000));
  }

  private static List<LabNode> others(LabNode node) {
    return speakers.lab().nodes().stream().filter(n -> n != node).toList();
  }

  private static long answersOf(LabNode node, Watch watch, long after) {
    return watch.observations().stream()
        .filter(o ->
            o instanceof Answered a
                && a.kind() == Kind.ARP
                && a.atNs() - after > 0
                && a.who().equals(node.name()))
        .count();
  }

  private static void replacedOnce(Watch watch, long from) {
    Outage outage = watch.outageSince(from);
    assertEquals(1, watch.movesSince(from), outage.toString());
    assertTrue(outage.longestGapMs() < OUTAGE_MS, outage.toString());
    assertTrue(outage.coldGapMs() < OUTAGE_MS, outage.toString());
  }

  private static void unmoved(Watch watch, long from) {
    Outage outage = watch.outageSince(from);
    assertEquals(0, watch.movesSince(from), outage.toString());
    assertEquals(0, outage.lost(), outage.toString());
  }

  /** A second owner may show for a moment; in the end there is one, and no client waited long. */
  private static void oneAnswerer(Watch watch, long from) {
    Outage outage = watch.outageSince(from);
    assertTrue(outage.overlapMs() < TWO_ANSWERERS_MS, outage.toString());
    assertTrue(outage.coldGapMs() < 1_000, outage.toString());
    assertTrue(outage.longestGapMs() < 1_000, outage.toString());
    steady(watch);
  }

  private static void steady(Watch watch) {
    long from = System.nanoTime();
    watch.run(1_000);
    Outage outage = watch.outageSince(from);
    assertEquals(1, outage.answerers().size(), outage.toString());
    assertNotEquals("", watch.awaitOwner(1_000));
  }
}
