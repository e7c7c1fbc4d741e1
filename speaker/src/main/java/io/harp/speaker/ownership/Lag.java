package io.harp.speaker.ownership;

import io.harp.speaker.protocol.Member;
import io.harp.speaker.protocol.Message.Report;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Members whose picture of the API has stood still though they think it is fresh: a watch can hang
 * without an error. Who differs from another member and has seen less of some kind of object, for
 * half a second, lags behind. Where each of two has seen less of something, as lists and bookmarks
 * of quiet kinds have the version of their moment, it is the one with whom fewer members agree.
 * Bounded by the members of the view.
 */
final class Lag {

  /** News reaches watches within milliseconds of each other; this is many times that. */
  private static final long PATIENCE_MS = 500;

  /** Which picture a member has stood still with, and since when. */
  private record Standstill(long digest, long since) {}

  private final Map<Member, Standstill> standing = new HashMap<>();
  private Set<Member> lagging = Set.of();

  /**
   * Looks at the reports of the view.
   *
   * @return whether somebody began to lag or ceased to
   */
  boolean look(Map<Member, Report> reports, long now) {
    if (standing.isEmpty() && lagging.isEmpty() && agree(reports.values())) {
      return false;
    }
    Set<Member> behind = behind(reports);
    standing.keySet().retainAll(behind);
    // Where much changes everybody is behind somebody all the time; who moves is not stuck.
    behind.forEach(
        m -> standing.compute(m, (_, before) -> standstill(reports.get(m), before, now)));
    Set<Member> next = new HashSet<>();
    standing.forEach((m, still) -> {
      if (now - still.since() >= PATIENCE_MS) {
        next.add(m);
      }
    });
    boolean changed = !next.equals(lagging);
    lagging = next;
    return changed;
  }

  Set<Member> lagging() {
    return lagging;
  }

  private static Standstill standstill(
      @Nullable Report report, @Nullable Standstill before, long now) {
    long digest = report == null ? 0 : report.digest();
    return before != null && before.digest() == digest ? before : new Standstill(digest, now);
  }

  // Looked at with every tick, and nearly always true.
  private static boolean agree(Collection<Report> reports) {
    long digest = reports.isEmpty() ? 0 : reports.iterator().next().digest();
    for (Report report : reports) {
      if (report.digest() != digest) {
        return false;
      }
    }
    return true;
  }

  private static Set<Member> behind(Map<Member, Report> reports) {
    Set<Member> behind = new HashSet<>();
    if (!agree(reports.values())) {
      Map<Long, Integer> agreeing = new HashMap<>();
      reports.values().forEach(report -> agreeing.merge(report.digest(), 1, Integer::sum));
      reports.forEach((member, report) -> {
        if (reports.values().stream().anyMatch(other -> isBehind(report, other, agreeing))) {
          behind.add(member);
        }
      });
    }
    return behind;
  }

  private static boolean isBehind(Report report, Report other, Map<Long, Integer> agreeing) {
    return report.digest() != other.digest()
        && other.apiFresh()
        && report.revision().isBehind(other.revision())
        && !(other.revision().isBehind(report.revision())
            && agreeing.getOrDefault(report.digest(), 0)
                > agreeing.getOrDefault(other.digest(), 0));
  }
}
