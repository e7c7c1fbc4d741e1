package io.harp.speaker.ownership;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.harp.model.NodeName;
import io.harp.speaker.protocol.Member;
import io.harp.speaker.protocol.View;
import io.harp.speaker.protocol.ViewId;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class HellosTest {

  private static final Member A = new Member(new NodeName("a"), 1);
  private static final NodeName MISSING = new NodeName("b");

  private final Roster roster = new Roster(A);
  private final List<Journal.Incident> told = new ArrayList<>();
  private int sent;
  private final Hellos hellos =
      new Hellos(
          Settings.of(400),
          roster,
          new SilentJournal() {
            @Override
            public void happened(Incident what, String text) {
              told.add(what);
            }
          },
          () -> sent++);

  @Test
  void asksEvery80MsForAMinuteThenOnceASecond() {
    missing();
    run(0, 60_000);
    assertEquals(750, sent, 1);
    sent = 0;
    run(60_000, 70_000);
    assertEquals(10, sent, 1);
    assertEquals(List.of(Journal.Incident.HELLO), told, "and says so once");
  }

  @Test
  void nobodyMissingMeansNoHello() {
    missing();
    run(0, 1_000);
    sent = 0;
    hellos.expected(Set.of(A.node()));
    run(1_000, 5_000);
    assertEquals(0, sent);
    assertEquals(List.of(Journal.Incident.HELLO, Journal.Incident.HELLO_OVER), told);
  }

  @Test
  void theFirstThreeHellosAfterASilenceAreAnsweredThenOneASecond() {
    install();
    int answered = 0;
    for (long now = 0; now < 2_000; now += 80) {
      answered += hellos.answer(7, now) ? 1 : 0;
    }
    assertEquals(4, answered);
    assertFalse(hellos.answer(7, 2_000));
    assertTrue(hellos.answer(7, 2_300), "a silence of 200 ms begins anew");
    assertTrue(hellos.answer(8, 2_300), "each rival counts for itself");
  }

  @Test
  void anAuditOfManyAddressesIsOneHello() {
    install();
    int answered = 0;
    for (int i = 0; i < 100; i++) {
      answered += hellos.answer(7, 50) ? 1 : 0;
    }
    assertEquals(1, answered);
  }

  private void install() {
    View view = new View(new ViewId(1, A), List.of(A), false);
    roster.install(view);
    hellos.view(0);
  }

  private void missing() {
    hellos.expected(Set.of(A.node(), MISSING));
    install();
  }

  private void run(long from, long to) {
    for (long now = from; now < to; now++) {
      hellos.run(now);
    }
  }
}
