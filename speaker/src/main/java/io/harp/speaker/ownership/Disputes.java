package io.harp.speaker.ownership;

import io.harp.model.Address;
import io.harp.model.MacAddress;
import io.harp.speaker.announcement.Heard;
import io.harp.speaker.ownership.Journal.Incident;
import io.harp.speaker.ownership.Journal.Release;
import io.harp.speaker.ownership.Rivals.Own;
import io.harp.speaker.ownership.Rivals.Rival;
import io.harp.speaker.ownership.Rivals.Verdict;
import io.harp.speaker.ownership.Settings.Rule;
import io.harp.speaker.protocol.Message.Assignment;
import io.harp.speaker.protocol.Trailer;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Somebody else claims an address that is held here. Judges by {@link Rivals} and acts, within
 * bounds.
 */
final class Disputes {

  /** RFC 5227 section 2.4: DEFEND_INTERVAL, in milliseconds. */
  private static final long DEFEND_MS = 10_000;

  /** A conflict is over once the stranger has been quiet for this long. */
  private static final long QUIET_MS = 30_000;

  private static final long INTRODUCTION_MS = 100;
  private static final long LATER_MS = 1_100;
  private static final long RECLAIM_MS = 20;

  /** When a loser asks for the first time whether the winner is there. */
  private static final long ASK_MS = 5;

  /** Reclaims of one address within a second that are no dispute any longer but a storm. */
  private static final int STORM = 10;

  private static final long STORM_MS = 1_000;
  private static final int BARE_LIMIT = 3;
  private static final long BARE_WINDOW_MS = 2_000;

  private static final class Dispute {
    long lastReclaim = Long.MIN_VALUE / 2;
    long lastLater = Long.MIN_VALUE / 2;
    long lastDefence = Long.MIN_VALUE / 2;
    long strangerAt = Long.MIN_VALUE / 2;
    boolean stranger;
    long introducedAt = Long.MIN_VALUE / 2;
    int bare;
    long bareSince = Long.MIN_VALUE / 2;
    int claims;
    long claimsSince = Long.MIN_VALUE / 2;
  }

  private final Settings settings;
  private final Agenda agenda;
  private final Roster roster;
  private final Planning planning;
  private final Holdings holdings;
  private final Journal journal;
  private final Surroundings around;
  private final Map<Address, Dispute> open = new HashMap<>();

  Disputes(
      Settings settings,
      Agenda agenda,
      Roster roster,
      Planning planning,
      Holdings holdings,
      Journal journal,
      Surroundings around) {
    this.settings = settings;
    this.agenda = agenda;
    this.roster = roster;
    this.planning = planning;
    this.holdings = holdings;
    this.journal = journal;
    this.around = around;
  }

  /** Another host says it has an address that is held here. */
  void claimed(Heard.Claim claim, MacAddress ownMac, long now) {
    if (claim.trailer().isEmpty() && roster.isSpeaker(claim.sender())) {
      // A bare frame of a speaker is the answer to a question, asked by this speaker or another;
      // only where something strips the trailers is it all that a dispute can go by.
      boolean stripped = !claim.solicited() && !roster.showedTrailer(claim.sender(), now);
      if (!stripped || !persists(open.computeIfAbsent(claim.address(), _ -> new Dispute()), now)) {
        return;
      }
    }
    judge(claim.address(), claim.sender(), claim.trailer(), ownMac, now);
  }

  /** The holder of another view asks who is stronger. */
  void challenged(Heard.Probe probe, MacAddress ownMac, long now) {
    judge(probe.address(), probe.sender(), probe.trailer(), ownMac, now);
  }

