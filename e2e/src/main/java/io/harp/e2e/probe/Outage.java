package io.harp.e2e.probe;

import io.harp.e2e.probe.Observation.Answered;
import io.harp.e2e.probe.Observation.Kind;
import io.harp.e2e.probe.Observation.Sent;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What clients noticed between two moments. A gap is the longest time between the sending of two
 * consecutive answered probes, the edges of the window included, so without any answer it is the
 * whole window. With a probe every 5 ms an undisturbed gap is 5-10 ms.
 *
 * @param longestGapMs datagrams of a client with a warm neighbour cache
 * @param tcpGapMs new connections of the same client
 * @param coldGapMs a client with an empty cache: from ARP question to ARP question
 * @param sent datagrams sent
 * @param lost of these, never answered
 * @param answerers who answered ARP, one spell after the other
 * @param twoAnswerersMs time during which two nodes answered ARP within 60 ms of each other; a
 *     clean move counts one interval of the probe, about 20 ms
 * @param overlapMs from the first answer of a new answerer to the last of the one before it: the
 *     time two nodes really answered side by side; a clean move counts 0
 */
public record Outage(
    double longestGapMs,
    double tcpGapMs,
    double coldGapMs,
    int sent,
    int lost,
    List<Spell> answerers,
    double twoAnswerersMs,
    double overlapMs) {

  private static final long TWO_ANSWERERS_NS = 60_000_000;

  /** A time during which one node answered. */
  public record Spell(String who, long fromNs, long toNs) {}

  /**
   * How often the address moved: one less than the tenures of those who answered. Two who answer in
   * turns during a hand-over are one move, so answers of one node less than 60 ms apart are one
   * tenure whoever else answers between them; {@link #overlapMs} tells how long it took.
   */
  public int moves() {
    return moves(answerers);
  }

  /** The same of spells in the order of their beginnings; one may follow another of its node. */
  static int moves(List<Spell> spells) {
    Map<String, Long> last = new HashMap<>();
    int tenures = 0;
    String who = "";
    for (Spell spell : spells) {
      Long before = last.put(spell.who(), spell.toNs());
      boolean back = before != null && spell.fromNs() - before < TWO_ANSWERERS_NS;
      if (!spell.who().equals(who) && !back) {
        tenures++;
      }
      who = spell.who();
    }
    return Math.max(0, tenures - 1);
  }

  /** Sums up the probes sent from {@code fromNs} to {@code toNs}. */
  public static Outage between(List<Observation> seen, long fromNs, long toNs) {
    List<Answered> arp = answered(seen, Kind.ARP, fromNs, toNs);
    Set<Long> answers = new HashSet<>();
    answered(seen, Kind.UDP, fromNs, toNs).forEach(a -> answers.add(a.sentNs()));
    List<Long> datagrams = sent(seen, Kind.UDP, fromNs, toNs);
    return new Outage(
        gapMs(seen, Kind.UDP, fromNs, toNs),
        gapMs(seen, Kind.TCP, fromNs, toNs),
        gapMs(seen, Kind.ARP, fromNs, toNs),
        datagrams.size(),
        (int) datagrams.stream().filter(at -> !answers.contains(at)).count(),
        spells(arp),
        twoAnswerersMs(arp),
        overlapMs(arp));
  }

  private static double gapMs(List<Observation> seen, Kind kind, long fromNs, long toNs) {
    if (sent(seen, kind, fromNs, toNs).isEmpty()) {
      return 0;
    }
    List<Long> times = new ArrayList<>();
    answered(seen, kind, fromNs, toNs).forEach(a -> times.add(a.sentNs()));
    times.sort(null);
    times.add(toNs);
    long last = fromNs;
    long longest = 0;
    for (long at : times) {
      longest = Math.max(longest, at - last);
      last = at;
    }
    return longest / 1e6;
  }

  private static List<Long> sent(List<Observation> seen, Kind kind, long fromNs, long toNs) {
    return seen.stream()
        .filter(o -> o instanceof Sent s && s.kind() == kind)
        .map(Observation::atNs)
        .filter(at -> at - fromNs >= 0 && at - toNs <= 0)
        .toList();
  }

  private static List<Answered> answered(
      List<Observation> seen, Kind kind, long fromNs, long toNs) {
    return seen.stream()
        .filter(o -> o instanceof Answered a && a.kind() == kind)
        .map(Answered.class::cast)
        .filter(a -> a.sentNs() - fromNs >= 0 && a.sentNs() - toNs <= 0)
        .sorted((a, b) -> Long.compare(a.atNs(), b.atNs()))
        .toList();
  }

  private static List<Spell> spells(List<Answered> arp) {
    List<Spell> spells = new ArrayList<>();
    for (Answered answer : arp) {
      Spell last = spells.isEmpty() ? null : spells.getLast();
      if (last != null && last.who().equals(answer.who())) {
        spells.removeLast();
        spells.add(new Spell(last.who(), last.fromNs(), answer.atNs()));
      } else {
        spells.add(new Spell(answer.who(), answer.atNs(), answer.atNs()));
      }
    }
    return List.copyOf(spells);
  }

  private static double twoAnswerersMs(List<Answered> arp) {
    long total = 0;
    for (int i = 1; i < arp.size(); i++) {
      long between = arp.get(i).atNs() - arp.get(i - 1).atNs();
      if (!arp.get(i).who().equals(arp.get(i - 1).who()) && between < TWO_ANSWERERS_NS) {
        total += between;
      }
    }
    return total / 1e6;
  }

  private static double overlapMs(List<Answered> arp) {
    long total = 0;
    long countedTo = Long.MIN_VALUE;
    List<Spell> spells = spells(arp);
    for (int i = 1; i + 1 < spells.size(); i++) {
      // A B A: from B's first answer A was still there until it answered again.
      Spell before = spells.get(i - 1);
      Spell again = spells.get(i + 1);
      boolean within = again.fromNs() - before.toNs() < 10 * TWO_ANSWERERS_NS;
      if (before.who().equals(again.who()) && within) {
        long from = Math.max(spells.get(i).fromNs(), countedTo);
        total += Math.max(0, again.fromNs() - from);
        countedTo = again.fromNs();
      }
    }
    return total / 1e6;
  }
}
