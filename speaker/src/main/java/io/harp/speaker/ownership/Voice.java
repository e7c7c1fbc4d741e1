package io.harp.speaker.ownership;

import io.harp.speaker.announcement.FramePort;
import io.harp.speaker.protocol.Trailer;
import java.util.Optional;

/**
 * Says what is held, and asks about what is not: bursts after a claim, the refresh, and probes.
 * Announcements take turns at a {@link Pace}, so what waits is bounded by the held addresses. Those
 * that open a burst have one of their own: the repetitions of the first hundred addresses must not
 * hold up the news of the last hundred, nor keep a segment busy with what it has heard.
 */
final class Voice {

  /** Repetitions are so many times slower than what opens a burst. */
  private static final int REPETITIONS = 4;

  private final Settings settings;
  private final Agenda agenda;
  private final FramePort port;
  private final Journal journal;
  private final Surroundings around;
  private final Pace openings;
  private final Pace repetitions;

  Voice(Settings settings, Agenda agenda, FramePort port, Journal journal, Surroundings around) {
    this.settings = settings;
    this.agenda = agenda;
    this.port = port;
    this.journal = journal;
    this.around = around;
    this.openings = new Pace(settings.announcementsPerSecond());
    this.repetitions = new Pace(settings.announcementsPerSecond() / REPETITIONS);
  }

  /** Announces a slot several times, and from then on now and again, until its burst changes. */
  void burst(Slot slot, long now) {
    int burst = slot.burst;
    for (long after : settings.burstMs()) {
      if (after == 0) {
        announceInTurn(slot, burst, openings, now);
      } else {
        agenda.at(now + after, then -> announceInTurn(slot, burst, repetitions, then));
      }
    }
    refreshLater(slot, burst, now);
  }

  private void refreshLater(Slot slot, int burst, long now) {
    if (settings.refreshMs() > 0) {
      // Jittered by the address, so that many addresses of one takeover drift apart, and a seed
      // repeats itself.
      long tenth = settings.refreshMs() / 10;
      long jitter = tenth == 0 ? 0 : Math.floorMod(slot.address.hashCode() * 31L + now, 2 * tenth);
      agenda.at(
          now + settings.refreshMs() - tenth + jitter,
          then -> {
            if (slot.burst == burst && slot.isHeld()) {
              announceInTurn(slot, burst, repetitions, then);
              refreshLater(slot, burst, then);
            }
          });
    }
  }

  private void announceInTurn(Slot slot, int burst, Pace pace, long now) {
    if (slot.burst != burst || !slot.isHeld()) {
      return;
    }
    long turn = pace.next(now);
    if (turn <= now) {
      announce(slot, now);
      return;
    }
    agenda.at(
        turn,
        then -> {
          if (slot.burst == burst && slot.isHeld()) {
            announce(slot, then);
          }
        });
  }

  /** Announces a slot once, at once. */
  void announce(Slot slot, long now) {
    if (around.maySend(now)) {
      Optional<Trailer> trailer = Optional.of(around.trailer(slot.since));
      for (int link : around.links(slot.address)) {
        port.announce(link, slot.address, trailer);
      }
      journal.announced(slot.address);
    }
  }

  /**
   * Asks the segment about an address without touching a cache.
   *
   * @param since when its tenure here began, 0 for an audit
   */
  void probe(Slot slot, long since, long now) {
    if (since == 0 || around.maySend(now)) {
      Optional<Trailer> trailer = Optional.of(around.trailer(since));
      for (int link : around.links(slot.address)) {
        port.probe(link, slot.address, trailer);
      }
    }
  }
}
