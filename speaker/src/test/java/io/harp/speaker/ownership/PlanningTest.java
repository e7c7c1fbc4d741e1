package io.harp.speaker.ownership;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.harp.model.Address;
import io.harp.model.Ipv4;
import io.harp.model.MacAddress;
import io.harp.model.NodeName;
import io.harp.speaker.protocol.Epoch;
import io.harp.speaker.protocol.Member;
import io.harp.speaker.protocol.Message.Assignment;
import io.harp.speaker.protocol.Message.Eligibility;
import io.harp.speaker.protocol.Message.Group;
import io.harp.speaker.protocol.Message.Plan;
import io.harp.speaker.protocol.Message.Reason;
import io.harp.speaker.protocol.Message.Report;
import io.harp.speaker.protocol.Message.ReportedLink;
import io.harp.speaker.protocol.Revision;
import io.harp.speaker.protocol.View;
import io.harp.speaker.protocol.ViewId;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class PlanningTest {

  private static final Member A = new Member(new NodeName("a"), 1);
  private static final Member B = new Member(new NodeName("b"), 2);
  private static final View FIRST = new View(new ViewId(1, A), List.of(A, B), false);
  private static final View SECOND = new View(new ViewId(2, A), List.of(A, B), false);
  private static final Address X = new Ipv4(0x0a00_0001);
  private static final Address Y = new Ipv4(0x0a00_0002);

  private final Settings settings = Settings.of(400);
  private final Roster roster = new Roster(A);
  private final Picture picture = new Picture();
  private final List<Plan> published = new ArrayList<>();
  private final Agenda agenda = new Agenda(() -> 0);
  private final Planning planning =
      new Planning(
          settings,
          agenda,
          A,
          roster,
          picture,
          new SilentJournal(),
          (plan, _) -> published.add(plan),
          () -> 0);

  @Test
  void aPlanOfAnOlderViewIsDropped() { // M12
    install(SECOND, 0);
    assertEquals(Optional.empty(), planning.accept(plan(FIRST, 9), 1));
    assertEquals(Optional.empty(), planning.present());
  }

  @Test
  void aPlanOfALaterViewWaitsForThatView() {
    install(FIRST, 0);
    assertEquals(Optional.empty(), planning.accept(plan(SECOND, 1), 1));
    roster.install(SECOND);
    assertEquals(Optional.of(plan(SECOND, 1)), planning.view(SECOND, 2));
  }

  @Test
  void ofOneViewOnlyTheNewerPlanIsTaken() {
    install(FIRST, 0);
    planning.accept(plan(FIRST, 2), 1);
    assertEquals(Optional.empty(), planning.accept(plan(FIRST, 1), 2));
    assertEquals(Optional.empty(), planning.accept(plan(FIRST, 2), 2));
    assertEquals(Optional.of(plan(FIRST, 3)), planning.accept(plan(FIRST, 3), 2));
  }

  @Test
  void nothingIsPlannedBeforeAllHaveReportedOrTheirTimeIsOver() { // M10
    want();
    planning.expect(2);
    install(FIRST, 0);
    roster.report(A, report(FIRST, Map.of()));
    planning.touch();
    planning.run(settings.gatherMs() - 1);
    assertEquals(List.of(), published);
    planning.run(settings.gatherMs());
    assertEquals(1, published.size());
  }

  @Test
  void nothingIsPlacedWhileAMemberHasNotSaidWhatItHolds() {
    want();
    planning.expect(2);
    install(FIRST, 0);
    roster.report(A, report(FIRST, Map.of()));
    runUntil(settings.placementWaitMs() - 1);
    assertEquals(Map.of(), published.getLast().assignments());
    roster.report(B, report(FIRST, Map.of(X, 5L)));
    planning.touch();
    planning.run(settings.placementWaitMs());
    assertEquals(
        Map.of(X, new Assignment(B, Optional.empty(), Reason.KEPT)),
        published.getLast().assignments());
  }

  @Test
  void aMemberThatNeverReportsHoldsUpPlacingForASecondOnly() {
    want();
    planning.expect(2);
    install(FIRST, 0);
    roster.report(A, report(FIRST, Map.of()));
    runUntil(settings.placementWaitMs());
    assertEquals(Set.of(X), published.getLast().assignments().keySet());
  }

  @Test
  void nothingIsPlacedWhileAMemberOfAYoungViewStillReadsTheApi() {
    want();
    planning.expect(2);
    install(FIRST, 0);
    roster.report(A, report(FIRST, Map.of()));
    roster.report(B, report(FIRST, false, Map.of()));
    runUntil(settings.mergeWaitMs() - 1);
    assertEquals(Map.of(), published.getLast().assignments());
    roster.report(B, report(FIRST, Map.of()));
    planning.touch();
    planning.run(settings.mergeWaitMs() - 1);
    assertEquals(Set.of(X), published.getLast().assignments().keySet());
  }

  @Test
  void aMemberThatNeverSeesTheApiHoldsUpPlacingForThreeSecondsOnly() {
    want();
    planning.expect(2);
    install(FIRST, 0);
    roster.report(A, report(FIRST, Map.of()));
    roster.report(B, report(FIRST, false, Map.of()));
    runUntil(settings.mergeWaitMs());
    assertEquals(Set.of(X), published.getLast().assignments().keySet());
  }

  @Test
  void theFirstPlacementWaitsTwoSecondsForAMemberThatIsExpected() {
    want();
    planning.expect(3);
    install(FIRST, 0);
    roster.report(A, report(FIRST, Map.of()));
    roster.report(B, report(FIRST, Map.of()));
    runUntil(1_999);
    assertEquals(Map.of(), published.getLast().assignments());
    planning.touch();
    planning.run(2_000);
    assertEquals(Set.of(X), published.getLast().assignments().keySet());
  }

  @Test
  void theFirstPlacementWaitsForASpeakerThatTheSegmentLetsHear() {
    want();
    planning.expect(3);
    install(FIRST, 0);
    roster.report(A, report(FIRST, Map.of()));
    roster.report(B, report(FIRST, Map.of()));
    for (long now = 0; now < 2_000; now += 80) {
      planning.met(now);
      planning.touch();
      planning.run(now);
    }
    assertEquals(Map.of(), published.getLast().assignments());
    planning.expect(2);
    planning.run(2_000);
    assertEquals(Set.of(X), published.getLast().assignments().keySet());
  }

  @Test
  void butNotForOneThatNeverJoins() {
    want();
    planning.expect(3);
    install(FIRST, 0);
    roster.report(A, report(FIRST, Map.of()));
    roster.report(B, report(FIRST, Map.of()));
    for (long now = 0; now <= settings.mergeWaitMs(); now += 50) {
      planning.met(now);
      planning.touch();
      planning.run(now);
    }
    assertEquals(Set.of(X), published.getLast().assignments().keySet());
  }

  @Test
  void whoHasTakenSomeOfManyIsGivenTimeForTheOthersAndWhoTookNoneIsNot() {
    picture.seen(List.of(group(X), group(Y)), Revision.of(1));
    planning.expect(2);
    install(FIRST, 0);
    roster.report(A, report(FIRST, Map.of(X, 5L, Y, 5L)));
    roster.report(B, report(FIRST, Map.of()));
    Assignment handed = new Assignment(B, Optional.of(A), Reason.MOVED);
    planning.accept(
        new Plan(new Epoch(FIRST.id(), 1, A), Revision.of(1), Map.of(X, handed, Y, handed)), 0);
    roster.report(B, report(FIRST, Map.of(X, 6L)));
    agenda.run(settings.handOverMs());
    planning.run(settings.handOverMs());
    assertEquals(List.of(), givenBack());
    agenda.run(2 * settings.handOverMs());
    planning.run(2 * settings.handOverMs());
    assertEquals(List.of(Y), givenBack());
  }

  @Test
  void whatGoesAsPlannedIsNoReasonForANewPlan() {
    handOverXToB();
    assertFalse(isReason(B, holding(Map.of()), holding(Map.of(X, 6L))));
    assertFalse(isReason(A, holding(Map.of(X, 5L)), holding(Map.of())));
    assertFalse(isReason(B, holding(Map.of(X, 6L)), holding(Map.of(X, 6L))));
  }

  @Test
  void whatGoesOtherwiseIsAReason() {
    handOverXToB();
    assertTrue(isReason(B, holding(Map.of(X, 6L)), holding(Map.of())));
    assertTrue(isReason(A, holding(Map.of()), holding(Map.of(X, 7L))));
    assertTrue(isReason(A, holding(Map.of(X, 5L)), holding(Map.of(X, 7L))));
    assertTrue(isReason(B, holding(Map.of()), holding(Map.of(Y, 7L))));
    assertTrue(isReason(B, null, holding(Map.of(X, 6L))));
    assertTrue(isReason(B, holding(Map.of()), report(SECOND, Map.of(X, 6L))));
  }

  @Test
  void withoutAPlanEachReportIsAReason() {
    install(FIRST, 0);
    assertTrue(isReason(B, holding(Map.of()), holding(Map.of(X, 6L))));
  }

  private boolean isReason(Member from, @Nullable Report before, Report report) {
    return planning.isReasonToPlan(from, before, report);
  }

  private static Report holding(Map<Address, Long> holds) {
    return report(FIRST, holds);
  }

  private void handOverXToB() {
    install(FIRST, 0);
    Assignment toB = new Assignment(B, Optional.of(A), Reason.MOVED);
    planning.accept(new Plan(new Epoch(FIRST.id(), 1, A), Revision.of(1), Map.of(X, toB)), 0);
  }

  private List<Address> givenBack() {
    return published.stream()
        .flatMap(plan -> plan.assignments().entrySet().stream())
        .filter(e -> e.getValue().reason() == Reason.GIVEN_BACK)
        .map(Map.Entry::getKey)
        .toList();
  }

  private void runUntil(long end) {
    for (long now = 0; now <= end; now++) {
      planning.touch();
      planning.run(now);
    }
  }

  @Test
  void whoHoldsByItsReportKeeps() { // C6
    want();
    planning.expect(2);
    install(FIRST, 0);
    roster.report(A, report(FIRST, Map.of()));
    roster.report(B, report(FIRST, Map.of(X, 5L)));
    planning.touch();
    planning.run(1);
    Assignment a = published.getFirst().assignments().get(X);
    assertEquals(new Assignment(B, Optional.empty(), Reason.KEPT), a);
  }

  @Test
  void anUnchangedSituationGivesNoSecondPlan() {
    want();
    planning.expect(2);
    install(FIRST, 0);
    roster.report(A, report(FIRST, Map.of()));
    roster.report(B, report(FIRST, Map.of()));
    for (int now = 1; now < 1_000; now++) {
      planning.touch();
      planning.run(now);
    }
    assertEquals(1, published.size());
    assertTrue(published.getFirst().assignments().containsKey(X));
  }

  private void want() {
    picture.seen(List.of(group(X)), Revision.of(1));
  }

  private static Group group(Address address) {
    return new Group(
        List.of(address), List.of(), Map.of(A.node(), Eligibility.ANY, B.node(), Eligibility.ANY));
  }

  private void install(View view, long now) {
    roster.install(view);
    planning.view(view, now);
  }

  private static Plan plan(View view, int seq) {
    return new Plan(new Epoch(view.id(), seq, B), Revision.of(1), Map.of());
  }

  private static Report report(View view, Map<Address, Long> holds) {
    return report(view, true, holds);
  }

  private static Report report(View view, boolean apiFresh, Map<Address, Long> holds) {
    return new Report(
        view.id(),
        0,
        Optional.empty(),
        apiFresh,
        Revision.of(1),
        1,
        true,
        false,
        List.of(new ReportedLink("eth0", new MacAddress(7), true, List.of())),
        holds,
        Set.of(),
        Set.of());
  }
}
