package io.harp.speaker.ownership;

import io.harp.speaker.announcement.Heard;
import io.harp.speaker.ownership.Settings.Rule;
import io.harp.speaker.protocol.Trailer;
import java.util.Optional;

/** Tells frames about watched addresses apart: answers, claims, audits, hellos, challenges. */
final class Hearing {

  private final Settings settings;
  private final Cards cards;
  private final Roster roster;
  private final Planning planning;
  private final Holdings holdings;
  private final Suspicions suspicions;
  private final Disputes disputes;
  private final Hellos hellos;

  Hearing(
      Settings settings,
      Cards cards,
      Roster roster,
      Planning planning,
      Holdings holdings,
      Suspicions suspicions,
      Disputes disputes,
      Hellos hellos) {
    this.settings = settings;
    this.cards = cards;
    this.roster = roster;
    this.planning = planning;
    this.holdings = holdings;
    this.suspicions = suspicions;
    this.disputes = disputes;
    this.hellos = hellos;
  }

  /** Returns whether it means anything here: most who ask are no speakers. */
  boolean heard(Heard heard, long now) {
    return switch (heard) {
      case Heard.Probe probe -> {
        probe.trailer().ifPresent(t -> asked(probe, t, now));
        yield probe.trailer().isPresent();
      }
      case Heard.Claim claim -> {
        suspicions.answered(claim.address());
        claim.trailer().ifPresent(t -> roster.sawSpeaker(claim.sender(), t, now));
        if (!holdings.answered(claim.address(), claim.sender())) {
          disputes.claimed(claim, cards.mac(claim.link()), now);
        }
        yield true;
      }
    };
  }

  // A speaker asks: an audit (it holds nothing), a hello, or the challenge of a holder.
  private void asked(Heard.Probe probe, Trailer theirs, long now) {
    roster.sawSpeaker(probe.sender(), theirs, now);
    if (isForeign(probe, theirs, now)) {
      // Inside a view the plan says who takes it: a member that asks there looks after a suspicion.
      holdings.rivalAudit(probe.address(), probe.sender(), theirs);
      planning.met(now);
      if (settings.has(Rule.CHALLENGE) && hellos.answer(theirs.memberHash(), now)) {
        holdings.challenge(now);
      }
    }
    if (theirs.since() != 0 && holdings.slots().holds(probe.address())) {
      disputes.challenged(probe, cards.mac(probe.link()), now);
    }
  }

  // A speaker outside the view, or a member of another one: either this speaker may have been left
  // behind without having noticed, or that one has.
  private boolean isForeign(Heard.Probe probe, Trailer theirs, long now) {
    if (!roster.hasView()) {
      return false;
    }
    boolean leftBehind = !theirs.sameView(roster.view()) && planning.hadTimeToGather(now);
    return leftBehind
        || theirs.isAheadOf(roster.view())
        || roster.speaker(probe.sender(), Optional.of(theirs)).filter(roster::isMember).isEmpty();
  }
}
