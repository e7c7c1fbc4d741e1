package io.harp.speaker.ownership;

import io.harp.model.Address;
import io.harp.speaker.announcement.FramePort;
import io.harp.speaker.ownership.Journal.Incident;
import io.harp.speaker.protocol.Message.Plan;
import java.util.HashSet;
import java.util.Set;

/**
 * What this speaker does once it is decided: follows a plan, says everything again, and shows the
 * wire what it answers for.
 */
final class Conduct {

  private static final long SPARED_MS = 2_000;

  private final Agenda agenda;
  private final Planning planning;
  private final Following following;
  private final Holdings holdings;
  private final Reporting reporting;
  private final Picture picture;
  private final FramePort port;
  private final Journal journal;
  private final Sparing sparing = new Sparing(SPARED_MS);
  private boolean watchesChanged;

  Conduct(
      Agenda agenda,
      Planning planning,
      Following following,
      Holdings holdings,
      Reporting reporting,
      Picture picture,
      FramePort port,
      Journal journal) {
    this.agenda = agenda;
    this.planning = planning;
    this.following = following;
    this.holdings = holdings;
    this.reporting = reporting;
    this.picture = picture;
    this.port = port;
    this.journal = journal;
  }

  /** Does what a plan of the present view says, a part at a time. */
  void follow(Plan plan, long now) {
    if (following.apply(plan, now)) {
      agenda.at(
          now + 1, then -> planning.present().filter(plan::equals).ifPresent(p -> follow(p, then)));
    }
    reporting.touch();
  }

  /** Follows the newest plan again, since something it depends on has changed. */
  void followAgain(long now) {
    planning.present().ifPresent(plan -> follow(plan, now));
  }

  /** Announces everything held once more: somebody may not have heard it. */
  void reassert(String why, long now) {
    int announced = holdings.reassert(now);
    if (announced > 0) {
      journal.happened(
          Incident.REASSERTED, "%d addresses are announced again: %s".formatted(announced, why));
    }
  }

  /**
   * As {@link #reassert}, but once in {@link #SPARED_MS} at most: what comes and goes all the time
   * must not keep the segment busy with what everybody has just heard.
   */
  void reassertSparingly(String why, long now) {
    sparing
        .when(now)
        .ifPresent(when -> {
          if (when > now) {
            agenda.at(when, then -> spared(why, then));
          } else {
            spared(why, now);
          }
        });
  }

  private void spared(String why, long now) {
    sparing.done(now);
    reassert(why, now);
  }

  /** Links, or the addresses there are, have changed. */
  void surroundingsChanged() {
    reporting.touch();
    watchesChanged = true;
    holdings.touch();
    planning.touch();
  }

  /** What the API says has changed, or whether it is current. */
  void pictureChanged(long now) {
    surroundingsChanged();
    followAgain(now);
  }

  /** Shows the wire what is held and watched, if that has changed. */
  void publish() {
    if (watchesChanged) {
      holdings.touch();
    }
    holdings
        .takeChange()
        .ifPresent(held -> {
          reporting.touch();
          port.publish(held, watched());
        });
    watchesChanged = false;
  }

  private Set<Address> watched() {
    Set<Address> watched = new HashSet<>(picture.addresses());
    watched.addAll(holdings.slots().concerned());
    return watched;
  }
}
