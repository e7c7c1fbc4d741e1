package io.harp.speaker.sim;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.harp.model.Address;
import io.harp.speaker.ownership.Journal.Incident;
import io.harp.speaker.ownership.Settings;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.junit.jupiter.api.Test;

/**
 * Stories with a known end: the counter-examples that shaped the protocol, and what users are
 * promised. The names in brackets are those of the list in {@code DESIGN.md}.
 */
class ClusterTest {

  private static final long SETTLED_MS = 6_000;

  private static Scene settled(int nodes, int addresses) {
    return settled(Scene.of(nodes, addresses));
  }

  private static Scene settled(Scene scene) {
    scene.startAll();
    scene.runUntil(SETTLED_MS);
    return scene;
  }

  private static Map<Address, Machine> holders(Scene scene) {
    Map<Address, Machine> holders = new HashMap<>();
    for (Address address : scene.addresses()) {
      scene.holder(address).ifPresent(m -> holders.put(address, m));
    }
    return holders;
  }

  private static int load(Scene scene, Machine machine) {
    return (int) holders(scene).values().stream().filter(m -> m == machine).count();
  }

  private static Machine holder(Scene scene, int i) {
    return scene.holder(Scene.address(i)).orElseThrow();
  }

  private static void ends(Scene scene) {
    scene.witness.quiet();
    scene.wasSound();
  }

  // Rest

  @Test
  void aSpeakerThatNothingHappensToSleeps() {
    // Ten for the lease, the others to announce a hundred addresses each minute.
    Scene alone = settled(1, 100);
    assertTrue(looksASecond(alone) <= 16, looksASecond(alone) + " looks a second");
  }

  private static int looksASecond(Scene scene) {
    Life life = Objects.requireNonNull(scene.machines.getFirst().life);
    int before = life.looks;
    scene.runUntil(scene.time.nowMs() + 10_000);
    return (life.looks - before) / 10;
  }

  // Start and placement

  @Test
  void allStartTogetherAndShareTheAddressesEvenly() { // C1
    Scene scene = settled(3, 7);
    for (Machine machine : scene.machines) {
      int load = load(scene, machine);
      assertTrue(load == 2 || load == 3, machine.name + " holds " + load);
    }
    ends(scene);
  }

  @Test
  void allShareTheAddressesEvenlyWhoeverSeesTheApiFirst() {
    for (int seed = 1; seed <= 100; seed++) {
      Scene scene = settled(new Scene(seed, Settings.of(400), 1, 4, 12, 2, 4_000).withGateway());
      for (Machine machine : scene.machines) {
        assertEquals(3, load(scene, machine), machine.name + " of seed " + seed);
      }
    }
  }

  @Test
  void whoseWatchesAreAheadOfItsOwnLoopTellsNobodyThatThereIsNothing() {
    for (int seed = 1; seed <= 100; seed++) {
      Scene scene = new Scene(seed, Settings.of(400), 1, 3, 12, 2, 4_000).withGateway();
      scene.handledLateMs = 1_500;
      settled(scene);
      for (Machine machine : scene.machines) {
        assertEquals(4, load(scene, machine), machine.name + " of seed " + seed);
      }
      // What a peer told during the start must not outlast it.
      scene.want(Scene.address(12), scene.allNodes());
      scene.runFor(1_000);
      assertEquals(1, scene.answering(Scene.address(12)).size(), "seed " + seed);
      for (Machine machine : scene.machines) {
        Life life = Objects.requireNonNull(machine.life);
        assertFalse(life.incidents.containsKey(Incident.LAGGING), "seed " + seed);
      }
      ends(scene);
    }
  }

  @Test
  void wallClocksThatAreYearsApartAndStepBackBetweenTwoLivesChangeNothing() {
    long years = 10L * 365 * 24 * 3_600_000;
    Scene scene = Scene.of(3, 6);
    scene.machine(0).wallSkewMs = years;
    scene.machine(1).wallSkewMs = -years;
    settled(scene);
    Map<Address, Machine> before = holders(scene);
    assertEquals(6, before.size());
    Machine back = scene.machine(0);
    scene.kill(back);
    scene.runFor(3_000);
    Map<Address, Machine> without = holders(scene);
    back.wallSkewMs = -2 * years;
    scene.start(back);
    scene.runFor(5_000);
    assertEquals(without, holders(scene));
    scene.lanCut(scene.machine(1), true);
    scene.runFor(3_000);
    scene.lanCut(scene.machine(1), false);
    scene.runFor(3_000);
    ends(scene);
  }

