package io.harp.speaker.ownership;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.harp.model.NodeName;
import io.harp.speaker.protocol.Member;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

/** Agenda, Pace and Unresponsive. */
class SmallPartsTest {

  @Property
  void theAgendaRunsWhatIsDueInOrderAndNothingElse(
      @ForAll List<@IntRange(max = 100) Integer> times, @ForAll @IntRange(max = 100) int now) {
    Agenda agenda = new Agenda(() -> 0);
    List<Integer> ran = new ArrayList<>();
    times.forEach(t -> agenda.at(t, _ -> ran.add(t)));
    agenda.run(now);
    assertEquals(times.stream().filter(t -> t <= now).sorted().toList(), ran);
    assertTrue(agenda.next() > now);
  }

  @Test
  void whatIsSparedHappensAtOnceThenOnceInAWhileAndNeverTwiceForOneReason() {
    Sparing sparing = new Sparing(2_000);
    assertEquals(OptionalLong.of(100), sparing.when(100));
    sparing.done(100);
    assertEquals(OptionalLong.of(2_100), sparing.when(500));
    assertEquals(OptionalLong.empty(), sparing.when(900), "it is planned already");
    sparing.done(2_100);
    assertEquals(OptionalLong.of(4_100), sparing.when(3_000));
    sparing.done(4_100);
    assertEquals(OptionalLong.of(9_000), sparing.when(9_000));
  }

  @Test
  void equalTimesRunInTheOrderOfEntryAndNewOnesOfTheSameTimeToo() {
    Agenda agenda = new Agenda(() -> 0);
    List<String> ran = new ArrayList<>();
    agenda.at(
        5,
        now -> {
          ran.add("first");
          agenda.at(now, _ -> ran.add("third"));
        });
    agenda.at(5, _ -> ran.add("second"));
    agenda.run(5);
    assertEquals(List.of("first", "second", "third"), ran);
    assertEquals(Long.MAX_VALUE, agenda.next());
  }

  @Test
  void aTurnEndsWhenItsTimeIsUsedUpAndTheRestStaysDue() {
    AtomicLong nanos = new AtomicLong(Long.MAX_VALUE - 1);
    Agenda agenda = new Agenda(nanos::get);
    List<Integer> ran = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      int task = i;
      agenda.at(
          5,
          _ -> {
            ran.add(task);
            nanos.addAndGet(25_000_000);
          });
    }
    agenda.run(5);
    assertEquals(List.of(0, 1, 2), ran);
    assertEquals(5, agenda.next());
    agenda.run(6);
    assertEquals(List.of(0, 1, 2, 3), ran);
  }

  @Property
  void noSecondHasMoreTurnsThanThePaceAllows(
      @ForAll @IntRange(min = 1, max = 3_000) int perSecond,
      @ForAll @IntRange(min = 1, max = 500) int turns) {
    Pace pace = new Pace(perSecond);
    List<Long> at = new ArrayList<>();
    for (int i = 0; i < turns; i++) {
      at.add(pace.next(1_000_000));
    }
    for (int i = 0; i < turns; i++) {
      long from = at.get(i);
      long within = at.stream().filter(t -> t >= from && t < from + 1_000).count();
      assertTrue(within <= perSecond + perSecond / 10 + 1, within + " of " + perSecond);
    }
    assertTrue(at.getFirst() == 1_000_000, "an idle one never waits");
  }

  @Test
  void fiveHundredAddressesWaitLessThanASecondAtTheDefaultPace() {
    Pace pace = new Pace(Settings.of(250).announcementsPerSecond());
    long last = 0;
    for (int i = 0; i < 500; i++) {
      last = pace.next(0);
    }
    assertTrue(last <= 1_000, last + " ms");
  }

  @Test
  void whoFailsAgainIsChosenLastTwiceAsLongUpToFiveMinutes() {
    Unresponsive unresponsive = new Unresponsive();
    Member member = new Member(new NodeName("a"), 1);
    long now = 0;
    List<Long> lasted = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      long until = unresponsive.failed(member, now);
      lasted.add((until - now) / 1_000);
      assertEquals(Set.of(member), unresponsive.at(until - 1));
      assertEquals(Set.of(), unresponsive.at(until));
      now = until;
    }
    assertEquals(List.of(5L, 10L, 20L, 40L, 80L, 160L, 300L, 300L), lasted);
    assertEquals(Set.of(), unresponsive.at(now + 600_001));
    assertEquals(now + 605_001, unresponsive.failed(member, now + 600_001));
  }
}
