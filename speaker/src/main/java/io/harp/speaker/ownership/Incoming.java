package io.harp.speaker.ownership;

import io.harp.speaker.protocol.Codec;
import io.harp.speaker.protocol.Member;
import io.harp.speaker.protocol.Message;
import io.harp.speaker.protocol.Message.Facts;
import io.harp.speaker.protocol.Message.Ping;
import io.harp.speaker.protocol.Message.Plan;
import io.harp.speaker.protocol.Message.Pong;
import io.harp.speaker.protocol.Message.Report;
import io.harp.speaker.protocol.Unreadable;

/** What the other members say. */
final class Incoming {

  private final Fence fence;
  private final Roster roster;
  private final Planning planning;
  private final Picture picture;
  private final Following following;
  private final Correspondence peers;
  private final Conduct conduct;
  private final Journal journal;

  Incoming(
      Fence fence,
      Roster roster,
      Planning planning,
      Picture picture,
      Following following,
      Correspondence peers,
      Conduct conduct,
      Journal journal) {
    this.fence = fence;
    this.roster = roster;
    this.planning = planning;
    this.picture = picture;
    this.following = following;
    this.peers = peers;
    this.conduct = conduct;
    this.journal = journal;
  }

  /**
   * Bytes of another member; those that are no message are counted and dropped.
   *
   * @return whether everything is to be looked at
   */
  boolean message(Member from, byte[] bytes, long now) {
    try {
      return message(from, Codec.decode(bytes), now);
    } catch (Unreadable e) {
      journal.refused("from " + from + ": " + e.getMessage());
      return true;
    }
  }

  private boolean message(Member from, Message message, long now) {
    return switch (message) {
      case Ping m -> {
        peers.pinged(from, m);
        yield false;
      }
      case Pong m -> {
        fence.echo(m.view(), m.sentAtMs());
        yield false;
      }
      case Report m -> {
        reported(from, m, now);
        yield true;
      }
      case Plan m -> {
        planning.accept(m, now).ifPresent(plan -> conduct.follow(plan, now));
        yield true;
      }
      case Facts m -> {
        if (picture.told(m)) {
          conduct.pictureChanged(now);
        }
        yield true;
      }
    };
  }

  private void reported(Member from, Report report, long now) {
    if (!roster.hasView() || !report.view().equals(roster.view().id())) {
      roster.keepEarly(from, report);
      return;
    }
    if (!roster.isMember(from)) {
      return;
    }
    planning.reported(from, roster.reportOf(from), report);
    roster.report(from, report);
    following.releaseWhatOthersTook();
    peers.help(from, report, now);
  }
}
