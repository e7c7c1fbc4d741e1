package io.harp.speaker.ownership;

import io.harp.speaker.ownership.Settings.Rule;

/**
 * When what nobody is known to hold may be given to somebody: not while members are expected, while
 * a speaker outside the view lets itself be heard, or while one in the view has not said what it
 * holds or is still reading the API. Each of these waits has an end. What a lost member held waits
 * for none of it.
 */
final class Placing {

  /** A speaker that looks for others says so several times in this time, in milliseconds. */
  private static final long STRANGER_MS = 300;

  private final Settings settings;
  private final Agenda agenda;
  private final Roster roster;
  private final Runnable lookAgain;
  private int expected;
  private long firstViewAt = Long.MAX_VALUE;
  private long viewAt;
  private long strangerAt = Long.MIN_VALUE / 2;

  /**
   * @param lookAgain told when an answer of {@link #isAllowed} may have changed with time
   */
  Placing(Settings settings, Agenda agenda, Roster roster, Runnable lookAgain) {
    this.settings = settings;
    this.agenda = agenda;
    this.roster = roster;
    this.lookAgain = lookAgain;
  }

  /** A view was installed. */
  void view(long now) {
    viewAt = now;
    if (firstViewAt == Long.MAX_VALUE) {
      firstViewAt = now;
      lookAgainAt(now + settings.expectedWaitMs());
      lookAgainAt(now + settings.mergeWaitMs());
    }
    lookAgainAt(now + settings.placementWaitMs());
  }

  /** How many speakers there should be, this one included. */
  void expect(int members) {
    expected = members;
  }

  /** A speaker outside the view was heard on the segment: before long it will be in it. */
  void met(long now) {
    strangerAt = now;
    if (now - firstViewAt < settings.mergeWaitMs()) {
      lookAgainAt(now + STRANGER_MS);
    }
  }

  boolean isAllowed(long now) {
    if (!settings.has(Rule.PLACEMENT_WAIT)) {
      return true;
    }
    boolean all = expected > 0 && roster.view().members().size() >= expected;
    boolean merging = now - strangerAt < STRANGER_MS;
    long young = now - firstViewAt;
    boolean waited = young >= settings.expectedWaitMs() && !merging;
    // Who has not reported yet, starved by its own start, may hold just what would be placed.
    boolean told = roster.isComplete() || now - viewAt >= settings.placementWaitMs();
    // Who has just started and does not see the API yet would get nothing, and keep nothing.
    return told && (young >= settings.mergeWaitMs() || roster.isFresh() && (all || waited));
  }

  private void lookAgainAt(long when) {
    agenda.at(when, _ -> lookAgain.run());
  }
}
