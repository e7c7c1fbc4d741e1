package io.harp.speaker.ownership;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.harp.model.NodeName;
import io.harp.speaker.ownership.Settings.Rule;
import io.harp.speaker.protocol.Member;
import io.harp.speaker.protocol.View;
import io.harp.speaker.protocol.ViewId;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class IsolationTest {

  private static final Member A = new Member(new NodeName("a"), 1);
  private static final Member B = new Member(new NodeName("b"), 1);
  private static final Member C = new Member(new NodeName("c"), 1);
  private static final int SILENT_MS = 10_000;

  private final Isolation isolation = new Isolation(Settings.of(400));
  private long number;

  @Test
  void withPeersNobodyIsIsolated() {
    view(0, A, B);
    assertFalse(isolation.isAlone());
    assertFalse(isolation.isIsolated(SILENT_MS));
  }

  @Test
  void twoPeersLostTogetherAndSilenceAreACut() {
    view(0, A, B, C);
    view(1_000, A);
    assertTrue(isolation.isIsolated(SILENT_MS));
  }

  @Test
  void twoPeersLostOneAfterTheOtherWithinTwoSecondsAreACutToo() {
    view(0, A, B, C);
    view(1_000, A, B);
    view(2_000, A);
    assertTrue(isolation.isIsolated(SILENT_MS));
  }

  @Test
  void theLastOfTwoWithoutAGatewayCannotTellAndGoesOn() {
    view(0, A, B);
    view(1_000, A);
    assertFalse(isolation.isIsolated(SILENT_MS));
    assertTrue(isolation.needsNoProof());
  }

  @Test
  void aSilentGatewayTellsTheLastOfTwoThatItIsCutOff() {
    isolation.gateway(true);
    view(0, A, B);
    view(1_000, A);
    assertTrue(isolation.isIsolated(SILENT_MS));
    isolation.foreign(SILENT_MS);
    assertFalse(isolation.isIsolated(SILENT_MS + 1), "any host that is heard will do");
    assertFalse(isolation.isIsolated(SILENT_MS + 60_000));
    assertTrue(isolation.isIsolated(SILENT_MS + 60_001));
  }

  @Test
  void withoutACableItIsCutOffWhoeverIsMissing() {
    view(0, A);
    isolation.carrier(false);
    assertTrue(isolation.isIsolated(SILENT_MS));
  }

  @Test
  void aSingleNodeWorksAlone() {
    isolation.expect(0);
    isolation.gateway(true);
    view(0, A);
    assertFalse(isolation.isIsolated(SILENT_MS));
    assertTrue(isolation.needsNoProof());
  }

  @Test
  void theRuleCanBeSwitchedOff() {
    Isolation off = new Isolation(Settings.of(400).without(Set.of(Rule.ISOLATION)));
    off.carrier(false);
    assertEquals(false, off.isIsolated(SILENT_MS));
  }

  private void view(long now, Member... members) {
    List<Member> all = Arrays.asList(members);
    isolation.view(new View(new ViewId(++number, A), all, false), now);
  }
}
