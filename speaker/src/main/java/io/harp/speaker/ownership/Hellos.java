package io.harp.speaker.ownership;

import io.harp.model.NodeName;
import io.harp.speaker.ownership.Settings.Rule;
import io.harp.speaker.protocol.Member;
import java.util.HashSet;
import java.util.Set;

/**
 * While a speaker that should be there is missing from the view, asks the segment whether it is
 * only the membership that lost it: two holders that begin to hear each other again learn so within
 * a hello, long before a merge.
 */
final class Hellos {

  private static final long EAGER_MS = 60_000;
  private static final long PATIENT_MS = 1_000;
  private static final int EAGER_ANSWERS = 3;

  private final Settings settings;
  private final Roster roster;
  private final Runnable hello;
  private Set<NodeName> expected = Set.of();
  private long viewAt;
  private long nextMs = Long.MAX_VALUE;
  private int answers;
  private long lastAnswer = Long.MIN_VALUE / 2;

  Hellos(Settings settings, Roster roster, Runnable hello) {
    this.settings = settings;
    this.roster = roster;
    this.hello = hello;
  }

  void view(long now) {
    viewAt = now;
    nextMs = now + settings.helloMs();
    answers = 0;
  }

  /** The nodes whose speakers should be there. */
  void expected(Set<NodeName> nodes) {
    expected = Set.copyOf(nodes);
    if (nextMs == Long.MAX_VALUE) {
      nextMs = viewAt;
    }
  }

  void run(long now) {
    if (now < nextMs) {
      return;
    }
    if (!settings.has(Rule.HELLO) || !roster.hasView() || missing().isEmpty()) {
      nextMs = Long.MAX_VALUE;
      return;
    }
    hello.run();
    nextMs = now + (now - viewAt < EAGER_MS ? settings.helloMs() : PATIENT_MS);
  }

  long next() {
    return nextMs;
  }

  /**
   * Whether a hello of a foreign speaker is to be answered now: the first ones each, later one a
   * second.
   */
  boolean answer(long now) {
    if (answers < EAGER_ANSWERS || now - lastAnswer >= PATIENT_MS) {
      answers++;
      lastAnswer = now;
      return true;
    }
    return false;
  }

  private Set<NodeName> missing() {
    Set<NodeName> missing = new HashSet<>(expected);
    if (roster.hasView()) {
      for (Member member : roster.view().members()) {
        missing.remove(member.node());
      }
    }
    return missing;
  }
}