  @Test
  void aJoinMovesNothing() {
    Scene scene = Scene.of(3, 6);
    scene.start(scene.machine(0));
    scene.start(scene.machine(1));
    scene.runUntil(SETTLED_MS);
    Map<Address, Machine> before = holders(scene);
    assertEquals(6, before.size());
    scene.start(scene.machine(2));
    scene.runFor(5_000);
    assertEquals(before, holders(scene));
    ends(scene);
  }

  @Test
  void onlyTheLostNodesAddressesMoveAndTheyAreSpread() {
    Scene scene = settled(4, 12);
    Machine lost = scene.machine(1);
    Map<Address, Machine> before = holders(scene);
    scene.crash(lost);
    scene.runFor(3_000);
    Map<Address, Machine> after = holders(scene);
    before.forEach((address, machine) -> {
      if (machine != lost) {
        assertEquals(machine, after.get(address));
      }
    });
    scene.machines.stream().filter(m -> m != lost).forEach(m -> assertEquals(4, load(scene, m)));
    scene.start(lost);
    scene.runFor(6_000);
    assertEquals(after, holders(scene), "a return moves nothing");
    ends(scene);
  }

  // Failover

  @Test
  void aCrashIsAnsweredBySomebodyElseWithin600Ms() {
    Scene scene = settled(3, 6);
    Machine lost = holder(scene, 0);
    scene.crash(lost);
    assertTrue(scene.msUntilAnswered(Scene.address(0), lost, 2_000) <= 600);
    scene.runFor(5_000);
    ends(scene);
  }

  @Test
  void aKilledProcessIsAnsweredForWithin150Ms() {
    Scene scene = settled(3, 6);
    Machine lost = holder(scene, 0);
    scene.kill(lost);
    assertTrue(scene.msUntilAnswered(Scene.address(0), lost, 2_000) <= 150);
    scene.runFor(5_000);
    ends(scene);
  }

  /** Others still ask whether the lost member is silent when its heir asks for the address. */
  @Test
  void thePlannedHeirDoesNotGiveWayToMembersThatLookAfterTheSuspicion() {
    Scene scene = Scene.of(4, 12);
    // A host that refuses connections proves at once that the process is gone.
    scene.membership.verifyMs = 0;
    settled(scene);
    for (Machine lost : scene.machines) {
      List<Address> its = scene.addresses().stream().filter(a -> holds(scene, lost, a)).toList();
      scene.kill(lost);
      long from = scene.time.nowMs();
      for (Address address : its) {
        scene.msUntilAnswered(address, lost, 150 - (scene.time.nowMs() - from));
      }
      scene.runFor(2_000);
      scene.start(lost);
      scene.runFor(5_000);
    }
    ends(scene);
  }

  private static boolean holds(Scene scene, Machine machine, Address address) {
    return scene.holder(address).filter(machine::equals).isPresent();
  }

  @Test
  void theLastOfTwoAnswersWithoutAGateway() { // C12, M20
    theLastOfTwoAnswers(new Scene(1, Settings.of(400), 1, 2, 4, 1, 4_000));
  }

  @Test
  void theLastOfTwoAnswersWithAGateway() {
    theLastOfTwoAnswers(Scene.of(2, 4));
  }

  private static void theLastOfTwoAnswers(Scene scene) {
    settled(scene);
    Machine lost = scene.machine(0);
    Machine last = scene.machine(1);
    scene.crash(lost);
    for (Address address : scene.addresses()) {
      assertTrue(scene.msUntilAnswered(address, lost, 4_000) <= 900);
    }
    int claims = scene.witness.claims;
    scene.runFor(20_000);
    assertEquals(4, load(scene, last));
    assertEquals(claims, scene.witness.claims, "it does not take and lose them for ever");
    ends(scene);
  }

