package io.harp.speaker.ownership;

import io.harp.speaker.protocol.Message.Plan;
import io.harp.speaker.protocol.Message.Report;

/** Says to all what this member sees and holds: after each change, and now and again. */
final class Reporting {

  private static final long PERIODIC_MS = 2_000;

  /** Between two reports of changes: 1 ms for each so many addresses they tell of. */
  private static final int ADDRESSES_PER_MS = 50;

  private final Settings settings;
  private final Roster roster;
  private final Planning planning;
  private final Picture picture;
  private final Cards cards;
  private final Soundings soundings;
  private final Holdings holdings;
  private final Following following;
  private final Correspondence peers;
  private boolean draining;
  private boolean due;
  private long next = Long.MIN_VALUE;
  private long notBefore = Long.MIN_VALUE;

  Reporting(
      Settings settings,
      Roster roster,
      Planning planning,
      Picture picture,
      Cards cards,
      Soundings soundings,
      Holdings holdings,
      Following following,
      Correspondence peers) {
    this.settings = settings;
    this.roster = roster;
    this.planning = planning;
    this.picture = picture;
    this.cards = cards;
    this.soundings = soundings;
    this.holdings = holdings;
    this.following = following;
    this.peers = peers;
  }

  /** Something changed that others should know. */
  void touch() {
    due = true;
  }

  /** From now on this member wants to be rid of what it holds. */
  void drain() {
    draining = true;
  }

  boolean isDraining() {
    return draining;
  }

  boolean isDue(long now) {
    return due && now >= notBefore || now >= next;
  }

  /**
   * When it is due at the latest; what the last plan changed is said with what else changes. A
   * report tells of everything, so that one for each part of many changes costs those who take and
   * read them more than the changes do.
   */
  long next(long now) {
    return due ? Math.min(next, Math.clamp(notBefore, now + 1, now + settings.soundMs())) : next;
  }

  /** Reports now. */
  void report(long now) {
    due = false;
    next = now + PERIODIC_MS;
    if (!roster.hasView()) {
      return;
    }
    Report report = present();
    notBefore = now + report.holds().size() / ADDRESSES_PER_MS;
    planning.reported(roster.self(), roster.reportOf(roster.self()), report);
    roster.report(roster.self(), report);
    peers.broadcast(report);
  }

  private Report present() {
    return new Report(
        roster.view().id(),
        roster.formerSize(),
        planning.present().map(Plan::epoch),
        picture.isFresh(),
        picture.revision(),
        picture.digest(),
        picture.isKnown(),
        draining,
        cards.reported(soundings::isAnswering),
        holdings.slots().held(),
        holdings.slots().ceded(),
        following.refused());
  }
}
