package io.harp.speaker.election;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.harp.model.Address;
import io.harp.model.Ipv4;
import io.harp.model.NodeName;
import io.harp.speaker.election.Candidate.Standing;
import io.harp.speaker.election.Rebalancer.Seat;
import io.harp.speaker.election.Rebalancer.Shift;
import io.harp.speaker.protocol.Member;
import io.harp.speaker.protocol.Message.Group;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class RebalancerTest {

  private static final long AFTER = 600_000;
  private static final Member A = new Member(new NodeName("a"), 1);
  private static final Member B = new Member(new NodeName("b"), 1);

  private final Rebalancer rebalancer = new Rebalancer(1, AFTER);
  private final List<Seat> seats = new ArrayList<>();

  @Test
  void waitsTenMinutesThenMovesOneAMinuteUntilTheSpreadIsOne() {
    own(A, 6, true);
    assertEquals(Optional.empty(), rebalancer.next(seats, 0));
    assertEquals(Optional.empty(), rebalancer.next(seats, AFTER - 1));
    List<Long> moves = new ArrayList<>();
    for (long now = AFTER; now < AFTER + 600_000; now += 5_000) {
      Optional<Shift> shift = rebalancer.next(seats, now);
      if (shift.isPresent()) {
        moves.add(now - AFTER);
        move(shift.get());
      }
    }
    assertEquals(List.of(0L, 60_000L, 120_000L), moves);
    assertEquals(3, seats.stream().filter(s -> s.owner().equals(A)).count());
  }

  @Test
  void leavesASpreadOfTwoAlone() {
    own(A, 2, true);
    assertEquals(Optional.empty(), rebalancer.next(seats, 0));
    assertEquals(Optional.empty(), rebalancer.next(seats, 2 * AFTER));
  }

  @Test
  void anEvenMomentBeginsTheTenMinutesAnew() {
    own(A, 6, true);
    assertEquals(Optional.empty(), rebalancer.next(seats, 0));
    assertEquals(Optional.empty(), rebalancer.next(List.of(), AFTER / 2));
    assertEquals(Optional.empty(), rebalancer.next(seats, AFTER));
    assertTrue(rebalancer.next(seats, 2 * AFTER).isPresent());
  }

  @Test
  void movesNothingThatIsDisputedOrWished() {
    own(A, 6, false);
    assertEquals(Optional.empty(), rebalancer.next(seats, 0));
    assertEquals(Optional.empty(), rebalancer.next(seats, 2 * AFTER));
  }

  @Test
  void movesNothingToADoubtfulOrLessPreferredMember() {
    for (Candidate other :
        List.of(
            new Candidate(B, Standing.DOUBTFUL, 0),
            new Candidate(B, Standing.CUT_OFF, 0),
            new Candidate(B, Standing.GOOD, -1))) {
      seats.clear();
      for (int i = 0; i < 6; i++) {
        seats.add(new Seat(group(i), A, List.of(new Candidate(A, Standing.GOOD, 0), other), true));
      }
      assertEquals(Optional.empty(), rebalancer.next(seats, 0));
      assertEquals(Optional.empty(), rebalancer.next(seats, 2 * AFTER), other.toString());
    }
  }

  @Test
  void doesNotMoveAGroupThatWouldOnlyTurnTheImbalanceAround() {
    Group big =
        new Group(List.of(new Ipv4(1), new Ipv4(2), new Ipv4(3), new Ipv4(4)), List.of(), Map.of());
    seats.add(new Seat(big, A, both(), true));
    assertEquals(Optional.empty(), rebalancer.next(seats, 0));
    assertEquals(Optional.empty(), rebalancer.next(seats, 2 * AFTER));
  }

  @Test
  void offMovesNothing() {
    own(A, 6, true);
    Rebalancer off = new Rebalancer(0, AFTER);
    assertEquals(Optional.empty(), off.next(seats, 0));
    assertEquals(Optional.empty(), off.next(seats, 2 * AFTER));
  }

  private void own(Member owner, int count, boolean movable) {
    for (int i = 0; i < count; i++) {
      seats.add(new Seat(group(i), owner, both(), movable));
    }
  }

  private void move(Shift shift) {
    seats.replaceAll(s ->
        s.group().equals(shift.group())
            ? new Seat(s.group(), shift.to(), s.candidates(), s.movable())
            : s);
  }

  private static List<Candidate> both() {
    return List.of(new Candidate(A, Standing.GOOD, 0), new Candidate(B, Standing.GOOD, 0));
  }

  private static Group group(int i) {
    Address address = new Ipv4(0x0a000000 + i);
    return new Group(List.of(address), List.of(), Map.of());
  }
}