  @Test
  void aDeadSegmentBehindALiveCableMovesItsAddresses() { // C11
    Scene scene = settled(3, 6);
    Machine cut = holder(scene, 0);
    scene.lanCut(cut, true);
    assertTrue(scene.msUntilAnswered(Scene.address(0), cut, 4_000) <= 1_000);
    scene.lanCut(cut, false);
    scene.runFor(5_000);
    ends(scene);
  }

  @Test
  void aDeadSegmentOfTheAddressesMovesThemThoughAnotherIsWell() {
    Scene scene = settled(new Scene(1, Settings.of(400), 2, 3, 6, 2, 4_000));
    Machine cut = holder(scene, 0);
    scene.lanCut(cut.nics.getFirst(), true);
    assertTrue(scene.msUntilAnswered(Scene.address(0), cut, 4_000) <= 1_000);
  }

  @Test
  void aDeadSegmentOfOtherAddressesMovesNothing() {
    Scene scene = settled(new Scene(1, Settings.of(400), 2, 3, 6, 2, 4_000));
    Map<Address, Machine> before = holders(scene);
    scene.lanCut(holder(scene, 0).nics.getLast(), true);
    scene.carrier(holder(scene, 1).nics.getLast(), false);
    scene.runFor(4_000);
    assertEquals(before, holders(scene));
  }

  @Test
  void aDrainLeavesNoGap() { // M14
    Scene scene = settled(3, 6);
    Machine leaving = holder(scene, 0);
    scene.drain(leaving);
    scene.runFor(3_000);
    assertEquals(0, scene.witness.gapsMs.stream().mapToLong(g -> g).max().orElse(0));
    assertFalse(leaving.isAlive());
    assertEquals(6, holders(scene).size());
    ends(scene);
  }

  // The membership errs

  @Test
  void aBrokenMembershipNetworkMovesNothing() { // C6, M6
    Scene scene = settled(3, 6);
    Map<Address, Machine> before = holders(scene);
    scene.memberIsolate(scene.machine(0), true);
    scene.runFor(6_000);
    assertEquals(before, holders(scene));
    scene.memberIsolate(scene.machine(0), false);
    scene.runFor(6_000);
    assertEquals(before, holders(scene));
    ends(scene);
  }

  @Test
  void threeThatHearEachOtherOnlyOnTheSegmentMoveNothing() { // C15, M24
    Scene scene = settled(3, 6);
    Map<Address, Machine> before = holders(scene);
    scene.machines.forEach(m -> scene.memberIsolate(m, true));
    scene.runFor(8_000);
    assertEquals(before, holders(scene));
    scene.machines.forEach(m -> scene.memberIsolate(m, false));
    scene.runFor(6_000);
    assertEquals(before, holders(scene));
    ends(scene);
  }

  @Test
  void aHolderThatDiesUnseenIsReplaced() { // C2, M8
    Scene scene = settled(3, 6);
    Machine lost = holder(scene, 0);
    scene.memberIsolate(lost, true);
    scene.runFor(4_000);
    assertEquals(lost, holder(scene, 0));
    scene.crash(lost);
    assertTrue(scene.msUntilAnswered(Scene.address(0), lost, 4_000) <= 800);
    scene.wasSound();
  }

  @Test
  void aMemberThatIsExcludedThoughItIsWellKeepsItsAddresses() { // C4
    Scene scene = settled(3, 6);
    Map<Address, Machine> before = holders(scene);
    scene.membership.falseSuspicion = 1;
    scene.membership.reset(0, 1);
    scene.runFor(200);
    scene.membership.falseSuspicion = 0;
    scene.runFor(6_000);
    assertEquals(before, holders(scene));
    ends(scene);
  }

