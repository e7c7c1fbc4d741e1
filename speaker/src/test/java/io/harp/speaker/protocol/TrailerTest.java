package io.harp.speaker.protocol;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.harp.model.NodeName;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

class TrailerTest {

  private static final Member A = new Member(new NodeName("a"), 1);
  private static final Member B = new Member(new NodeName("b"), 2);

  @Property
  void readsWhatItWritesAtAnyPlace(@ForAll long seed, @ForAll byte offset) {
    Trailer trailer = any(new Random(seed));
    int at = offset & 0xff;
    byte[] frame = new byte[at + Trailer.LENGTH];
    trailer.put(frame, at);
    assertEquals(Optional.of(trailer), Trailer.read(frame, at, frame.length));
  }

  @Property
  void whatWasStrippedOrCutIsNoTrailer(@ForAll long seed, @ForAll byte length) {
    byte[] frame = new byte[42 + Trailer.LENGTH];
    any(new Random(seed)).put(frame, 42);
    int end = 42 + Math.floorMod(length, Trailer.LENGTH);
    assertEquals(Optional.empty(), Trailer.read(frame, 42, end));
  }

  @Property
  void thePaddingOfOthersIsNoTrailer(@ForAll byte fill) {
    byte[] frame = new byte[60];
    java.util.Arrays.fill(frame, fill);
    assertEquals(Optional.empty(), Trailer.read(frame, 42, 60));
  }

  @Property
  void theRankHasNoCyclesAndNoTwoWinners(@ForAll long seed) { // M19
    Random random = new Random(seed);
    Trailer a = near(random);
    Trailer b = near(random);
    Trailer c = near(random);
    assertEquals(
        Integer.signum(Trailer.RANK.compare(a, b)), -Integer.signum(Trailer.RANK.compare(b, a)));
    if (Trailer.RANK.compare(a, b) > 0 && Trailer.RANK.compare(b, c) > 0) {
      assertTrue(Trailer.RANK.compare(a, c) > 0);
    }
  }

  @Test
  void theLargerViewThenTheLongerTenureThenTheHashWins() {
    assertTrue(Trailer.RANK.compare(rank(3, 200, 1), rank(2, 100, 2)) > 0);
    assertTrue(Trailer.RANK.compare(rank(3, 100, 1), rank(3, 200, 2)) > 0);
    assertTrue(Trailer.RANK.compare(rank(3, 100, 2), rank(3, 100, 1)) > 0);
    assertTrue(
        Trailer.RANK.compare(rank(3, 100, 1), rank(3, 0, 2)) > 0, "who holds nothing is youngest");
  }

  @Test
  void itNamesTheViewAndNotOnlyItsNumber() {
    View view = new View(new ViewId(7, A), List.of(A, B), false);
    Trailer trailer = Trailer.of(A, view, 3, 1_760_000_000_000L);
    assertTrue(trailer.sameView(view));
    assertFalse(trailer.sameView(new View(new ViewId(7, B), List.of(A, B), false)));
    assertFalse(trailer.sameView(new View(new ViewId(8, A), List.of(A, B), false)));
    assertEquals(1_760_000_000_000L, trailer.since() << 2);
  }

  private static Trailer rank(int size, long since, int hash) {
    return new Trailer(hash, 0, 0, 0, size, since);
  }

  private static Trailer near(Random random) {
    return rank(1 + random.nextInt(2), random.nextInt(3), random.nextInt(3));
  }

  private static Trailer any(Random random) {
    return new Trailer(
        random.nextInt(1 << 24),
        random.nextInt(1 << 16),
        random.nextInt(1 << 24),
        random.nextInt(1 << 16),
        random.nextInt(256),
        random.nextLong() & 0xff_ffff_ffffL);
  }
}
