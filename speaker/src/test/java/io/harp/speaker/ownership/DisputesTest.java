package io.harp.speaker.ownership;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.harp.model.Address;
import io.harp.model.Ipv4;
import io.harp.model.MacAddress;
import io.harp.model.NodeName;
import io.harp.speaker.announcement.FramePort;
import io.harp.speaker.announcement.Heard;
import io.harp.speaker.announcement.Held;
import io.harp.speaker.ownership.Settings.Rule;
import io.harp.speaker.protocol.Epoch;
import io.harp.speaker.protocol.Member;
import io.harp.speaker.protocol.Message.Assignment;
import io.harp.speaker.protocol.Message.Eligibility;
import io.harp.speaker.protocol.Message.Group;
import io.harp.speaker.protocol.Message.Plan;
import io.harp.speaker.protocol.Message.Reason;
import io.harp.speaker.protocol.Revision;
import io.harp.speaker.protocol.Trailer;
import io.harp.speaker.protocol.View;
import io.harp.speaker.protocol.ViewId;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

class DisputesTest {

  private static final Member ME = new Member(new NodeName("a"), 1);
  private static final Member RIVAL = new Member(new NodeName("b"), 2);
  private static final View VIEW = new View(new ViewId(1, ME), List.of(ME, RIVAL), false);
  private static final Address X = Ipv4.parse("10.0.0.1");
  private static final Group GROUP =
      new Group(List.of(X), List.of(), Map.of(ME.node(), Eligibility.ANY));
  private static final MacAddress LOW = new MacAddress(0x02_00_00_00_00_01L);
  private static final MacAddress HIGH = new MacAddress(0x02_00_00_00_00_02L);

  private final Agenda agenda = new Agenda(() -> 0);
  private final Roster roster = new Roster(ME);
  private final List<String> happened = new ArrayList<>();
  private final List<Long> announced = new ArrayList<>();
  private final List<Long> probed = new ArrayList<>();
  private Settings settings = Settings.of(400);
  private Holdings holdings = holdings();
  private Disputes disputes = disputes();
  private long now;

  @Test
  void aClaimOfAStrangerIsDefendedAgainstOnceInTenSeconds() {
    hold();
    for (long end = now + 25_000; now < end; step(50)) {
      claim(HIGH, Optional.empty(), LOW);
    }
    assertEquals(List.of("conflict with " + HIGH), happened);
    assertEquals(3, announced.size(), announced.toString());
    assertTrue(announced.get(1) - announced.get(0) >= 10_000, announced.toString());
    assertTrue(holdings.slots().holds(X));
  }

  @Test
  void aStrangerIsAskedWhoItIsBeforeItIsCalledOne() {
    hold();
    claim(HIGH, Optional.empty(), LOW);
    step(150);
    assertEquals(List.of(), happened);
    assertEquals(2, probed.size());
    claim(HIGH, Optional.empty(), LOW);
    assertEquals(List.of("conflict with " + HIGH), happened);
  }

  @Test
  void aConflictIsOverAfterThirtySecondsOfQuiet() {
    hold();
    claim(HIGH, Optional.empty(), LOW);
    step(150);
    claim(HIGH, Optional.empty(), LOW);
    run(29_000);
    assertEquals(1, happened.size());
    run(2_000);
    assertEquals(List.of("conflict with " + HIGH, "over with " + HIGH), happened);
  }

  @Test
  void howeverOftenARivalClaimsItIsAnsweredEveryTwentyMsAtMost() {
    hold();
    for (long end = now + 100; now < end; step(1)) {
      claim(HIGH, trailerOf(0), LOW);
    }
    assertEquals(5, happened.stream().filter("won"::equals).count(), happened.toString());
  }

  @Test
  void ofTwoThatWinForEverTheLowerMacIsSilentForASecond() {
    hold();
    run(30, LOW);
    assertFalse(holdings.slots().holds(X));
    assertEquals(10, happened.stream().filter("won"::equals).count(), happened.toString());
    assertEquals("STORM", happened.getLast());
    probed.clear();
    run(900);
    assertEquals(List.of(), probed, "not a word for a second");
    run(400);
    assertFalse(probed.isEmpty(), "then it asks");
  }

