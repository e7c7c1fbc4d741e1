package io.harp.speaker.ownership;

import io.harp.speaker.announcement.FramePort;
import io.harp.speaker.ownership.Fence.Finding;
import io.harp.speaker.ownership.Journal.Release;
import io.harp.speaker.ownership.Settings.Rule;
import io.harp.speaker.ownership.Speaker.Look;

/** What time brings: everything that is looked at, asked or said again now and then. */
final class Rounds {

  /** After so many milliseconds everything is looked at, whether or not anything is due. */
  private static final long WHOLE_MS = 250;

  private final Settings settings;
  private final FramePort port;
  private final Agenda agenda;
  private final Cards cards;
  private final Fence fence;
  private final Muteness muteness;
  private final Planning planning;
  private final Holdings holdings;
  private final Hellos hellos;
  private final Segments segments;
  private final Soundings soundings;
  private final Laggards laggards;
  private final Following following;
  private final Correspondence peers;
  private final Reporting reporting;
  private final Conduct conduct;
  private long restsUntil = Long.MIN_VALUE;

  Rounds(
      Settings settings,
      FramePort port,
      Agenda agenda,
      Cards cards,
      Fence fence,
      Muteness muteness,
      Planning planning,
      Holdings holdings,
      Hellos hellos,
      Segments segments,
      Soundings soundings,
      Laggards laggards,
      Following following,
      Correspondence peers,
      Reporting reporting,
      Conduct conduct) {
    this.settings = settings;
    this.port = port;
    this.agenda = agenda;
    this.cards = cards;
    this.fence = fence;
    this.muteness = muteness;
    this.planning = planning;
    this.holdings = holdings;
    this.hellos = hellos;
    this.segments = segments;
    this.soundings = soundings;
    this.laggards = laggards;
    this.following = following;
    this.peers = peers;
    this.reporting = reporting;
    this.conduct = conduct;
  }

  /**
   * Does what is due.
   *
   * @return when to call again at the latest
   */
  long tick(long now) {
    lookAtFence(now);
    return whole(now);
  }

  /**
   * Does what is due where nothing has happened but that time went by: mostly that is to renew the
   * right to send and to ask the neighbours for their echoes, some twenty times a second.
   */
  Look glance(long now) {
    // A question that is due in a moment does not get a look of its own.
    if (now >= restsUntil || now >= soundings.next() - Soundings.EARLY_MS) {
      return new Look(tick(now), true);
    }
    if (lookAtFence(now) != Finding.STEADY) {
      return new Look(whole(now), true);
    }
    ping(now);
    return new Look(next(now), false);
  }

  private long whole(long now) {
    agenda.run(now);
    ping(now);
    hellos.run(now);
    sound(now);
    following.askOwners(now);
    lookAtLag(now);
    planning.run(now);
    conduct.publish();
    if (reporting.isDue(now)) {
      reporting.report(now);
      planning.run(now);
      conduct.publish();
    }
    long timers = Math.min(agenda.next(), hellos.next());
    long looks = Math.min(soundings.next(), following.nextAsk());
    restsUntil = Math.min(Math.min(timers, looks), Math.min(reporting.next(now), now + WHOLE_MS));
    return next(now);
  }

  private long next(long now) {
    long ping = fence.needsEcho(now) ? peers.nextPing() : Long.MAX_VALUE;
    return Math.min(Math.min(fence.next(now), ping), restsUntil);
  }

  private void ping(long now) {
    if (fence.needsEcho(now)) {
      peers.ping(fence.echoedPing(), now);
    }
  }

  private Finding lookAtFence(long now) {
    for (int link : cards.indexes()) {
      fence.foreign(port.lastForeignMs(link));
    }
    Finding found = fence.tick(now);
    switch (found) {
      case STEADY -> {}
      case LAPSED -> {
        holdings.releaseAll(Release.MUTED);
        muteness.lost(now);
        reporting.touch();
      }
      case REGAINED -> {
        muteness.regained();
        conduct.followAgain(now);
      }
    }
    return found;
  }

  private void sound(long now) {
    switch (segments.look(now)) {
      case NONE -> {}
      case SILENT -> reporting.touch();
      case BACK -> {
        reporting.touch();
        conduct.reassertSparingly("a segment answers again", now);
      }
    }
  }

  private void lookAtLag(long now) {
    if (settings.has(Rule.LAG) && laggards.look(now)) {
      planning.touch();
      peers.offerFacts();
    }
  }
}