  private void judge(
      Address address, MacAddress sender, Optional<Trailer> trailer, MacAddress ownMac, long now) {
    if (!settings.has(Rule.ARBITRATION) || !roster.hasView() || !holdings.slots().holds(address)) {
      return;
    }
    Own own =
        new Own(
            roster.self(),
            ownMac,
            roster.view(),
            roster.past(),
            around.trailer(holdings.slots().since(address)),
            planning.assignment(address).map(Assignment::owner));
    boolean speaker = roster.isSpeaker(sender);
    Rival rival = new Rival(sender, trailer, roster.speaker(sender, trailer), speaker);
    Dispute dispute = open.computeIfAbsent(address, _ -> new Dispute());
    Verdict verdict = Rivals.judge(own, rival);
    switch (verdict) {
      case STRANGER -> introduce(address, sender, dispute, now);
      case RELEASE, RELEASE_AND_ASK -> holdings.release(address, Release.HANDED_OVER);
      case RECLAIM -> reclaim(address, sender, ownMac, dispute, now);
      case YIELD -> {
        journal.disputed(address, sender, false);
        holdings.giveWay(address, sender, now + ASK_MS);
      }
    }
  }

  private boolean storms(Dispute dispute, long now) {
    if (now - dispute.claimsSince >= STORM_MS) {
      dispute.claimsSince = now;
      dispute.claims = 0;
    }
    return ++dispute.claims > STORM && settings.has(Rule.STORM_GUARD);
  }

  // Two that both think they won would answer each other for ever: the lower MAC is silent for a
  // second, and asks before it speaks again.
  private void calm(Address address, MacAddress rival, long now) {
    journal.happened(
        Incident.STORM,
        address + ": claimed again and again against " + rival + ", silent for 1 s");
    holdings.giveWay(address, rival, now + STORM_MS);
  }

  private static boolean persists(Dispute dispute, long now) {
    if (now - dispute.bareSince > BARE_WINDOW_MS) {
      dispute.bareSince = now;
      dispute.bare = 0;
    }
    return ++dispute.bare > BARE_LIMIT;
  }

  private void reclaim(
      Address address, MacAddress rival, MacAddress ownMac, Dispute dispute, long now) {
    if (now - dispute.lastReclaim < RECLAIM_MS) {
      return;
    }
    if (storms(dispute, now) && ownMac.compareTo(rival) < 0) {
      calm(address, rival, now);
      return;
    }
    dispute.lastReclaim = now;
    journal.disputed(address, rival, true);
    holdings.reclaim(address, now);
    agenda.at(now + 25, then -> holdings.reclaim(address, then));
    // Some stacks ignore a second change within a second of the first.
    if (now - dispute.lastLater > LATER_MS) {
      dispute.lastLater = now;
      agenda.at(now + LATER_MS, then -> holdings.reclaim(address, then));
    }
  }

  // A speaker whose reports never came here looks like a stranger until a frame of it carries a
  // trailer: a challenge makes it show one, or give way. Who answers again is neither.
  private void introduce(Address address, MacAddress sender, Dispute dispute, long now) {
    long asked = now - dispute.introducedAt;
    if (dispute.stranger || asked >= INTRODUCTION_MS && asked <= 10 * INTRODUCTION_MS) {
      stranger(address, sender, dispute, now);
    } else if (asked > INTRODUCTION_MS) {
      dispute.introducedAt = now;
      holdings.challenge(address, now);
      agenda.at(now + INTRODUCTION_MS, then -> holdings.challenge(address, then));
    }
  }

  private void stranger(Address address, MacAddress sender, Dispute dispute, long now) {
    dispute.strangerAt = now;
    if (!dispute.stranger) {
      dispute.stranger = true;
      journal.conflict(address, sender, false);
      agenda.at(now + QUIET_MS, then -> quiet(address, sender, dispute, then));
    }
    if (now - dispute.lastDefence >= DEFEND_MS) {
      dispute.lastDefence = now;
      holdings.reclaim(address, now);
    }
  }

  private void quiet(Address address, MacAddress sender, Dispute dispute, long now) {
    if (now - dispute.strangerAt >= QUIET_MS) {
      dispute.stranger = false;
      journal.conflict(address, sender, true);
    } else {
      agenda.at(dispute.strangerAt + QUIET_MS, then -> quiet(address, sender, dispute, then));
    }
  }
}
