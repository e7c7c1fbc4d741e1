package io.harp.e2e.demo;

import java.util.ArrayList;
import java.util.List;

/**
 * What the demo found, all times in ms.
 *
 * @param api {@code embedded} or {@code real}
 * @param assignedMs from creating the Service until its status shows an address
 * @param firstReplyMs from creating the Service until the client's first reply
 * @param crash the owner's whole node died
 * @param returned the node came back
 * @param graceful the new owner's speaker was asked to end
 */
public record Findings(
    String api,
    long assignedMs,
    long firstReplyMs,
    Crash crash,
    Return returned,
    Graceful graceful) {

  /**
   * A node that outlives its speakers' patience is a failure of the demo. The design aims at 600 ms
   * at worst; the rest is for machines that run a whole cluster on two busy cores.
   */
  static final long OUTAGE_LIMIT_MS = 1_000;

  /**
   * @param outageMs longest silence for a client with a warm neighbour cache
   * @param coldOutageMs the same for a client with an empty one
   * @param from owner before
   * @param to owner after
   */
  public record Crash(long outageMs, long coldOutageMs, String from, String to) {}

  /**
   * @param moves how often the answerer changed
   */
  public record Return(int moves) {}

  /**
   * @param lost probes of the warm client never answered
   * @param outageMs its longest silence
   */
  public record Graceful(int lost, long outageMs) {}

  /** What was expected and did not happen, one line each. */
  public List<String> failures() {
    List<String> failures = new ArrayList<>();
    if (crash.outageMs() > OUTAGE_LIMIT_MS || crash.coldOutageMs() > OUTAGE_LIMIT_MS) {
      failures.add(
          "node died: clients waited %d and %d ms, expected at most %d"
              .formatted(crash.outageMs(), crash.coldOutageMs(), OUTAGE_LIMIT_MS));
    }
    if (returned.moves() > 0) {
      failures.add("node came back: the address moved " + returned.moves() + " times, expected 0");
    }
    if (graceful.lost() > 0) {
      failures.add("speaker ended in order: " + graceful.lost() + " probes lost, expected 0");
    }
    return List.copyOf(failures);
  }

  /** The contents of {@code report.json}. */
  public String json() {
    return """
    {
      "api": "%s",
      "assignedMs": %d,
      "firstReplyMs": %d,
      "crash": {"outageMs": %d, "coldOutageMs": %d, "from": "%s", "to": "%s"},
      "return": {"moves": %d},
      "graceful": {"lost": %d, "outageMs": %d},
      "ok": %b
    }
    """
        .formatted(
            api,
            assignedMs,
            firstReplyMs,
            crash.outageMs(),
            crash.coldOutageMs(),
            crash.from(),
            crash.to(),
            returned.moves(),
            graceful.lost(),
            graceful.outageMs(),
            failures().isEmpty());
  }
}
