package io.harp.speaker.ownership;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.harp.model.Ipv4;
import io.harp.model.NodeName;
import io.harp.model.ServiceKey;
import io.harp.speaker.protocol.Message.Eligibility;
import io.harp.speaker.protocol.Message.Facts;
import io.harp.speaker.protocol.Message.Group;
import io.harp.speaker.protocol.Revision;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

class PictureTest {

  private static final Group ONE = group(1);
  private static final Group TWO = group(2);

  private final Picture picture = new Picture();

  @Test
  void aPeersPictureIsBetterThanAnOldOne() {
    picture.seen(List.of(ONE), Revision.of(10));
    assertTrue(picture.told(new Facts(Revision.of(11), List.of(TWO))));
    assertEquals(List.of(TWO), picture.groups());
  }

  @Test
  void anOlderPictureOfAPeerIsNotTaken() {
    picture.seen(List.of(ONE), Revision.of(10));
    assertFalse(picture.told(new Facts(Revision.of(10), List.of(TWO))));
    assertEquals(List.of(ONE), picture.groups());
  }

  @Test
  void whatOneSeesCountsAgainOnceItHasCaughtUp() {
    picture.seen(List.of(ONE), Revision.of(10));
    picture.told(new Facts(Revision.of(20), List.of(TWO)));
    picture.seen(List.of(ONE), Revision.of(15));
    assertEquals(List.of(TWO), picture.groups(), "still older than what the peer saw");
    assertFalse(picture.reached(Revision.of(19)));
    assertTrue(picture.reached(Revision.of(20)));
    assertEquals(List.of(ONE), picture.groups());
  }

  @Test
  void whatAPeerToldStaysUntilSomethingOfOnesOwnIsSeenHoweverFarTheWatchesAre() {
    picture.told(new Facts(Revision.of(20), List.of(TWO)));
    picture.fresh(true);
    assertFalse(picture.reached(Revision.of(30)));
    assertEquals(List.of(TWO), picture.groups());
    assertEquals(Revision.of(20), picture.revision());
    assertFalse(picture.isFresh());
    picture.seen(List.of(ONE), Revision.of(30));
    assertEquals(List.of(ONE), picture.groups());
    assertTrue(picture.isFresh());
  }

  @Test
  void newsOfOnesOwnCountsThoughAPeerListedSomethingElseLater() {
    picture.told(new Facts(new Revision(List.of(10L, 50L)), List.of()));
    picture.seen(List.of(ONE), new Revision(List.of(11L, 40L)));
    assertEquals(List.of(), picture.groups(), "the own watches may be incomplete");
    picture.fresh(true);
    assertEquals(List.of(ONE), picture.groups());
  }

  @Test
  void newsThatComeLaterCountAsWell() {
    picture.seen(List.of(), new Revision(List.of(10L, 40L)));
    picture.told(new Facts(new Revision(List.of(10L, 50L)), List.of()));
    picture.fresh(true);
    picture.seen(List.of(ONE), new Revision(List.of(11L, 40L)));
    assertEquals(List.of(ONE), picture.groups());
    assertFalse(picture.told(new Facts(new Revision(List.of(10L, 50L)), List.of())));
    assertEquals(List.of(ONE), picture.groups());
  }

  @Test
  void aFreshPictureYieldsOnlyToOneThatIsAheadInEverything() {
    picture.seen(List.of(ONE), new Revision(List.of(10L, 50L)));
    picture.fresh(true);
    assertFalse(picture.told(new Facts(new Revision(List.of(11L, 49L)), List.of(TWO))));
    assertTrue(picture.told(new Facts(new Revision(List.of(11L, 50L)), List.of(TWO))));
  }

  @Test
  void aPeersPictureIsOneEvenBeforeTheFirstOwn() {
    assertFalse(picture.isKnown());
    assertTrue(picture.told(new Facts(Revision.of(1), List.of())));
    assertTrue(picture.isKnown());
  }

  @Test
  void equalGroupsHaveEqualDigestsWhateverTheOrderOfTheirMaps() {
    Map<NodeName, Eligibility> forwards = new LinkedHashMap<>();
    Map<NodeName, Eligibility> backwards = new LinkedHashMap<>();
    for (int i = 0; i < 20; i++) {
      forwards.put(new NodeName("n" + i), new Eligibility(i, Set.of("a", "b")));
      backwards.put(new NodeName("n" + (19 - i)), new Eligibility(19 - i, Set.of("b", "a")));
    }
    assertEquals(
        Digest.of(List.of(new Group(ONE.addresses(), List.of(), forwards))),
        Digest.of(List.of(new Group(ONE.addresses(), List.of(), backwards))));
  }

  @Test
  void whateverChangesInAGroupChangesTheDigest() {
    long before = Digest.of(List.of(ONE));
    assertNotEquals(before, Digest.of(List.of()));
    assertNotEquals(before, Digest.of(List.of(TWO)));
    assertNotEquals(before, Digest.of(List.of(ONE, TWO)));
    assertNotEquals(
        before,
        Digest.of(
            List.of(
                new Group(
                    ONE.addresses(),
                    ONE.services(),
                    ONE.nodes(),
                    Optional.of(new NodeName("n1"))))));
    Map<NodeName, Eligibility> other = new HashMap<>(ONE.nodes());
    other.put(new NodeName("n1"), new Eligibility(1, Set.of()));
    assertNotEquals(before, Digest.of(List.of(new Group(ONE.addresses(), ONE.services(), other))));
  }

  private static Group group(int i) {
    return new Group(
        List.of(new Ipv4(i)),
        List.of(new ServiceKey("default", "s" + i)),
        Map.of(new NodeName("n1"), Eligibility.ANY, new NodeName("n2"), Eligibility.ANY));
  }
}
