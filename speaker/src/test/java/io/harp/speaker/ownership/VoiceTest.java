package io.harp.speaker.ownership;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.harp.model.Address;
import io.harp.model.Ipv4;
import io.harp.model.NodeName;
import io.harp.speaker.announcement.FramePort;
import io.harp.speaker.announcement.Held;
import io.harp.speaker.protocol.Member;
import io.harp.speaker.protocol.Message.Reason;
import io.harp.speaker.protocol.Trailer;
import io.harp.speaker.protocol.View;
import io.harp.speaker.protocol.ViewId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

class VoiceTest {

  private static final Member ME = new Member(new NodeName("a"), 1);
  private static final View VIEW = new View(new ViewId(1, ME), List.of(ME), false);
  private static final int PART = 300;

  private final Settings settings = Settings.of(250);
  private final Agenda agenda = new Agenda(() -> 0);
  private final Map<Address, List<Long>> announced = new HashMap<>();
  private final Voice voice =
      new Voice(settings, agenda, new Wire(), new SilentJournal(), new OpenSurroundings(ME, VIEW));
  private long now;

  @Test
  void repetitionsDoNotHoldUpWhatIsNew() {
    claim(0);
    runUntil(400);
    claim(PART);
    runUntil(10_000);
    long alone = PART * 1_000L / settings.announcementsPerSecond();
    for (int i = 0; i < PART; i++) {
      assertTrue(times(PART + i).getFirst() <= 400 + alone, () -> "after " + times(PART));
    }
  }

  @Test
  void everyAnnouncementIsRepeatedAsOftenAsSettled() {
    claim(0);
    runUntil(10_000);
    for (int i = 0; i < PART; i++) {
      assertEquals(settings.burstMs().size(), times(i).size());
    }
  }

  @Test
  void repetitionsTakeAQuarterOfThePace() {
    claim(0);
    runUntil(10_000);
    int allowed = settings.announcementsPerSecond() / 4;
    for (long from = 300; from < 5_000; from += 100) {
      long since = from;
      long within =
          announced.values().stream()
              .flatMap(List::stream)
              .filter(t -> t >= since && t < since + 1_000)
              .count();
      assertTrue(within <= allowed + allowed / 10 + 1, within + " from " + from);
    }
  }

  private void claim(int first) {
    for (int i = 0; i < PART; i++) {
      Slot slot = new Slot(address(first + i), Reason.PLACED);
      slot.phase = Slot.Phase.HELD;
      voice.burst(slot, now);
    }
  }

  private List<Long> times(int i) {
    return announced.getOrDefault(address(i), List.of());
  }

  private static Address address(int i) {
    return new Ipv4(0x0a00_0000 + i);
  }

  private void runUntil(long end) {
    for (; now < end; now++) {
      agenda.run(now);
    }
  }

  private final class Wire implements FramePort {
    @Override
    public void publish(Held held, Set<Address> watched) {}

    @Override
    public void announce(int link, Address address, Optional<Trailer> trailer) {
      announced.computeIfAbsent(address, _ -> new ArrayList<>()).add(now);
    }

    @Override
    public void probe(int link, Address address, Optional<Trailer> trailer) {}

    @Override
    public long lastForeignMs(int link) {
      return now;
    }
  }
}
