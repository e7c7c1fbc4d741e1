package io.harp.speaker.sim;

import io.harp.speaker.ownership.Settings.Rule;
import io.harp.speaker.sim.Faults.Kind;
import io.harp.speaker.sim.Simulation.Outcome;
import io.harp.speaker.sim.Witness.Breach;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Stream;

/**
 * What each rule of the protocol is worth: the same seeds without it, one after another. Prints the
 * table of {@code DESIGN.md}; arguments {@code [COUNT [FROM [RULE ...]]]}, where nothing said of
 * rules means all.
 */
final class Ablation {

  private Ablation() {}

  private static final class Row {
    int doubleSame;
    int doubleOther;
    long longestSame;
    long longestOther;
    int endDouble;
    int endNone;
    int staleCache;
    int moves;
    int woken;
    int isolated;
    int any;
    final List<Long> gapsMs = new ArrayList<>();

    void add(Outcome outcome) {
      Witness w = outcome.witness();
      if (outcome.faults().stream().allMatch(Kind::leavesOwnersWell)) {
        gapsMs.addAll(w.gapsMs);
      }
      any += outcome.breaches().isEmpty() ? 0 : 1;
      doubleSame += has(outcome, 1, "of one view");
      doubleOther += has(outcome, 1, "of different views");
      longestSame = Math.max(longestSame, w.longestDoubleSameMs);
      longestOther = Math.max(longestOther, w.longestDoubleOtherMs);
      endNone += has(outcome, 2, "0 answer");
      endDouble += has(outcome, 2, "2 answer") | has(outcome, 2, "3 answer");
      staleCache += has(outcome, 2, "client");
      moves += has(outcome, 3, "");
      woken += has(outcome, 4, "woke");
      isolated += has(outcome, 4, "cut off");
    }

    private static int has(Outcome outcome, int invariant, String text) {
      for (Breach b : outcome.breaches()) {
        if (b.invariant() == invariant && b.what().contains(text)) {
          return 1;
        }
      }
      return 0;
    }

    private long percentile(int of) {
      gapsMs.sort(null);
      return gapsMs.isEmpty() ? 0 : gapsMs.get((gapsMs.size() - 1) * of / 100);
    }

    String line(String name) {
      return String.format(
          Locale.ROOT,
          "| %s | %d (%d ms) | %d (%d ms) | %d / %d | %d | %d | %d | %d | %d / %d | %d |",
          name,
          doubleSame,
          longestSame,
          doubleOther,
          longestOther,
          endDouble,
          endNone,
          staleCache,
          moves,
          woken,
          isolated,
          percentile(50),
          percentile(99),
          any);
    }
  }

  public static void main(String[] args) {
    int count = args.length > 0 ? Integer.parseInt(args[0]) : 400;
    long from = args.length > 1 ? Long.parseLong(args[1]) : 1;
    System.out.println(
        "| "
            + count
            + " seeds, runs with | two of one view > 50 ms (longest) | of different views > 100 ms"
            + " (longest) | at the end two / none | cache wrong | needless move | frame after"
            + " waking | frame while isolated | unanswered p50 / p99 ms | anything |");
    System.out.println("|---|---|---|---|---|---|---|---|---|---|");
    row("all rules", Set.of(), from, count);
    List<Rule> rules =
        args.length > 2
            ? Stream.of(args).skip(2).map(Rule::valueOf).toList()
            : List.of(Rule.values());
    for (Rule rule : rules) {
      row("− " + rule.name().toLowerCase(Locale.ROOT), EnumSet.of(rule), from, count);
    }
  }

  private static void row(String name, Set<Rule> without, long from, int count) {
    Row row = new Row();
    for (long seed = from; seed < from + count; seed++) {
      row.add(Simulation.run(seed, without, 0));
    }
    System.out.println(row.line(name));
  }
}
