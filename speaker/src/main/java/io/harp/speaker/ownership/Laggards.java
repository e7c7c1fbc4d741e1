package io.harp.speaker.ownership;

import io.harp.speaker.ownership.Journal.Incident;
import io.harp.speaker.protocol.Member;
import java.util.Set;

/** Looks for members whose watches stand still, and tells who began to lag and who caught up. */
final class Laggards {

  private final Roster roster;
  private final Journal journal;

  Laggards(Roster roster, Journal journal) {
    this.roster = roster;
    this.journal = journal;
  }

  /** Whether there are others than before. */
  boolean look(long now) {
    Set<Member> before = roster.lagging();
    if (!roster.lookAtLag(now)) {
      return false;
    }
    tell(before, roster.lagging());
    return true;
  }

  private void tell(Set<Member> before, Set<Member> after) {
    for (Member member : after) {
      if (!before.contains(member)) {
        journal.happened(
            Incident.LAGGING,
            member.node() + " does not see what changes in the API, though it believes it does");
      }
    }
    for (Member member : before) {
      if (!after.contains(member)) {
        journal.happened(Incident.CAUGHT_UP, member.node() + " sees what changes in the API");
      }
    }
  }
}
