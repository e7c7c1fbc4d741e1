package io.harp.speaker.sim;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.harp.model.Address;
import io.harp.model.NodeName;
import io.harp.speaker.ownership.Journal.Incident;
import io.harp.speaker.ownership.Settings;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What the planner does beyond failover: wishes, balance, hold-off, and planners that err. */
class PlannedMovesTest {

  private static final Address FIRST = Scene.address(0);

  private static Scene settled(int nodes, int addresses) {
    Scene scene = Scene.of(nodes, addresses);
    scene.startAll();
    return scene.runUntil(6_000);
  }

  private static Machine holder(Scene scene, Address address) {
    return scene.holder(address).orElseThrow();
  }

  private static Machine other(Scene scene, Machine than) {
    return scene.machines.stream().filter(m -> m != than).findFirst().orElseThrow();
  }

  private static Life life(Machine machine) {
    return Objects.requireNonNull(machine.life);
  }

  private static long longestGap(Scene scene) {
    return scene.witness.gapsMs.stream().mapToLong(g -> g).max().orElse(0);
  }

  private static int load(Scene scene, Machine machine) {
    return (int)
        scene.addresses().stream()
            .filter(a -> scene.holder(a).filter(m -> m == machine).isPresent())
            .count();
  }

  // Wishes

  @Test
  void aWishMovesAnAddressWithoutAGap() {
    Scene scene = settled(3, 6);
    Machine wished = other(scene, holder(scene, FIRST));
    scene.wish(FIRST, wished.name);
    scene.runFor(1_000);
    assertEquals(wished, holder(scene, FIRST));
    assertEquals(0, longestGap(scene));
    scene.runFor(4_000);
    scene.wasSound();
  }

  @Test
  void aWishTakenBackMovesNothing() {
    Scene scene = settled(3, 6);
    Machine wished = other(scene, holder(scene, FIRST));
    scene.wish(FIRST, wished.name);
    scene.runFor(1_000);
    scene.wish(FIRST, null);
    int claims = scene.witness.claims;
    scene.runFor(3_000);
    assertEquals(wished, holder(scene, FIRST));
    assertEquals(claims, scene.witness.claims);
  }

  @Test
  void aWishedNodeThatReturnsGetsItsAddressBack() {
    Scene scene = settled(3, 6);
    Machine wished = other(scene, holder(scene, FIRST));
    scene.wish(FIRST, wished.name);
    scene.runFor(1_000);
    scene.crash(wished);
    scene.runFor(2_000);
    assertNotEquals(wished, holder(scene, FIRST));
    scene.start(wished);
    scene.runFor(4_000);
    assertEquals(wished, holder(scene, FIRST));
  }

  @Test
  void aWishForANodeThatMayNotOwnItIsRefusedOnceWithTheReason() {
    Scene scene = settled(3, 6);
    Machine before = holder(scene, FIRST);
    scene.wish(FIRST, new NodeName("nowhere"));
    scene.runFor(3_000);
    assertEquals(before, holder(scene, FIRST));
    List<String> told = scene.machines.stream().flatMap(m -> life(m).unmet.stream()).toList();
    assertEquals(
        List.of("that node may not own it by its advertisements, endpoints or labels"), told);
  }

  @Test
  void aWishedNodeThatDoesNotTakeItIsAskedEverMoreSeldom() {
    Scene scene = settled(3, 1);
    Machine before = holder(scene, FIRST);
    Machine wished = other(scene, before);
    // Deaf and dumb on the segment, so that it may not speak, and well in the membership.
    scene.want(FIRST, Set.of(before.name, wished.name));
    scene.stop(wished);
    scene.wish(FIRST, wished.name);
    scene.runFor(300);
    assertEquals(before, holder(scene, FIRST), "the old owner answers until the new one does");
  }

  // Balance and hold-off

  @Test
  void afterARollingRestartTheLoadIsEvenWithinAQuarterOfAnHour() {
    Scene scene = settled(3, 9);
    for (Machine machine : scene.machines) {
      scene.drain(machine);
      scene.runFor(3_000);
      scene.start(machine);
      scene.runFor(3_000);
    }
    Machine last = scene.machine(2);
    assertEquals(0, load(scene, last), "sticky alone leaves the last one empty");
    int claims = scene.witness.claims;
    scene.runFor(9 * 60_000);
    assertEquals(claims, scene.witness.claims, "nothing moves for ten minutes");
    scene.runFor(6 * 60_000);
    scene.machines.forEach(m -> assertTrue(load(scene, m) >= 2 && load(scene, m) <= 4));
    assertEquals(0, longestGap(scene));
    scene.wasSound();
  }

  @Test
  void aNodeThatFlapsIsChosenLastAndKeepsWhatItHas() {
    Scene scene = settled(3, 3);
    Machine flapping = scene.machine(2);
    for (int i = 0; i < 3; i++) {
      scene.kill(flapping);
      scene.runFor(1_500);
      scene.start(flapping);
      scene.runFor(3_000);
    }
    assertEquals(Set.of(flapping.name), life(scene.machine(0)).heldOff);
    assertEquals(0, load(scene, flapping));
    for (int i = 3; i < 7; i++) {
      scene.want(Scene.address(i), scene.allNodes());
    }
    scene.runFor(2_000);
    assertEquals(0, load(scene, flapping), "new addresses go elsewhere");
    scene.crash(scene.machine(0));
    scene.crash(scene.machine(1));
    scene.runFor(4_000);
    assertEquals(7, load(scene, flapping), "and it is better than nobody"); // M21
  }

  // Planners that err

  @Test
  void aPlannerThatDoesNotSeeANewServiceIsReplaced() { // C16, M22
    Scene scene = settled(3, 3);
    Machine planner = planner(scene);
    scene.hang(planner);
    Address later = Scene.address(3);
    scene.want(later, scene.allNodes());
    scene.runFor(1_500);
    assertEquals(1, scene.answering(later).size());
    assertTrue(
        scene.machines.stream()
            .anyMatch(m -> life(m).incidents.getOrDefault(Incident.LAGGING, 0) == 1));
    scene.wasSound();
  }

  @Test
  void whoMayNotOwnAnAddressAnyLongerRefusesItAndAnotherTakesIt() { // C16, M22
    Scene scene = settled(3, 6);
    Machine planner = planner(scene);
    List<Machine> others = scene.machines.stream().filter(m -> m != planner).toList();
    Address later = Scene.address(6);
    scene.hang(planner);
    // The planner believes that all may own it; only one of the others may.
    scene.want(FIRST, scene.allNodes());
    scene.runFor(10);
    scene.want(later, Set.of(others.getFirst().name));
    scene.runFor(2_000);
    assertEquals(others.getFirst(), holder(scene, later));
    scene.runFor(3_000);
    scene.wasSound();
  }

  @Test
  void withoutTheRulesALaggingPlannerPlansOn() {
    Scene scene =
        new Scene(
                1,
                Settings.of(400).without(Set.of(Settings.Rule.LAG, Settings.Rule.REFUSAL)),
                1,
                3,
                3,
                2,
                4_000)
            .withGateway();
    scene.startAll();
    scene.runUntil(6_000);
    scene.hang(planner(scene));
    Address later = Scene.address(3);
    scene.want(later, scene.allNodes());
    scene.runFor(3_000);
    assertEquals(0, scene.answering(later).size());
  }

  private static Machine planner(Scene scene) {
    return scene.machines.stream()
        .filter(m -> life(m).speaker.isPlanner())
        .findFirst()
        .orElseThrow();
  }
}
