package io.harp.speaker.ownership;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.harp.model.Address;
import io.harp.model.Ipv4;
import io.harp.model.MacAddress;
import io.harp.model.NodeName;
import io.harp.speaker.announcement.Link;
import io.harp.speaker.announcement.Link.Subnet;
import io.harp.speaker.protocol.Member;
import io.harp.speaker.protocol.Trailer;
import io.harp.speaker.protocol.View;
import io.harp.speaker.protocol.ViewId;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

class SoundingsTest {

  private static final Ipv4 GATEWAY = Ipv4.parse("10.0.0.1");

  private final Settings settings = Settings.of(400);
  private final Segment segment = new Segment();
  private final Member self = new Member(new NodeName("a"), 1);
  private final Roster roster = new Roster(self);
  private final Soundings soundings = new Soundings(settings, roster, segment);

  @Test
  void whereNobodyElseCouldOwnAnythingThereIsNoHurry() {
    roster.install(new View(new ViewId(1, self), List.of(self), false));
    soundings.gateways(Set.of(GATEWAY));
    segment.heardAt = 1_000;
    soundings.expect(1);
    run(true, 1_010);
    assertEquals(1_000 + settings.soundAfterMs(), soundings.next());
    soundings.expect(0);
    run(true, 1_010);
    assertEquals(2_000, soundings.next());
    run(true, 2_000);
    assertEquals(List.of(GATEWAY), segment.asked);
  }

  @Test
  void wakesNobodyWhereThereIsNobodyToAsk() {
    run(true, 1_000);
    assertEquals(Long.MAX_VALUE, soundings.next());
    soundings.gateways(Set.of(Ipv4.parse("192.0.2.1")));
    run(true, 1_001);
    assertEquals(Long.MAX_VALUE, soundings.next(), "that one is behind another interface");
    assertEquals(List.of(), segment.asked);
  }

  @Test
  void looksAgainWhenTheSegmentWillHaveBeenSilentForLongEnough() {
    soundings.gateways(Set.of(GATEWAY));
    segment.heardAt = 1_000;
    run(true, 1_010);
    assertEquals(1_000 + settings.soundAfterMs(), soundings.next());
    run(true, soundings.next() - Soundings.EARLY_MS - 1);
    assertEquals(List.of(), segment.asked);
    run(true, soundings.next());
    assertEquals(List.of(GATEWAY), segment.asked);
  }

  @Test
  void asksAgainUntilTheSegmentCountsAsDeadAndLooksForItsReturn() {
    soundings.gateways(Set.of(GATEWAY));
    segment.heardAt = 0;
    long now = 1_000;
    run(true, now);
    assertEquals(now + 2 * settings.soundMs(), soundings.next(), "time for the first answer");
    now = soundings.next();
    run(true, now);
    while (soundings.isAnswering(1)) {
      assertEquals(now + settings.soundMs(), soundings.next());
      now = soundings.next();
      run(true, now);
    }
    assertTrue(now - 1_000 >= settings.deafMs(), "deaf after " + (now - 1_000));
    assertFalse(now - 1_000 >= settings.deafMs() + settings.soundMs());
    for (int i = 0; i < 100; i++) {
      now = soundings.next();
      run(true, now);
    }
    segment.heardAt = now;
    run(true, soundings.next());
    assertTrue(soundings.isAnswering(1), "heard again");
  }

  @Test
  void staysWithTheHostThatAnswers() {
    Ipv4 gone = Ipv4.parse("10.0.0.1");
    Ipv4 there = Ipv4.parse("10.0.0.2");
    soundings.gateways(Set.of(gone, there));
    long now = 1_000;
    for (int i = 0; i < 20; i++) {
      run(true, now);
      now = soundings.next();
      if (segment.asked.getLast().equals(there)) {
        segment.heardAt = now;
      }
      assertTrue(soundings.isAnswering(1), "one of two answers");
    }
    assertEquals(1, segment.asked.stream().filter(gone::equals).count(), segment.asked.toString());
  }

  @Test
  void forgetsTheTimerOfALinkThatWentOrHasNoCable() {
    soundings.gateways(Set.of(GATEWAY));
    run(true, 1_000);
    run(false, 1_001);
    assertEquals(Long.MAX_VALUE, soundings.next());
    run(true, 2_000);
    soundings.run(List.of(), 2_001);
    assertEquals(Long.MAX_VALUE, soundings.next());
  }

  private void run(boolean carrier, long now) {
    List<Subnet> subnets = List.of(new Subnet(Ipv4.parse("10.0.0.10"), 24));
    soundings.run(List.of(new Link(1, "eth0", new MacAddress(7), carrier, subnets)), now);
    assertTrue(soundings.next() > now, "the loop must not spin");
  }

  private static final class Segment extends DeafPort {
    final List<Address> asked = new ArrayList<>();
    long heardAt = Long.MIN_VALUE;

    @Override
    public void probe(int link, Address address, Optional<Trailer> trailer) {
      asked.add(address);
    }

    @Override
    public long lastForeignMs(int link) {
      return heardAt;
    }
  }
}
