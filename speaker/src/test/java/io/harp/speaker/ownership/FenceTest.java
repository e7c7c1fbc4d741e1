package io.harp.speaker.ownership;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.harp.model.NodeName;
import io.harp.speaker.ownership.Fence.Finding;
import io.harp.speaker.ownership.Settings.Rule;
import io.harp.speaker.protocol.Member;
import io.harp.speaker.protocol.View;
import io.harp.speaker.protocol.ViewId;
import java.util.List;
import java.util.Set;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class FenceTest {

  private static final Member A = new Member(new NodeName("a"), 1);
  private static final Member B = new Member(new NodeName("b"), 2);
  private static final View BOTH = new View(new ViewId(1, A), List.of(A, B), false);
  private static final View ALONE = new View(new ViewId(2, A), List.of(A), false);
  private static final int LEASE = 400;

  private final Settings settings = Settings.of(LEASE);
  private final Isolation isolation = new Isolation(settings);
  private final Fence fence = new Fence(settings, isolation);

  @Test
  void anEchoCountsFromWhenThePingWasSent() { // M1
    fence.view(BOTH, 1_000);
    fence.tick(1_100);
    fence.echo(BOTH.id(), 1_000);
    assertEquals(Finding.REGAINED, fence.tick(1_150));
    assertTrue(fence.isOpen(1_400));
    assertFalse(fence.isOpen(1_401));
    assertEquals(Finding.LAPSED, fence.tick(1_401));
  }

  @Test
  void anEchoOfAnotherViewProvesNothing() { // M2
    fence.view(BOTH, 1_000);
    fence.echo(new ViewId(1, B), 1_100);
    fence.echo(new ViewId(7, A), 1_100);
    fence.tick(1_150);
    assertFalse(fence.isOpen(1_150));
  }

  @Property
  void aProcessThatStoodStillForLongerThanTheLeaseWakesUpMute( // M3
      @ForAll @IntRange(min = LEASE + 1, max = 60_000) int stopped) {
    Fence own = new Fence(settings, new Isolation(settings));
    own.view(BOTH, 0);
    own.echo(BOTH.id(), 100);
    own.tick(100);
    assertTrue(own.isOpen(100));
    // What waited in its sockets is no proof: it was sent before.
    assertEquals(Finding.LAPSED, own.tick(100 + stopped));
    own.echo(BOTH.id(), 99 + stopped);
    own.foreign(100 + stopped);
    own.tick(101 + stopped);
    assertFalse(own.isOpen(101 + stopped));
    own.echo(BOTH.id(), 102 + stopped);
    assertEquals(Finding.REGAINED, own.tick(110 + stopped));
  }

  @Test
  void aLeaseThatRanOutIsLostEvenIfItCouldBeRenewedInThatMoment() { // C21
    fence.view(BOTH, 0);
    fence.echo(BOTH.id(), 0);
    fence.tick(0);
    fence.tick(300);
    fence.foreign(401);
    assertEquals(Finding.LAPSED, fence.tick(401));
    assertEquals(Finding.REGAINED, fence.tick(410));
  }

  @Test
  void aViewWithoutThisMemberMutesUntilOneWithIt() {
    fence.view(BOTH, 0);
    fence.echo(BOTH.id(), 0);
    fence.tick(0);
    fence.excluded();
    assertEquals(Finding.LAPSED, fence.tick(10));
    fence.foreign(20);
    fence.tick(30);
    assertFalse(fence.isOpen(30));
    View again = new View(new ViewId(3, A), List.of(A, B), false);
    fence.view(again, 40);
    fence.echo(again.id(), 41);
    assertEquals(Finding.REGAINED, fence.tick(50));
  }

  @Test
  void theLastOfTwoWithoutAGatewayGoesOn() {
    isolation.expect(1);
    fence.view(BOTH, 0);
    fence.view(ALONE, 1_000);
    fence.tick(1_000);
    assertTrue(fence.isOpen(1_000));
  }

  @Test
  void whoLosesItsOnlyPeerIsMuteWhileItsGatewayIsSilent() {
    isolation.gateway(true);
    fence.view(BOTH, 0);
    fence.view(ALONE, 1_000);
    fence.tick(1_000);
    assertFalse(fence.isOpen(1_000));
    fence.foreign(1_010);
    fence.tick(1_020);
    assertTrue(fence.isOpen(1_020), "any foreign frame is proof"); // M20
  }

  @Test
  void twoPeersLostAtOnceAreACut() {
    Member c = new Member(new NodeName("c"), 3);
    View three = new View(new ViewId(1, A), List.of(A, B, c), false);
    fence.view(three, 0);
    fence.view(ALONE, 1_000);
    fence.tick(1_000);
    assertFalse(fence.isOpen(1_000));
  }

  @Test
  void withoutTheRuleItIsAlwaysOpen() {
    Settings off = settings.without(Set.of(Rule.FENCE));
    Fence open = new Fence(off, new Isolation(off));
    open.view(BOTH, 0);
    open.tick(0);
    open.tick(10_000);
    assertTrue(open.isOpen(10_000));
  }

  @Test
  void echoesAreNeededOnlyWhereTheWireIsSilent() {
    fence.view(BOTH, 0);
    assertTrue(fence.needsEcho(0), "there is no right to send yet");
    fence.foreign(100);
    fence.tick(100);
    long asked = 100 + settings.soundAfterMs() + Soundings.EARLY_MS;
    assertFalse(fence.needsEcho(asked));
    assertTrue(fence.needsEcho(asked + 1));
    fence.tick(100 + 2 * LEASE);
    fence.foreign(100 + 2 * LEASE);
    assertTrue(fence.needsEcho(100 + 2 * LEASE), "only an echo ends a standstill");
  }
}