  @Test
  void andTheHigherMacGoesOn() {
    hold();
    run(30, HIGH);
    assertTrue(holdings.slots().holds(X));
    assertFalse(happened.contains("STORM"));
  }

  @Test
  void tenReclaimsASecondAreNoStorm() {
    hold();
    for (int i = 0; i < 50; i++, step(101)) {
      claim(HIGH, trailerOf(0), LOW);
    }
    assertTrue(holdings.slots().holds(X), happened.toString());
  }

  @Test
  void withoutTheGuardNobodyGivesWay() {
    settings = settings.without(Set.of(Rule.STORM_GUARD));
    holdings = holdings();
    disputes = disputes();
    hold();
    run(30, LOW);
    assertTrue(holdings.slots().holds(X));
  }

  @Test
  void aBareFrameOfASpeakerIsJudgedOnlyWhereItsTrailersAreStripped() {
    hold();
    roster.sawSpeaker(HIGH, trailerOf(0).orElseThrow(), now);
    for (int i = 0; i < 20; i++, step(50)) {
      claim(HIGH, Optional.empty(), LOW);
    }
    assertEquals(List.of(), happened, "it showed a trailer, so this one answered a question");
    run(11_000);
    for (int i = 0; i < 3; i++, step(50)) {
      claim(HIGH, Optional.empty(), LOW);
    }
    assertEquals(List.of(), happened);
    claim(HIGH, Optional.empty(), LOW);
    assertEquals(List.of("won"), happened);
  }

  private void hold() {
    roster.install(VIEW);
    holdings.claim(X, Reason.PLACED, now);
    run(5_000);
    announced.clear();
    happened.clear();
  }

  /** A rival of the same view claims so often, and is answered each time. */
  private void run(int claims, MacAddress own) {
    for (int i = 0; i < claims && holdings.slots().holds(X); i++, step(25)) {
      claim(own.equals(LOW) ? HIGH : LOW, trailerOf(0), own);
    }
  }

  private void run(long ms) {
    for (long end = now + ms; now < end; ) {
      step(1);
    }
  }

  private void step(long ms) {
    now += ms;
    agenda.run(now);
  }

  private void claim(MacAddress sender, Optional<Trailer> trailer, MacAddress own) {
    trailer.ifPresent(t -> roster.sawSpeaker(sender, t, now));
    disputes.claimed(new Heard.Claim(1, X, sender, false, trailer), own, now);
  }

  private static Optional<Trailer> trailerOf(int seq) {
    return Optional.of(Trailer.of(RIVAL, VIEW, seq, 4));
  }

  private Holdings holdings() {
    return new Holdings(settings, agenda, new Wire(), journal(), new Around());
  }

  private Disputes disputes() {
    Planning planning =
        new Planning(settings, agenda, ME, roster, new Picture(), journal(), (_, _) -> {}, () -> 0);
    roster.install(VIEW);
    planning.view(VIEW, 0);
    planning.accept(
        new Plan(
            new Epoch(VIEW.id(), 1, ME),
            Revision.of(1),
            Map.of(X, new Assignment(ME, Optional.empty(), Reason.PLACED))),
        0);
    return new Disputes(settings, agenda, roster, planning, holdings, journal(), new Around());
  }

  private Journal journal() {
    return new SilentJournal() {
      @Override
      public void disputed(Address address, MacAddress rival, boolean won) {
        happened.add(won ? "won" : "lost");
      }

      @Override
      public void conflict(Address address, MacAddress stranger, boolean resolved) {
        happened.add((resolved ? "over with " : "conflict with ") + stranger);
      }

      @Override
      public void happened(Incident what, String text) {
        happened.add(what.name());
      }
    };
  }

  private final class Wire implements FramePort {
    @Override
    public void publish(Held held, Set<Address> watched) {}

    @Override
    public void announce(int link, Address address, Optional<Trailer> trailer) {
      announced.add(now);
    }

    @Override
    public void probe(int link, Address address, Optional<Trailer> trailer) {
      probed.add(now);
    }

    @Override
    public long lastForeignMs(int link) {
      return now;
    }
  }

  private final class Around extends OpenSurroundings {
    Around() {
      super(ME, VIEW);
    }

    @Override
    public boolean isSpeaker(MacAddress mac) {
      return roster.isSpeaker(mac);
    }

    @Override
    public Group group(Address address) {
      return GROUP;
    }
  }
}
