package io.harp.speaker.election;

import io.harp.speaker.election.Candidate.Standing;
import io.harp.speaker.protocol.Member;
import io.harp.speaker.protocol.Message.Group;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Evens out what stickiness leaves uneven, as after a rolling restart, whose last node holds
 * nothing. Slowly, since each move breaks the connections through the old node: not before the
 * spread among equal candidates has exceeded two for ten minutes, then a few groups a minute until
 * it is one.
 */
public final class Rebalancer {

  /** A spread that is left alone. */
  private static final int TOLERATED = 2;

  private static final long NEVER = Long.MAX_VALUE;

  /**
   * One group and who owns it.
   *
   * @param candidates for it, the owner among them
   * @param movable whether its owner really holds it, nobody disputes it, and nobody wished it
   *     there
   */
  public record Seat(Group group, Member owner, List<Candidate> candidates, boolean movable) {}

  /** A group that shall go to another member. */
  public record Shift(Group group, Member to) {}

  private record Gap(Seat seat, Member to, int width) {}

  private final int perMinute;
  private final long patienceMs;
  private long unevenSince = NEVER;
  private boolean active;
  private long notBefore = Long.MIN_VALUE;

  /**
   * @param perMinute groups moved in a minute at most; 0 for none
   * @param patienceMs how long a spread must last to be worth a move, in milliseconds
   */
  public Rebalancer(int perMinute, long patienceMs) {
    this.perMinute = perMinute;
    this.patienceMs = patienceMs;
  }

  /** Somebody else looks after the balance, or nobody knows it: the ten minutes begin anew. */
  public void reset() {
    unevenSince = NEVER;
    active = false;
  }

  /** The move that is due at {@code now}, if one is. */
  public Optional<Shift> next(List<Seat> seats, long now) {
    if (perMinute == 0) {
      return Optional.empty();
    }
    Map<Member, Integer> load = new HashMap<>();
    seats.forEach(s -> load.merge(s.owner(), s.group().addresses().size(), Integer::sum));
    Optional<Gap> widest = widest(seats, load);
    int spread = widest.map(Gap::width).orElse(0);
    if (spread <= 1) {
      reset();
      return Optional.empty();
    }
    if (spread <= TOLERATED && !active) {
      unevenSince = NEVER;
      return Optional.empty();
    }
    unevenSince = Math.min(unevenSince, now);
    active |= now - unevenSince >= patienceMs;
    if (!active || now < notBefore) {
      return Optional.empty();
    }
    notBefore = now + 60_000 / perMinute;
    return widest.map(gap -> new Shift(gap.seat().group(), gap.to()));
  }

  // Of gaps of one width the first group moves, so that the same reports give the same move.
  private static Optional<Gap> widest(List<Seat> seats, Map<Member, Integer> load) {
    Gap widest = null;
    for (Seat seat : seats) {
      Optional<Candidate> owner =
          seat.candidates().stream().filter(c -> c.member().equals(seat.owner())).findFirst();
      if (seat.movable() && owner.isPresent()) {
        for (Candidate c : seat.candidates()) {
          int width = load.getOrDefault(seat.owner(), 0) - load.getOrDefault(c.member(), 0);
          boolean equal =
              c.standing() == Standing.GOOD
                  && c.score() == owner.get().score()
                  && seat.group().addresses().size() < width;
          if (equal && (widest == null || width > widest.width())) {
            widest = new Gap(seat, c.member(), width);
          }
        }
      }
    }
    return Optional.ofNullable(widest);
  }
}
