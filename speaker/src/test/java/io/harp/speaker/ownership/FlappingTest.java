package io.harp.speaker.ownership;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.harp.model.NodeName;
import io.harp.speaker.protocol.Member;
import io.harp.speaker.protocol.View;
import io.harp.speaker.protocol.ViewId;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class FlappingTest {

  private static final long MINUTE = 60_000;
  private static final Member A = member("a", 1);
  private static final Member B = member("b", 1);
  private static final Member C = member("c", 1);
  private static final NodeName NODE_C = C.node();

  private final Flapping flapping = new Flapping(10 * MINUTE);
  private long number;

  @Test
  void whoLeavesThreeTimesIsHeldOffForTenMinutes() {
    leaveAndReturn(0);
    leaveAndReturn(4 * MINUTE);
    assertEquals(Set.of(), flapping.heldOff(5 * MINUTE));
    leaveAndReturn(8 * MINUTE);
    assertEquals(Set.of(NODE_C), flapping.heldOff(18 * MINUTE - 1));
    assertEquals(Set.of(), flapping.heldOff(18 * MINUTE));
  }

  @Test
  void whoLeavesThreeTimesInMoreThanTenMinutesIsNot() {
    leaveAndReturn(0);
    leaveAndReturn(5 * MINUTE);
    leaveAndReturn(10 * MINUTE);
    assertEquals(Set.of(), flapping.heldOff(10 * MINUTE));
  }

  @Test
  void aRestartBetweenTwoViewsCounts() {
    for (int i = 0; i <= 3; i++) {
      view(i, A, B, member("c", i));
    }
    assertEquals(Set.of(NODE_C), flapping.heldOff(4));
  }

  @Test
  void theSmallerPartIsTheOneThatLeft() {
    // Seen from the node that flaps, all others left.
    for (int i = 0; i < 5; i++) {
      view(2L * i, A, B, C);
      view(2L * i + 1, C);
    }
    assertEquals(Set.of(), flapping.heldOff(20));
  }

  @Test
  void ofTwoTheOneThatComesBackAsAnotherIsTheOneThatLeft() {
    for (int i = 0; i <= 3; i++) {
      view(2L * i, A, member("c", i));
      view(2L * i + 1, A);
    }
    assertEquals(Set.of(NODE_C), flapping.heldOff(10));
  }

  @Test
  void ofTwoThatPartAndMeetAgainNobodyIsBlamed() {
    for (int i = 0; i < 5; i++) {
      view(2L * i, A, C);
      view(2L * i + 1, A);
    }
    assertEquals(Set.of(), flapping.heldOff(20));
  }

  @Test
  void zeroHoldsNobodyOff() {
    Flapping off = new Flapping(0);
    for (int i = 0; i < 9; i++) {
      off.view(new View(new ViewId(2L * i, A), List.of(A, B, C), false), i);
      off.view(new View(new ViewId(2L * i + 1, A), List.of(A, B), false), i);
    }
    assertEquals(Set.of(), off.heldOff(9));
  }

  private void leaveAndReturn(long now) {
    view(now, A, B, C);
    view(now, A, B);
    view(now, A, B, C);
  }

  private void view(long now, Member... members) {
    flapping.view(new View(new ViewId(number++, A), List.of(members), false), now);
  }

  private static Member member(String node, long incarnation) {
    return new Member(new NodeName(node), incarnation);
  }
}
