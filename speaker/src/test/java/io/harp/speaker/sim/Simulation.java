package io.harp.speaker.sim;

import io.harp.speaker.ownership.Settings;
import io.harp.speaker.ownership.Settings.Rule;
import io.harp.speaker.sim.Faults.Kind;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/**
 * One run: a cluster of two to five nodes, up to five faults, then quiet. A function of its seed.
 */
final class Simulation {

  private static final long FAULTS_FROM_MS = 2_500;
  private static final long HEAL_MS = 12_000;
  private static final long QUIET_MS = 18_000;

  /** What came out. */
  record Outcome(long seed, Set<Kind> faults, Witness witness, String story) {

    /** Breaches of invariants that the faults of the run do not excuse. */
    List<Witness.Breach> breaches() {
      return witness.breaches.stream().filter(b -> !b.excused()).toList();
    }

    @Override
    public String toString() {
      return "seed " + seed + ", faults " + faults + ": " + breaches();
    }
  }

  private Simulation() {}

  static Outcome run(long seed, Set<Rule> without, int remember) {
    return run(seed, without, remember, Mutant.NONE, List.of());
  }

  /** Where every speaker that starts is starved, so that it handles late what its watches list. */
  static Outcome runStarved(long seed, int remember) {
    return run(seed, Set.of(), remember, Mutant.NONE, List.of(), 1_500);
  }

  /**
   * @param only the kinds of faults to choose from; empty for those the seed chooses
   */
  static Outcome run(long seed, Set<Rule> without, int remember, Mutant mutant, List<Kind> only) {
    return run(seed, without, remember, mutant, only, 0);
  }

  private static Outcome run(
      long seed,
      Set<Rule> without,
      int remember,
      Mutant mutant,
      List<Kind> only,
      long handledLateMs) {
    Timeline dice = new Timeline(seed + 1_000_003, 0);
    int nodes = (int) dice.between(2, 5);
    int segments = dice.chance(0.25) ? 2 : 1;
    int addresses = (int) dice.between(2, 6);
    int clients = (int) dice.between(1, 4);
    Settings settings =
        Settings.of(400)
            .with(
                false,
                false,
                600_000,
                1,
                dice.chance(0.3) ? 5_000L : 60_000L,
                Settings.Placement.AUDIT,
                without);
    Scene scene = new Scene(seed, settings, segments, nodes, addresses, clients, remember);
    scene.mutant = mutant;
    scene.handledLateMs = handledLateMs;
    if (dice.chance(0.6)) {
      scene.withGateway();
    }
    Faults faults = new Faults(scene, HEAL_MS);
    faults.plan((int) dice.between(1, 5), FAULTS_FROM_MS, only.isEmpty() ? kinds(dice) : only);
    scene.movesAreWrong = faults.used.stream().allMatch(Kind::leavesOwnersWell);
    scene.witness.excuseDoubles = faults.used.contains(Kind.LAN_ONE_WAY);
    scene.clientsWereCut =
        faults.used.stream()
            .anyMatch(EnumSet.of(Kind.LAN_SPLIT, Kind.BOTH_SPLIT, Kind.LOSS)::contains);
    start(scene, dice);
    try {
      scene.runUntil(QUIET_MS);
      scene.witness.quiet();
    } catch (RuntimeException e) {
      StringWriter trace = new StringWriter();
      e.printStackTrace(new PrintWriter(trace));
      scene.witness.wrong(0, trace.toString());
    }
    return new Outcome(seed, faults.used, scene.witness, scene.time.story());
  }

  // A third of the runs has faults of one family only, which allow stricter judgement.
  private static List<Kind> kinds(Timeline dice) {
    List<Kind> all = List.of(Kind.values());
    return dice.chance(0.33) ? all.stream().filter(Kind::leavesOwnersWell).toList() : all;
  }

  private static void start(Scene scene, Timeline dice) {
    if (dice.chance(0.7)) {
      scene.startAll();
      return;
    }
    for (Machine machine : scene.machines) {
      long at = dice.between(0, 2_400);
      scene.time.atMs(at, () -> scene.start(machine));
    }
  }

  /** Tells the story of a seed: {@code SEED [last notes [rule switched off]...]}. */
  public static void main(String[] args) {
    long seed = Long.parseLong(args[0]);
    int remember = args.length > 1 ? Integer.parseInt(args[1]) : 400;
    Set<Rule> without = EnumSet.noneOf(Rule.class);
    for (int i = 2; i < args.length; i++) {
      without.add(Rule.valueOf(args[i]));
    }
    Outcome outcome = run(seed, without, remember);
    System.out.println(outcome.story());
    System.out.println(outcome);
  }
}
