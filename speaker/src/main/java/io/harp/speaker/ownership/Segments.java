package io.harp.speaker.ownership;

import io.harp.speaker.announcement.Link;
import io.harp.speaker.ownership.Journal.Incident;
import java.util.HashSet;
import java.util.Set;

/** Which of this node's segments answer: looks with {@link Soundings}, and tells what changed. */
final class Segments {

  /** What a look found. */
  enum Change {
    NONE,
    /** Some segment fell silent, and none answers again. */
    SILENT,
    /** Some segment answers again: whoever is there now may have heard another owner, or nobody. */
    BACK
  }

  private final Cards cards;
  private final Soundings soundings;
  private final Journal journal;

  Segments(Cards cards, Soundings soundings, Journal journal) {
    this.cards = cards;
    this.soundings = soundings;
    this.journal = journal;
  }

  /** Asks where it is time to, and says what came of it. */
  Change look(long now) {
    Set<Integer> before = silent();
    if (!soundings.run(cards.all(), now)) {
      return Change.NONE;
    }
    Set<Integer> after = silent();
    Change change = Change.SILENT;
    for (Link link : cards.all()) {
      boolean was = before.contains(link.index());
      boolean is = after.contains(link.index());
      if (is && !was) {
        journal.happened(Incident.SEGMENT_SILENT, link.name() + ": nobody answers there any more");
      } else if (was && !is && link.carrier()) {
        // Without a cable nobody answers either; that it is back the cable tells.
        journal.happened(Incident.SEGMENT_BACK, link.name() + ": the segment answers again");
        change = Change.BACK;
      }
    }
    return change;
  }

  private Set<Integer> silent() {
    Set<Integer> silent = new HashSet<>(cards.indexes());
    silent.removeIf(soundings::isAnswering);
    return silent;
  }
}
