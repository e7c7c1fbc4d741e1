package io.harp.speaker.sim;

import io.harp.speaker.ownership.Settings.Rule;
import io.harp.speaker.sim.Simulation.Outcome;
import java.util.EnumSet;
import java.util.Set;

/** Runs many seeds and lists those that break an invariant: {@code FROM COUNT [rule off]...}. */
final class Survey {

  private Survey() {}

  public static void main(String[] args) {
    long from = Long.parseLong(args[0]);
    int count = Integer.parseInt(args[1]);
    Set<Rule> without = EnumSet.noneOf(Rule.class);
    for (int i = 2; i < args.length; i++) {
      without.add(Rule.valueOf(args[i]));
    }
    int failed = 0;
    long started = System.nanoTime();
    for (long seed = from; seed < from + count; seed++) {
      Outcome outcome = Simulation.run(seed, without, 0);
      if (!outcome.breaches().isEmpty()) {
        failed++;
        System.out.println(outcome);
      }
    }
    System.out.printf(
        "%d of %d seeds fail, %.1f ms per seed%n",
        failed, count, (System.nanoTime() - started) / 1e6 / count);
  }
}
