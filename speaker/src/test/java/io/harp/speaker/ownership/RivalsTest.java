package io.harp.speaker.ownership;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import io.harp.model.MacAddress;
import io.harp.model.NodeName;
import io.harp.speaker.ownership.Rivals.Own;
import io.harp.speaker.ownership.Rivals.Rival;
import io.harp.speaker.ownership.Rivals.Verdict;
import io.harp.speaker.protocol.Member;
import io.harp.speaker.protocol.Trailer;
import io.harp.speaker.protocol.View;
import io.harp.speaker.protocol.ViewId;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

/** The table of ownership: rivals on the wire, row by row. */
class RivalsTest {

  private static final Member ME = new Member(new NodeName("me"), 1);
  private static final Member THEM = new Member(new NodeName("them"), 2);
  private static final MacAddress LOW = new MacAddress(1);
  private static final MacAddress HIGH = new MacAddress(2);
  private static final View TOGETHER = new View(new ViewId(5, ME), List.of(ME, THEM), false);
  private static final View MINE = new View(new ViewId(5, ME), List.of(ME), false);
  private static final View THEIRS = new View(new ViewId(5, THEM), List.of(THEM), false);

  private Set<ViewId> past = Set.of();

  @Test
  void whoShowsNoTrailerAndIsNoSpeakerIsAStranger() { // row 1
    Rival rival = new Rival(HIGH, Optional.empty(), Optional.empty(), false);
    assertEquals(Verdict.STRANGER, Rivals.judge(own(TOGETHER, 1, Optional.of(ME)), rival));
  }

  @Test
  void thePlannedOwnerOfTheSameViewGetsIt() { // row 2
    assertEquals(Verdict.RELEASE, judge(TOGETHER, 1, Optional.of(THEM), trailer(TOGETHER, 1, 100)));
  }

  @Test
  void whoActsOnANewerPlanOfTheSameViewGetsIt() { // row 3
    assertEquals(
        Verdict.RELEASE_AND_ASK, judge(TOGETHER, 1, Optional.of(ME), trailer(TOGETHER, 2, 100)));
  }

  @Test
  void sequenceNumbersWrapAround() {
    assertEquals(
        Verdict.RELEASE_AND_ASK,
        judge(TOGETHER, 0xffff, Optional.of(ME), trailer(TOGETHER, 0, 100)));
    assertEquals(
        Verdict.RECLAIM, judge(TOGETHER, 0, Optional.of(ME), trailer(TOGETHER, 0xffff, 1)));
  }

  @Test
  void theOwnerByThePlanOfTheSameViewStays() { // row 4, M9
    assertEquals(Verdict.RECLAIM, judge(TOGETHER, 1, Optional.of(ME), trailer(TOGETHER, 1, 1)));
  }

  @Test
  void whoIsInAViewOfMyPastWasExcluded() { // row 5
    past = Set.of(THEIRS.id());
    assertEquals(Verdict.RECLAIM, judge(MINE, 1, Optional.of(ME), trailer(THEIRS, 1, 1)));
  }

  @Test
  void aMemberOfMyViewThatIsInALaterOneHasExcludedMe() { // row 6
    View later = new View(new ViewId(6, THEM), List.of(THEM), false);
    assertEquals(Verdict.YIELD, judge(TOGETHER, 1, Optional.of(ME), trailer(later, 1, 999)));
  }

  @Test
  void ofParallelViewsOfOneNumberTheRankDecides() { // row 8, M11
    assertEquals(Verdict.RECLAIM, judge(MINE, 1, Optional.of(ME), trailer(THEIRS, 9, 500)));
    assertEquals(Verdict.YIELD, judge(MINE, 1, Optional.of(ME), trailer(THEIRS, 9, 100)));
  }

  @Property
  void ofTwoRivalsExactlyOneGivesWay(@ForAll long seed) { // M19
    Random random = new Random(seed);
    Trailer a = new Trailer(random.nextInt(3), 1, 5, 0, random.nextInt(3), random.nextInt(3));
    Trailer b = new Trailer(random.nextInt(3), 2, 5, 0, random.nextInt(3), random.nextInt(3));
    assertNotEquals(Rivals.outranks(a, LOW, b, HIGH), Rivals.outranks(b, HIGH, a, LOW));
  }

  @Test
  void whereTrailersAreStrippedExactlyOneOfTwoGivesWay() {
    Own mine = own(MINE, 1, Optional.of(ME));
    Own theirs = new Own(THEM, HIGH, THEIRS, Set.of(), trailer(THEIRS, 1, 1), Optional.of(THEM));
    Verdict here = Rivals.judge(mine, new Rival(HIGH, Optional.empty(), Optional.of(THEM), true));
    Verdict there = Rivals.judge(theirs, new Rival(LOW, Optional.empty(), Optional.of(ME), true));
    assertEquals(Set.of(Verdict.RECLAIM, Verdict.YIELD), Set.of(here, there));
  }

  private Verdict judge(View view, int seq, Optional<Member> planned, Trailer theirs) {
    return Rivals.judge(
        own(view, seq, planned), new Rival(HIGH, Optional.of(theirs), Optional.of(THEM), true));
  }

  private Own own(View view, int seq, Optional<Member> planned) {
    return new Own(ME, LOW, view, past, Trailer.of(ME, view, seq, 1_200), planned);
  }

  private static Trailer trailer(View view, int seq, long sinceUnits) {
    return Trailer.of(THEM, view, seq, sinceUnits << 2);
  }
}
