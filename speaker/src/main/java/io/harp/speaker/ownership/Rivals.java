package io.harp.speaker.ownership;

import io.harp.model.MacAddress;
import io.harp.speaker.protocol.Member;
import io.harp.speaker.protocol.Trailer;
import io.harp.speaker.protocol.View;
import io.harp.speaker.protocol.ViewId;
import java.util.Optional;
import java.util.Set;

/**
 * Another host claims an address this speaker holds: who gives way. Only constants that both sides
 * see in each other's frames are compared, so both come to the same end.
 */
final class Rivals {

  /** What to do about a rival. */
  enum Verdict {
    /** Not a speaker: an address conflict (RFC 5227 section 2.4). */
    STRANGER,
    /** The plan wants it there: stop answering. */
    RELEASE,
    /** It acts on a newer plan of this view: stop answering, and ask for that plan. */
    RELEASE_AND_ASK,
    /** It is wrong, or its frame is old: say again that the address is here. */
    RECLAIM,
    /** It outranks this speaker: stop answering, and keep asking whether it is still there. */
    YIELD
  }

  private Rivals() {}

  /**
   * What this speaker knows of itself.
   *
   * @param trailer as on its own claims of the address
   * @param past the views it was in before this one
   * @param planned the owner by its plan of this view, if it has one
   */
  record Own(
      Member self,
      MacAddress mac,
      View view,
      Set<ViewId> past,
      Trailer trailer,
      Optional<Member> planned) {}

  /**
   * What is known of the rival.
   *
   * @param trailer of its frame; empty for other hosts, or where padding is stripped
   * @param member who it is, as far as its hash or its MAC tells
   * @param speaker whether that MAC is known to be a speaker's
   */
  record Rival(
      MacAddress mac, Optional<Trailer> trailer, Optional<Member> member, boolean speaker) {}

  static Verdict judge(Own own, Rival rival) {
    if (rival.trailer().isEmpty()) {
      return rival.speaker() ? judgeBare(own, rival) : Verdict.STRANGER;
    }
    Trailer theirs = rival.trailer().get();
    boolean plannedThere = own.planned().isPresent() && own.planned().equals(rival.member());
    // The hash of a view is short, so two parallel ones may look alike; their members do not.
    boolean member = rival.member().filter(own.view()::contains).isPresent();
    if (member && theirs.sameView(own.view())) {
      if (plannedThere) {
        return Verdict.RELEASE;
      }
      if (newer(theirs.seq(), own.trailer().seq())) {
        return Verdict.RELEASE_AND_ASK;
      }
      if (own.planned().equals(Optional.of(own.self()))) {
        return Verdict.RECLAIM;
      }
    } else if (own.past().stream().anyMatch(id -> isOf(theirs, id))) {
      // It has not noticed that the others went on without it.
      return Verdict.RECLAIM;
    } else if (member && theirs.isAheadOf(own.view())) {
      // A member of this view has installed a later one that this speaker is not in.
      return Verdict.YIELD;
    }
    return outranks(own.trailer(), own.mac(), theirs, rival.mac())
        ? Verdict.RECLAIM
        : Verdict.YIELD;
  }

  /**
   * Whether the first of two claims wins; a total order, since no two hosts of a segment share a
   * MAC.
   */
  static boolean outranks(Trailer a, MacAddress macA, Trailer b, MacAddress macB) {
    int rank = Trailer.RANK.compare(a, b);
    return rank != 0 ? rank > 0 : macA.compareTo(macB) > 0;
  }

  // A speaker whose padding was stripped on the way: the plan where there is one, else the MAC.
  private static Verdict judgeBare(Own own, Rival rival) {
    if (rival.member().filter(own.view()::contains).isPresent()) {
      return own.planned().equals(rival.member()) ? Verdict.RELEASE : Verdict.RECLAIM;
    }
    // Members are the same on every interface, MACs are not.
    int order =
        rival.member().map(m -> own.self().compareTo(m)).orElse(own.mac().compareTo(rival.mac()));
    return order > 0 ? Verdict.RECLAIM : Verdict.YIELD;
  }

  private static boolean isOf(Trailer trailer, ViewId id) {
    return trailer.sameView(new View(id, java.util.List.of(), false));
  }

  // 16 bits that wrap around: the nearer way counts.
  private static boolean newer(int theirs, int mine) {
    return (short) (theirs - mine) > 0;
  }
}
