package io.harp.e2e.bench;

import io.harp.e2e.LabNode;
import io.harp.e2e.LabOptions;
import io.harp.e2e.SpeakerLab;
import io.harp.e2e.probe.Census;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;

/**
 * A thousand addresses on three nodes: how long the speaker that holds all of them needs to hand
 * them over and end, and until the last one is answered after the owner of half of them crashed.
 * Every address is asked for every 200 ms, so figures are up to that too long.
 *
 * @param exitMs SIGTERM to the owner of all until its process had ended
 * @param handedMs the same until the last address was answered by another
 * @param lastMs crash of the owner of half, or of more, until the last of its addresses was
 *     answered
 * @param strays addresses that moved in a crash and were not the lost owner's
 */
public record Thousand(
    List<Double> exitMs, List<Double> handedMs, List<Double> lastMs, int strays) {

  private static final int ADDRESSES = 1_000;
  private static final int ROUND_MS = 200;
  private static final long PATIENCE_MS = 30_000;

  /** Each run builds a lab of its own and takes some twenty seconds. */
  public static Thousand measure(LabOptions options, int runs) {
    List<Double> exit = new ArrayList<>();
    List<Double> handed = new ArrayList<>();
    List<Double> last = new ArrayList<>();
    int strays = 0;
    for (int i = 0; i < runs; i++) {
      try (SpeakerLab speakers = SpeakerLab.build(options)) {
        LabNode all = speakers.node("n1");
        all.start();
        all.awaitReady(PATIENCE_MS);
        String first = speakers.serveMany(ADDRESSES);
        try (Census census = speakers.lab().client().census(first, ADDRESSES, ROUND_MS)) {
          census.awaitAllWithout("nobody", PATIENCE_MS);
          speakers.heal();
          settle(speakers, census);
          long asked = all.terminate();
          all.awaitEnd(10_000);
          exit.add((System.nanoTime() - asked) / 1e6);
          handed.add((census.awaitAllWithout(all.name(), PATIENCE_MS) - asked) / 1e6);
          settle(speakers, census);
          Map<String, Integer> shares = census.shares();
          LabNode half =
              speakers.node(
                  shares.getOrDefault("n2", 0) > shares.getOrDefault("n3", 0) ? "n2" : "n3");
          int held = shares.getOrDefault(half.name(), 0);
          long from = half.powerOff();
          last.add((census.awaitAllWithout(half.name(), PATIENCE_MS) - from) / 1e6);
          settle(speakers, census);
          strays += census.changesSince(from).size() - held;
        }
      }
    }
    return new Thousand(exit, handed, last, strays);
  }

  /**
   * Nothing moves and nothing is written for a second, 30 s at most, after as long as the other
   * scenarios give to speakers that have just begun.
   */
  private static void settle(SpeakerLab speakers, Census census) {
    LockSupport.parkNanos(Faults.SETTLED_MS * 1_000_000);
    long end = System.nanoTime() + PATIENCE_MS * 1_000_000;
    long writes;
    long from;
    do {
      writes = speakers.lab().api().writesSoFar();
      from = System.nanoTime();
      LockSupport.parkNanos(1_000_000_000);
    } while ((writes != speakers.lab().api().writesSoFar() || !census.changesSince(from).isEmpty())
        && System.nanoTime() - end < 0);
  }

  String row() {
    return "thousand  %3d   last answered %s; SIGTERM to exit %s, last handed over %s; strays %d"
        .formatted(
            lastMs.size(),
            Figures.cell(lastMs),
            Figures.cell(exitMs),
            Figures.cell(handedMs),
            strays);
  }

  Map<String, Object> json() {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("n", lastMs.size());
    json.put("addresses", ADDRESSES);
    json.put("lastAnsweredMs", Figures.spread(lastMs));
    json.put("sigtermExitMs", Figures.spread(exitMs));
    json.put("handedOverMs", Figures.spread(handedMs));
    json.put("strays", strays);
    return json;
  }
}
