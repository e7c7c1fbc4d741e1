package io.harp.speaker.ownership;

import io.harp.speaker.announcement.Link;
import io.harp.speaker.ownership.Journal.Incident;
import io.harp.speaker.ownership.Soundings.Turned;

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
    Turned turned = soundings.run(cards.all(), now);
    if (turned.isEmpty()) {
      return Change.NONE;
    }
    for (Link link : turned.silent()) {
      journal.happened(Incident.SEGMENT_SILENT, link.name() + ": nobody answers there any more");
    }
    Change change = Change.SILENT;
    for (Link link : turned.back()) {
      // Without a cable nobody answers either; that it is back the cable tells.
      if (link.carrier()) {
        journal.happened(Incident.SEGMENT_BACK, link.name() + ": the segment answers again");
        change = Change.BACK;
      }
    }
    return change;
  }
}
