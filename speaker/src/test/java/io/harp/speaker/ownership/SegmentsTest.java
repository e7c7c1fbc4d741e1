package io.harp.speaker.ownership;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.harp.model.Ipv4;
import io.harp.model.MacAddress;
import io.harp.model.NodeName;
import io.harp.speaker.announcement.Link;
import io.harp.speaker.announcement.Link.Subnet;
import io.harp.speaker.ownership.Segments.Change;
import io.harp.speaker.protocol.Member;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class SegmentsTest {

  private static final Member SELF = new Member(new NodeName("a"), 1);

  private final Settings settings = Settings.of(400);
  private final Map<Integer, Long> heardAt = new HashMap<>(Map.of(1, 0L, 2, 0L));
  private final List<String> told = new ArrayList<>();
  private final Cards cards = new Cards(SELF.node(), false);
  private final Soundings soundings = new Soundings(settings, new Roster(SELF), new Wire());
  private final Segments segments =
      new Segments(
          cards,
          soundings,
          new SilentJournal() {
            @Override
            public void happened(Incident what, String text) {
              told.add(text);
            }
          });
  private long now;

  SegmentsTest() {
    soundings.gateways(Set.of(Ipv4.parse("10.0.1.1"), Ipv4.parse("10.0.2.1")));
    cards.update(List.of(link(1, true), link(2, true)));
  }

  @Test
  void aSegmentThatFallsSilentBringsNothingBackThoughAnotherIsSilentAlready() {
    assertEquals(List.of(Change.SILENT), changes(1_000, 1));
    assertEquals(List.of(Change.SILENT), changes(1_000));
    assertEquals(
        List.of("eth2: nobody answers there any more", "eth1: nobody answers there any more"),
        told);
  }

  @Test
  void oneOfTwoSilentSegmentsThatAnswersAgainIsBack() {
    changes(1_000);
    told.clear();
    assertEquals(List.of(Change.BACK), changes(1_000, 2));
    assertEquals(List.of("eth2: the segment answers again"), told);
  }

  @Test
  void aSilentSegmentThatLosesItsCableIsNotBack() {
    changes(1_000, 1);
    cards.update(List.of(link(1, true), link(2, false)));
    assertEquals(List.of(Change.SILENT), changes(1_000, 1));
  }

  /** What is found in the next so many ms while only {@code answering} are heard. */
  private List<Change> changes(long ms, int... answering) {
    List<Change> changes = new ArrayList<>();
    for (long end = now + ms; now < end; now += 10) {
      for (int link : answering) {
        heardAt.put(link, now);
      }
      Change change = segments.look(now);
      if (change != Change.NONE) {
        changes.add(change);
      }
    }
    return changes;
  }

  private static Link link(int index, boolean carrier) {
    Subnet subnet = new Subnet(Ipv4.parse("10.0." + index + ".10"), 24);
    return new Link(index, "eth" + index, new MacAddress(index), carrier, List.of(subnet));
  }

  private final class Wire extends DeafPort {
    @Override
    public long lastForeignMs(int link) {
      return heardAt.getOrDefault(link, Long.MIN_VALUE);
    }
  }
}
