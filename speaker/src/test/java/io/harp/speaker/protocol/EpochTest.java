package io.harp.speaker.protocol;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.harp.model.NodeName;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

class EpochTest {

  private static final Member A = new Member(new NodeName("a"), 1);
  private static final Member B = new Member(new NodeName("b"), 2);
  private static final View VIEW = new View(new ViewId(7, A), List.of(A, B), false);

  @Property
  void ofTwoEpochsOfOneViewAtMostOneReplacesTheOther(
      @ForAll byte seqA, @ForAll byte seqB, @ForAll boolean sameA, @ForAll boolean sameB) {
    Epoch a = new Epoch(VIEW.id(), seqA, sameA ? A : B);
    Epoch b = new Epoch(VIEW.id(), seqB, sameB ? A : B);
    assertEquals(!a.equals(b), a.replaces(b, VIEW) ^ b.replaces(a, VIEW));
  }

  @Test
  void theHigherNumberWinsThenTheEarlierMember() {
    assertTrue(new Epoch(VIEW.id(), 2, B).replaces(new Epoch(VIEW.id(), 1, A), VIEW));
    assertTrue(new Epoch(VIEW.id(), 1, A).replaces(new Epoch(VIEW.id(), 1, B), VIEW));
    assertFalse(new Epoch(VIEW.id(), 1, A).replaces(new Epoch(VIEW.id(), 1, A), VIEW));
  }

  @Test
  void viewsOfOneNumberHaveNoOrder() { // M11
    Epoch here = new Epoch(VIEW.id(), 1, A);
    Epoch there = new Epoch(new ViewId(7, B), 2, B);
    assertThrows(IllegalArgumentException.class, () -> there.replaces(here, VIEW));
    assertThrows(IllegalArgumentException.class, () -> here.replaces(there, VIEW));
  }

  @Test
  void aRevisionIsBehindWhereItHasSeenLessOfAnyKind() {
    assertTrue(new Revision(List.of(1L, 9L)).isBehind(new Revision(List.of(2L, 3L))));
    assertTrue(Revision.NONE.isBehind(Revision.of(1)));
    assertFalse(Revision.of(1).isBehind(Revision.NONE));
    assertFalse(Revision.of(1).isBehind(Revision.of(1)));
  }
}
