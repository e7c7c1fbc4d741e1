package io.harp.speaker.membership;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.harp.speaker.membership.Watch.Act;
import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class WatchTest {

  private static final Timers TIMERS = new Timers(250);

  private final Watch<String> watch = new Watch<>(TIMERS, 0);

  private long now;

  WatchTest() {
    watch.members(List.of("b", "c"), 0);
  }

  @Test
  void aSilentMemberIsAskedAndThenSuspected() {
    List<Act<String>> acts = pass(260, "b");
    assertEquals(
        List.of(new Act.Doubt<>("c"), new Act.Ask<>("c", 1), new Act.Suspect<>("c")), acts);
  }

  @Test
  void anAnswerFromAMemberThatHasUsEndsTheDoubt() {
    Act.Ask<String> ask = (Act.Ask<String>) pass(220, "b").getLast();
    watch.answered("c", ask.question(), true, now);
    assertEquals(List.of(), pass(100, "b"));
  }

  @Test
  void anAnswerFromAMemberThatHasExcludedUsMakesItLost() {
    Act.Ask<String> ask = (Act.Ask<String>) pass(220, "b").getLast();
    assertEquals(List.of(new Act.Suspect<>("c")), watch.answered("c", ask.question(), false, now));
  }

  @Test
  void anAnswerToAnEarlierQuestionCountsForNothing() {
    Act.Ask<String> ask = (Act.Ask<String>) pass(220, "b").getLast();
    assertEquals(List.of(), watch.answered("c", ask.question() - 1, false, now));
    assertEquals(List.of(), watch.answered("c", ask.question() - 1, true, now));
    assertEquals(List.of(new Act.Suspect<>("c")), pass(40, "b"));
  }

  @Test
  void whatWasUnderWayWhenTheConnectionClosedDoesNotSaveAMember() {
    assertInstanceOf(Act.Ask.class, watch.closed("c", 0).getLast());
    watch.heard("c", 5);
    assertEquals(List.of(new Act.Suspect<>("c")), pass(50, "b"));
    assertTrue(now <= TIMERS.verifyMs() + 10);
  }

  @Test
  void aClosedConnectionToAMemberThatAnswersIsForgiven() {
    Act.Ask<String> ask = (Act.Ask<String>) watch.closed("c", 0).getLast();
    watch.answered("c", ask.question(), true, 3);
    assertEquals(List.of(), pass(200, "b", "c"));
  }

  @Test
  void aProcessThatIsGoneIsSuspectedWithoutAQuestion() {
    assertEquals(List.of(new Act.Doubt<>("c"), new Act.Suspect<>("c")), watch.gone("c", 0));
    assertEquals(List.of(), watch.gone("c", 1));
  }

  @Test
  void aSuspicionIsRepeatedWhileTheMemberIsInTheView() {
    pass(260, "b");
    List<Act<String>> acts = pass(510, "b");
    assertEquals(List.of(new Act.Suspect<>("c"), new Act.Suspect<>("c")), acts);
  }

  @Test
  void aSuspectedMemberThatIsHeardAgainIsTrusted() {
    pass(260, "b");
    assertEquals(List.of(new Act.Trust<>("c")), watch.heard("c", now));
    assertEquals(List.of(), pass(200, "b"));
  }

  @Test
  void whoStoodStillSuspectsNobodyButAsksAll() {
    pass(50, "b", "c");
    List<Act<String>> acts = watch.tick(now + 5_000);
    assertEquals(List.of("b", "c"), acts.stream().map(Act::member).toList());
    assertTrue(acts.stream().allMatch(a -> a instanceof Act.Ask<String>));
  }

  @Test
  void whoIsNotInTheViewIsNotWatched() {
    watch.members(List.of("b"), 0);
    assertEquals(List.of(), pass(300, "b"));
    assertEquals(List.of(), watch.closed("c", now));
    assertEquals(List.of(), watch.heard("c", now));
  }

  @Property
  void aMemberWhoseHeartbeatsAreLateByLessThanThreeIsNeverDoubted(
      @ForAll @Size(50) List<@IntRange(max = 140) Integer> delays) {
    for (int delay : delays) {
      assertEquals(List.of(), pass(delay + 50));
      watch.heard("b", now);
      watch.heard("c", now);
    }
  }

  @Property
  void aMemberThatFallsSilentIsSuspectedOnceTheSilenceIsOverAndNotBefore(
      @ForAll @Size(20) List<@IntRange(min = 1, max = 150) Integer> beats) {
    beats.forEach(gap -> {
      pass(gap);
      watch.heard("b", now);
      watch.heard("c", now);
    });
    long silentSince = now;
    List<Act<String>> acts = new ArrayList<>();
    while (acts.stream().noneMatch(a -> a instanceof Act.Suspect<String>)) {
      acts.addAll(pass(1, "b"));
    }
    assertEquals(silentSince + TIMERS.silenceMs(3), now);
  }

  /** Time goes on, looked at when the watch wants to, and every 10 ms these are heard. */
  private List<Act<String>> pass(long ms, String... heard) {
    List<Act<String>> acts = new ArrayList<>();
    for (long end = now + ms; now < end; ) {
      now++;
      if (now % 10 == 0 || ms < 10) {
        for (String member : heard) {
          watch.heard(member, now);
        }
      }
      if (now >= watch.nextMs()) {
        acts.addAll(watch.tick(now));
      }
    }
    return acts;
  }
}