  @Test
  void sidesThatHearEachOtherAgainSettleBeforeTheyMerge() { // C10, M17
    Scene scene = settled(4, 6);
    Set<Machine> side = Set.of(scene.machine(0), scene.machine(1));
    Set<Integer> stations = Set.of(0, 1, 4);
    scene.lanSplit(scene.lans.getFirst(), stations, true);
    scene.memberSplit(side, true);
    scene.runFor(5_000);
    scene.addresses().forEach(a -> assertEquals(2, scene.answering(a).size()));
    scene.lanSplit(scene.lans.getFirst(), stations, false);
    scene.runFor(150);
    assertEquals(6, holders(scene).size());
    Map<Address, Machine> settled = holders(scene);
    scene.runFor(4_000);
    scene.memberSplit(side, false);
    scene.runFor(6_000);
    assertEquals(settled, holders(scene), "the merge moves nothing more");
    ends(scene);
  }

  @Test
  void twoSpeakersWithTwoCardsDoNotBothGiveWay() {
    Scene scene = new Scene(3, Settings.of(400), 2, 2, 4, 2, 4_000);
    scene.memberIsolate(scene.machine(0), true);
    for (Lan lan : scene.lans) {
      scene.lanSplit(lan, Set.of(0), true);
      lan.cut(0, 2, false);
      lan.cut(2, 0, false);
    }
    settled(scene);
    scene.addresses().forEach(a -> assertEquals(2, scene.answering(a).size()));
    for (Lan lan : scene.lans) {
      lan.cut(0, 1, false);
      lan.cut(1, 0, false);
    }
    scene.witness.lookAll();
    scene.runFor(150);
    Map<Address, Machine> settled = holders(scene);
    assertEquals(4, settled.size());
    int claims = scene.witness.claims;
    scene.runFor(6_000);
    assertEquals(settled, holders(scene));
    assertEquals(claims, scene.witness.claims, "nobody takes anything any more");
    assertEquals(0, scene.witness.strangers);
    scene.wasSound();
  }

  @Test
  void aNewcomerWaitsForAnOwnerThatIsSlowToAnswer() {
    Scene scene = settled(2, 4);
    Machine owner = scene.machine(0);
    Machine newcomer = scene.machine(1);
    scene.crash(newcomer);
    scene.runFor(4_000);
    assertEquals(4, load(scene, owner));
    scene.memberIsolate(newcomer, true);
    int moves = scene.witness.unneededMoves;
    if (owner.life != null) {
      owner.life.answerDelayMs = 60;
    }
    scene.start(newcomer);
    scene.runFor(3_000);
    assertEquals(4, load(scene, owner));
    assertEquals(moves, scene.witness.unneededMoves);
    scene.wasSound();
  }

  // Stopped, started, restarted

  @Test
  void aStoppedOwnerIsReplacedAndWakesMute() { // C3, M3, M5
    Scene scene = settled(3, 6);
    Machine stopped = holder(scene, 0);
    scene.stop(stopped);
    assertTrue(scene.msUntilAnswered(Scene.address(0), stopped, 2_000) <= 600);
    scene.runFor(2_000);
    Map<Address, Machine> after = holders(scene);
    scene.resume(stopped, false, 2);
    scene.runFor(6_000);
    assertEquals(0, scene.witness.wokenFrames);
    assertEquals(after, holders(scene));
    ends(scene);
  }

  @Test
  void aFrameThatEscapesFromAWokenProcessChangesNothing() { // C5, M9
    Scene scene = settled(3, 6);
    Machine stopped = holder(scene, 0);
    scene.stop(stopped);
    scene.runFor(2_000);
    Map<Address, Machine> after = holders(scene);
    scene.resume(stopped, true, 0);
    scene.runFor(60);
    assertEquals(after, holders(scene));
    assertTrue(scene.sends(scene.clients.getFirst(), Scene.address(0), holder(scene, 0)));
    // The other client ignores a second change within a second.
    scene.runFor(1_200);
    assertTrue(scene.sends(scene.clients.getLast(), Scene.address(0), holder(scene, 0)));
    scene.runFor(6_000);
    ends(scene);
  }

  @Test
  void nobodySaysThatItMaySpeakAgainWhoWasNeverMute() {
    Scene scene = settled(3, 3);
    scene.machines.forEach(m -> assertEquals(0, m.life == null ? -1 : m.life.unmutings));
  }

