package io.harp.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import io.harp.e2e.api.ApiServer;
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
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * The scenarios with the embedded API server, and those the API server has no part in: stalls, cut
 * cables, splits, rollouts, load.
 */
@Tag("alone")
@NeedsLab
class SpeakersLabTest extends SpeakerScenarios {

  private static final List<String> MORE = List.of("10.77.100.2", "10.77.100.3");
  private static final double TWO_ANSWERERS_MS = 500;

  /**
   * So many pauses may move the address before it is the speakers' fault. To 300 ms the time since
   * the last heartbeat and that until the woken process answers add, which three JVMs on two cores
   * can make longer than the 400 ms that are forgiven.
   */
  private static final int PAUSES = 3;

  SpeakersLabTest() {
    super(ApiServer.Kind.EMBEDDED);
  }

  @BeforeAll
  void serveMore() {
    for (String address : MORE) {
      speakers.serve("web-" + address.substring(address.lastIndexOf('.') + 1), address);
    }
  }

  @Test
  void aPauseOf300MsMovesNothing() {
    try (Watch watch = speakers.watch(ADDRESS)) {
      List<String> moved = new ArrayList<>();
      while (moved.size() < PAUSES) {
        LabNode owner = owner(watch);
        long from = owner.stop();
        watch.run(300);
        long pauseMs = (owner.resume() - from) / 1_000_000;
        watch.run(AFTERMATH_MS);
        String answers = watch.awaitOwner(1_000);
        if (answers.equals(owner.name()) && watch.movesSince(from) == 0) {
          return;
        }
        moved.add("from " + owner.name() + " to " + answers + ", paused for " + pauseMs + " ms");
      }
      fail("each pause moved the address: " + moved);
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

  private void rolloutLosesNothing(List<String> args) {
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
  void aDualStackServiceIsReachedByBothFamiliesAndMovesAsOne() {
    speakers.serveDualStack("dual", "10.77.100.4", "fd77::100:4");
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

  /** As the JVM's own tool does it; it starts a JVM itself, which is one more burden. */
  private static void collectGarbage(LabNode node) throws IOException {
    String jcmd = Path.of(System.getProperty("java.home"), "bin", "jcmd").toString();
    new ProcessBuilder(jcmd, "" + node.speaker().pid(), "GC.run")
        .redirectErrorStream(true)
        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
        .start();
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

  /** A second owner may show for a moment; in the end there is one, and no client waited long. */
  private void oneAnswerer(Watch watch, long from) {
    Outage outage = watch.outageSince(from);
    assertTrue(outage.overlapMs() < TWO_ANSWERERS_MS, outage.toString());
    assertTrue(outage.coldGapMs() < 1_000, outage.toString());
    assertTrue(outage.longestGapMs() < 1_000, outage.toString());
    steady(watch);
  }
}
