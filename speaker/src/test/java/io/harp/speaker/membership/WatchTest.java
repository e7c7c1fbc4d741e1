package io.harp.speaker.membership;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class WatchTest {

  private static final Timers TIMERS = new Timers(250);

  private static final Timers LENIENT = new Timers(1_000);
  private static final Patience GROWN = new Patience(TIMERS, LENIENT, 0, 0);

  private final Watch<String> watch = new Watch<>(GROWN, 0);

  private long now;

  /** Whether a host that is asked says nothing until its time is over. */
  private boolean hostsSayNothing = true;

  private final Map<Long, List<String>> hostsAsked = new HashMap<>();

  WatchTest() {
    watch.members(List.of("a", "b", "c"), "a", 0);
  }

  @Test
  void aSilentMemberIsAskedAndItsHostThenEverybodyIsToldThenItIsSuspected() {
    assertEquals(
        List.of(
            new Act.Ask<>("c", 1),
            new Act.Knock<>("c", 0),
            new Act.Doubt<>("c"),
            new Act.Tell<>("c", 209L, false),
            new Act.Knock<>("c", 0),
            new Act.Suspect<>("c")),
        pass(260, "b"));
  }

  @Test
  void aSilentMemberOnAHostThatAnswersIsGivenMoreTime() {
    ask(pass(130, "b"), "c");
    watch.hostAnswered("c");
    assertEquals(List.of("Doubt", "Tell"), kinds(pass(TIMERS.patienceMs() - 140, "b")));
    assertEquals(List.of("Suspect"), kinds(pass(20, "b")));
  }

  @Test
  void whoWasJustMetIsGivenFourTimesTheTimeAndOnlyThen() {
    Watch<String> young = new Watch<>(new Patience(TIMERS, LENIENT, 5_000, 5_000), 0);
    young.members(List.of("a", "b"), "a", 0);
    assertEquals(4 * TIMERS.silenceMs(), lostAfter(young, 0, false));
    young.heard("b", 5_001);
    assertEquals(TIMERS.silenceMs(), lostAfter(young, 5_001, false));
  }

  @Test
  void whoIsStillSettlingIsGivenMoreTimeOnlyIfItsHostAnswers() {
    assertEquals(TIMERS.silenceMs(), lostAfter(settling(), 3_000, false));
    assertEquals(LENIENT.silenceMs(), lostAfter(settling(), 3_000, true));
  }

  @Test
  void whoJudgesOneThatIsSettlingWaitsLongerForTheAnswerOfItsHost() {
    // Looked at every 10 ms.
    long asked = TIMERS.silenceMs() / 2 + 5;
    assertEquals(asked + LENIENT.silenceMs(), lostAfter(settling(), 3_000, null));
  }

  /** A watch that has met "b" three seconds ago and has just heard it. */
  private static Watch<String> settling() {
    Watch<String> settling = new Watch<>(new Patience(TIMERS, LENIENT, 2_000, 5_000), 0);
    settling.members(List.of("a", "b"), "a", 0);
    for (long at = 0; at <= 3_000; at += 50) {
      settling.heard("b", at);
      settling.tick(at);
    }
    return settling;
  }

  @Test
  void afterAClosedConnectionTheHostIsWaitedForToo() {
    watch.closed("c", 0);
    assertEquals(List.of(), pass(2 * TIMERS.knockMs() - 10, "b"));
    assertEquals(List.of(new Act.Suspect<>("c")), pass(20, "b"));
  }

  @Test
  void nobodyIsSuspectedWhileItIsNotKnownWhetherItsHostAnswers() {
    hostsSayNothing = false;
    assertEquals(List.of("Ask", "Doubt", "Tell"), kinds(pass(370, "b")));
    assertEquals(List.of("Suspect"), kinds(pass(10, "b")));
  }

  /**
   * For how long "b" is silent until it is suspected.
   *
   * @param hostAnswers null if it is never known
   */
  private static long lostAfter(Watch<String> watch, long from, @Nullable Boolean hostAnswers) {
    for (long at = from; at < from + 3_000; at += 10) {
      List<Act<String>> acts = watch.tick(at);
      if (acts.stream().anyMatch(act -> act instanceof Act.Suspect<String>)) {
        return at - from;
      }
      if (acts.stream().anyMatch(act -> act instanceof Act.Knock<String>)) {
        if (Boolean.TRUE.equals(hostAnswers)) {
          watch.hostAnswered("b");
        } else if (hostAnswers != null) {
          watch.hostSilent("b");
        }
      }
    }
    throw new AssertionError("never");
  }

  @Test
  void anAnswerOfAHostCountsForOneSilenceOnly() {
    ask(pass(130, "b"), "c");
    watch.hostAnswered("c");
    watch.heard("c", now);
    List<Act<String>> acts = pass(TIMERS.silenceMs() + 10, "b");
    assertEquals("Suspect", kinds(acts).getLast());
  }

  @Test
  void anAnswerFromAMemberThatHasUsEndsTheDoubt() {
    watch.answered("c", ask(pass(220, "b"), "c"), true, now);
    assertEquals(List.of(), pass(100, "b"));
  }

  @Test
  void anAnswerFromAMemberThatHasExcludedUsMakesItLostAndAsksTheOthers() {
    pass(300, "b", "c");
    int question = ask(pass(220, "b"), "c");
    assertEquals(List.of("Suspect c", "Ask b"), told(watch.answered("c", question, false, now)));
  }

  @Test
  void whoJoinedAMomentAgoAndDoesNotHaveTheViewYetIsNotLost() {
    int question = ask(watch.closed("c", 10), "c");
    assertEquals(List.of(), watch.answered("c", question, false, 20));
    assertEquals(List.of(), pass(120, "b"));
  }

  @Test
  void anAnswerToAnEarlierQuestionCountsForNothing() {
    int question = ask(pass(220, "b"), "c");
    assertEquals(List.of(), watch.answered("c", question - 1, false, now));
    assertEquals(List.of(), watch.answered("c", question - 1, true, now));
    assertEquals(List.of(new Act.Suspect<>("c")), pass(40, "b"));
  }

  @Test
  void whatWasUnderWayWhenTheConnectionClosedDoesNotSaveAMember() {
    ask(watch.closed("c", 0), "c");
    watch.heard("c", 5);
    watch.hostSilent("c");
    assertEquals(List.of(new Act.Suspect<>("c")), pass(50, "b"));
    assertTrue(now <= TIMERS.verifyMs() + 10);
  }

  @Test
  void aClosedConnectionToAMemberThatAnswersIsForgiven() {
    watch.answered("c", ask(watch.closed("c", 0), "c"), true, 3);
    assertEquals(List.of(), pass(120, "b", "c"));
  }

  @Test
  void aClosedConnectionToAHostThatStillListensIsNoHurry() {
    watch.closed("c", 0);
    watch.hostAnswered("c");
    assertEquals(List.of(), pass(200, "b"));
    assertEquals(List.of(new Act.Suspect<>("c")), pass(60, "b"));
  }

  @Test
  void aHostThatStillListensAfterAConnectionClosedIsAskedAgainUntilTheMemberIsSuspected() {
    watch.closed("c", 0);
    List<Act<String>> again = List.of(new Act.Knock<>("c", TIMERS.knockAgainMs()));
    assertEquals(again, watch.hostAnswered("c"));
    assertEquals(again, watch.hostAnswered("c"));
    assertEquals(List.of("Suspect c"), told(watch.gone("c", 20)));
    assertEquals(List.of(), watch.hostAnswered("c"));
  }

  @Test
  void aHostThatAnswersForASilentMemberIsNotAskedAgain() {
    ask(pass(130, "b"), "c");
    assertEquals(List.of(), watch.hostAnswered("c"));
  }

  @Test
  void aProcessThatIsGoneIsSuspectedWithoutAQuestion() {
    assertEquals(List.of("Doubt c", "Tell c", "Knock c", "Suspect c"), told(watch.gone("c", 1)));
    assertEquals(List.of(), watch.gone("c", 2));
  }

  @Test
  void aSuspicionIsRepeatedWhileTheMemberIsInTheView() {
    pass(260, "b");
    List<Act<String>> acts = pass(510, "b");
    assertEquals(List.of("Ask c", "Suspect c", "Ask c", "Suspect c"), told(acts));
    assertEquals(List.of(new Act.Trust<>("c")), watch.answered("c", ask(acts, "c"), true, now));
  }

  @Test
  void aSuspectedMemberThatIsHeardAgainIsTrusted() {
    pass(260, "b");
    assertEquals(List.of(new Act.Trust<>("c")), watch.heard("c", now));
    assertEquals(List.of(), pass(120, "b"));
  }

  @Test
  void whoStoodStillSuspectsNobodyButAsksAll() {
    pass(50, "b", "c");
    assertEquals(List.of("Ask b", "Ask c"), told(watch.tick(now + 5_000)));
  }

  @Test
  void whoIsNotInTheViewIsNotWatched() {
    watch.members(List.of("a", "b"), "a", 0);
    assertEquals(List.of(), pass(300, "b"));
    assertEquals(List.of(), watch.closed("c", now));
    assertEquals(List.of(), watch.heard("c", now));
    assertEquals(List.of(), watch.told("c", 300, false, now));
  }

  @Test
  void inALargeClusterOnlyThoseBeforeAreWatchedAndThoseAfterGetHeartbeats() {
    large("m5");
    assertEquals(List.of("m6", "m7", "m8"), watch.successors());
    List<Act<String>> acts = pass(130, "m2", "m3");
    assertEquals(List.of("Ask m4", "Knock m4"), told(acts));
  }

  @Test
  void aMemberThatOthersMissIsAskedAndSuspectedFromWhenTheyLastHeardIt() {
    large("m5");
    pass(500, "m2", "m3", "m4");
    assertEquals(List.of("Doubt m0", "Ask m0"), told(watch.told("m0", 209, false, now)));
    assertEquals(List.of(), pass(40, "m2", "m3", "m4"));
    assertEquals(List.of("Suspect m0"), told(pass(5, "m2", "m3", "m4")));
  }

  @Test
  void aMemberThatOthersMissOnAHostThatAnswersThemIsGivenMoreTime() {
    large("m5");
    pass(500, "m2", "m3", "m4");
    watch.told("m0", 209, true, now);
    assertEquals(List.of(), pass(TIMERS.patienceMs() - 209 - 5, "m2", "m3", "m4"));
    assertEquals(List.of("Suspect m0"), told(pass(9, "m2", "m3", "m4")));
  }

  @Test
  void aMemberThatOthersMissAndThatAnswersUsIsNotSuspected() {
    large("m5");
    watch.answered("m0", ask(watch.told("m0", 209, false, 0), "m0"), true, 5);
    assertEquals(List.of(), pass(400, "m2", "m3", "m4"));
  }

  @Test
  void twoInDoubtMakeEverybodyAskAll() {
    large("m5");
    watch.told("m0", 209, false, 0);
    List<Act<String>> acts = watch.told("m1", 209, false, 0);
    assertEquals(9, acts.stream().filter(a -> a instanceof Act.Ask<String>).count() + 1);
  }

  @Property
  void everyMemberIsWatchedByThoseToWhichItSendsHeartbeats(
      @ForAll @IntRange(min = 2, max = 40) int size) {
    List<String> ring = ring(size);
    Map<String, Integer> watchers = new HashMap<>();
    for (String self : ring) {
      Watch<String> its = new Watch<>(GROWN, 0);
      its.members(ring, self, 0);
      for (Act<String> act : its.tick(TIMERS.silenceMs() / 2)) {
        if (act instanceof Act.Ask<String>(String asked, int _)) {
          watchers.merge(asked, 1, Integer::sum);
          Watch<String> other = new Watch<>(GROWN, 0);
          other.members(ring, asked, 0);
          assertTrue(other.successors().contains(self));
        }
      }
    }
    ring.forEach(m -> assertEquals(Math.min(Watch.NEIGHBOURS, size - 1), watchers.get(m)));
  }

  @Property
  void aMemberWhoseHeartbeatsAreLateByLessThanThreeIsNeverDoubted(
      @ForAll @Size(50) List<@IntRange(max = 140) Integer> delays) {
    for (int delay : delays) {
      assertTrue(pass(delay + 50).stream().noneMatch(a -> a instanceof Act.Doubt<String>));
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
    assertEquals(silentSince + TIMERS.silenceMs(), now);
  }

  private void large(String self) {
    watch.members(ring(10), self, 0);
  }

  private static List<String> ring(int size) {
    return IntStream.range(0, size).mapToObj(i -> "m" + i).toList();
  }

  private static int ask(List<Act<String>> acts, String member) {
    return acts.stream()
        .filter(a -> a instanceof Act.Ask<String> && a.member().equals(member))
        .map(a -> ((Act.Ask<String>) a).question())
        .reduce((_, last) -> last)
        .orElseThrow();
  }

  private static List<String> kinds(List<Act<String>> acts) {
    return acts.stream()
        .map(a -> a.getClass().getSimpleName())
        .filter(k -> !k.equals("Knock"))
        .toList();
  }

  private static List<String> told(List<Act<String>> acts) {
    return acts.stream().map(a -> a.getClass().getSimpleName() + " " + a.member()).toList();
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
      if (hostsSayNothing) {
        hostsAsked.getOrDefault(now - TIMERS.knockMs(), List.of()).forEach(watch::hostSilent);
      }
      if (now >= watch.nextMs()) {
        List<Act<String>> due = watch.tick(now);
        List<String> asked =
            due.stream().filter(a -> a instanceof Act.Knock<String>).map(Act::member).toList();
        hostsAsked.put(now, asked);
        acts.addAll(due);
      }
    }
    return acts;
  }
}