  @Test
  void twoProcessesWithOneNameAreNoTwoOwners() { // C9, M13
    Scene scene = Scene.of(3, 4);
    scene.twin(2, 1);
    settled(scene);
    assertEquals(4, holders(scene).size());
    int claims = scene.witness.claims;
    scene.runFor(5_000);
    assertEquals(claims, scene.witness.claims);
    scene.wasSound();
  }

  // The API is gone

  @Test
  void withoutTheApiNothingIsWithdrawnAndFailoverGoesOn() { // invariant 5
    Scene scene = settled(3, 6);
    scene.machines.forEach(m -> scene.api(m, false));
    scene.runFor(5_000);
    assertEquals(6, holders(scene).size());
    Machine lost = holder(scene, 0);
    scene.crash(lost);
    assertTrue(scene.msUntilAnswered(Scene.address(0), lost, 2_000) <= 600);
    scene.start(lost);
    scene.runFor(4_000);
    scene.machines.stream().filter(m -> m != lost).forEach(scene::crash);
    scene.runFor(2_000);
    assertEquals(6, load(scene, lost), "it learned from its peers what the API says");
  }

  @Test
  void aHandOverFollowsAChangeOfTheRulesWithoutAGap() {
    Scene scene = settled(3, 1);
    Machine before = holder(scene, 0);
    Machine next = scene.machines.stream().filter(m -> m != before).findFirst().orElseThrow();
    scene.want(Scene.address(0), Set.of(next.name));
    scene.runFor(1_000);
    assertEquals(next, holder(scene, 0));
    assertEquals(0, scene.witness.gapsMs.stream().mapToLong(g -> g).max().orElse(0));
    scene.runFor(5_000);
    ends(scene);
  }

  @Test
  void anOwnerThatDoesNotTakeAHandOverLosesItAgain() { // M14
    Scene scene = settled(3, 1);
    Machine before = holder(scene, 0);
    Machine next = scene.machines.stream().filter(m -> m != before).findFirst().orElseThrow();
    scene.want(Scene.address(0), Set.of(next.name));
    scene.stop(next);
    scene.runFor(380);
    assertEquals(before, holder(scene, 0), "the old owner answers until the new one does");
  }

  // Strangers

  @Test
  void anAddressInUseIsNotAnnouncedUntilItIsFree() {
    Scene scene = Scene.of(3, 2);
    Stranger stranger = new Stranger(scene.lans.getFirst(), Scene.address(0));
    settled(scene);
    assertTrue(scene.holder(Scene.address(0)).isEmpty());
    assertTrue(scene.holder(Scene.address(1)).isPresent());
    assertEquals(0, stranger.defences);
    stranger.there = false;
    scene.runFor(2_000);
    assertTrue(scene.holder(Scene.address(0)).isPresent());
  }

  @Test
  void aConflictIsToldOnceDefendedOnceInTenSecondsAndOverWhenQuiet() {
    Scene scene = settled(3, 1);
    Machine holder = holder(scene, 0);
    Stranger stranger = new Stranger(scene.lans.getFirst(), Scene.address(0));
    for (int i = 0; i < 95; i++) {
      stranger.claim();
      scene.runFor(100);
    }
    assertEquals(1, scene.witness.strangers);
    // Said in both forms.
    assertEquals(2, stranger.defences);
    assertEquals(holder, holder(scene, 0));
    assertEquals(0, scene.witness.conflictsOver);
    stranger.there = false;
    scene.runFor(31_000);
    assertEquals(1, scene.witness.conflictsOver);
  }

  @Test
  void fullProbingDelaysTheFirstPlacementAndNoFailover() {
    Scene scene =
        new Scene(1, Settings.of(400).placing(Settings.Placement.FULL), 1, 3, 1, 2, 4_000)
            .withGateway();
    scene.startAll();
    scene.runUntil(5_000);
    assertTrue(scene.holder(Scene.address(0)).isEmpty());
    scene.runUntil(9_000);
    Machine first = holder(scene, 0);
    scene.crash(first);
    assertTrue(scene.msUntilAnswered(Scene.address(0), first, 3_000) < 1_500);
  }
}
