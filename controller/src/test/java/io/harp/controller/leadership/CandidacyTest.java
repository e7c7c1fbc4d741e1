package io.harp.controller.leadership;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.harp.controller.leadership.Move.Create;
import io.harp.controller.leadership.Move.Follow;
import io.harp.controller.leadership.Move.Renew;
import io.harp.controller.leadership.Move.Take;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

class CandidacyTest {

  private final Candidacy a = new Candidacy("a");

  @Test
  void aFirstControllerNeedNotWait() {
    assertEquals(new Create(), a.look(Optional.empty(), 0));
    a.holds(held("a", 0, 1), 0);
    assertTrue(a.mayWrite(0));
    assertFalse(a.mustFence());
  }

  @Test
  void aLeaseIsDeadOnlyWhenNobodyHasRenewedItWhileWeLooked() {
    assertEquals(new Follow(), a.look(lease("b", 0, 1), 1_000));
    assertEquals(new Follow(), a.look(lease("b", 0, 1), 3_799));
    assertEquals(new Follow(), a.look(lease("b", 0, 2), 3_800), "renewed");
    assertEquals(new Follow(), a.look(lease("b", 0, 2), 6_599));
    assertEquals(new Take(held("b", 0, 2)), a.look(lease("b", 0, 2), 6_600));
    assertTrue(a.mustFence());
  }

  @Test
  void aLeaseGivenBackIsTakenAtOnceWithoutFence() {
    assertEquals(new Follow(), a.look(lease("b", 0, 1), 0));
    assertEquals(new Take(held("", 0, 2)), a.look(lease("", 0, 2), 400));
    assertFalse(a.mustFence());
  }

  @Test
  void aDeletedLeaseMustRunOutAsWell() {
    a.look(lease("b", 0, 1), 0);
    assertEquals(new Follow(), a.look(Optional.empty(), 400));
    assertEquals(new Follow(), a.look(Optional.empty(), 3_199));
    assertEquals(new Create(), a.look(Optional.empty(), 3_200));
    assertTrue(a.mustFence());
  }

  @Test
  void anAnswerThatGotLostIsFoundByReading() {
    a.look(lease("b", 0, 1), 0);
    a.look(lease("b", 0, 1), 2_800);
    Seen ours = held("a", 1, 2);
    assertEquals(new Renew(ours), a.look(Optional.of(ours), 3_200));
    assertTrue(a.mustFence(), "still");
  }

  @Test
  void theRightToWriteCountsFromTheSendingOfTheRenewal() {
    a.holds(held("a", 0, 1), 10_000);
    assertTrue(a.mayWrite(12_399));
    assertFalse(a.mayWrite(12_400));
    a.look(lease("b", 1, 2), 11_000);
    assertFalse(a.mayWrite(11_000), "somebody else holds it");
  }

  /**
   * Three controllers with clocks of their own, an API that is slow, loses requests or their
   * answers, and processes that stand still: no two may write at a time.
   */
  @Property(tries = 100)
  void neverMayTwoWriteAtATime(@ForAll long seed) {
    Random random = new Random(seed);
    Api api = new Api();
    List<Actor> actors = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      actors.add(new Actor("c" + i, random.nextInt(1_000_000)));
    }
    int changes = 0;
    String last = "";
    for (long now = 0; now < 60_000; now += 20) {
      for (Actor actor : actors) {
        actor.act(api, now, random);
      }
      List<Actor> writers = new ArrayList<>();
      for (Actor actor : actors) {
        if (actor.candidacy.mayWrite(now + actor.offsetMs)) {
          writers.add(actor);
        }
      }
      assertTrue(writers.size() <= 1, () -> writers.size() + " at a time");
      if (!writers.isEmpty() && !writers.getFirst().name.equals(last)) {
        last = writers.getFirst().name;
        changes++;
      }
    }
    assertTrue(changes >= 1, "nobody ever led");
  }

  /** What etcd does: one after another, and only upon the newest version. */
  private static final class Api {
    private Optional<Seen> lease = Optional.empty();

    boolean write(Optional<Seen> from, Seen next) {
      if (!from.map(Seen::version).equals(lease.map(Seen::version))) {
        return false;
      }
      lease = Optional.of(next);
      return true;
    }
  }

  /** One controller: each request takes two steps of time, the sending and the answer. */
  private static final class Actor {
    final String name;
    final long offsetMs;
    final Candidacy candidacy;
    private long wakeAt;
    private long sentMs;
    private Optional<Seen> from = Optional.empty();
    private Optional<Seen> wanted = Optional.empty();
    private long arrivesAt;
    private long versions;

    Actor(String name, long offsetMs) {
      this.name = name;
      this.offsetMs = offsetMs;
      candidacy = new Candidacy(name);
    }

    void act(Api api, long now, Random random) {
      if (now < wakeAt) {
        return;
      }
      if (random.nextInt(400) == 0) {
        wakeAt = now + random.nextInt(8_000); // stopped, swapped out, cut off
        return;
      }
      if (wanted.isPresent()) {
        if (now < arrivesAt) {
          return;
        }
        boolean accepted = random.nextInt(20) > 0 && api.write(from, wanted.get());
        boolean answered = random.nextInt(20) > 0;
        if (accepted && answered) {
          candidacy.holds(wanted.get(), sentMs + offsetMs);
        } else {
          candidacy.unsure();
        }
        wanted = Optional.empty();
        wakeAt = now + (candidacy.held().isPresent() ? Candidacy.RENEW_MS : Candidacy.LOOK_MS);
        return;
      }
      Optional<Seen> held = candidacy.held();
      Move move =
          held.isPresent() ? new Renew(held.get()) : candidacy.look(api.lease, now + offsetMs);
      switch (move) {
        case Create _ -> send(Optional.empty(), 0, now, random);
        case Renew renew ->
            send(Optional.of(renew.from()), renew.from().transitions(), now, random);
        case Take take ->
            send(Optional.of(take.from()), take.from().transitions() + 1, now, random);
        case Follow _ -> wakeAt = now + Candidacy.LOOK_MS;
      }
    }

    private void send(Optional<Seen> upon, long transitions, long now, Random random) {
      from = upon;
      wanted = Optional.of(new Seen(Optional.of(name), transitions, name + ++versions));
      sentMs = now;
      arrivesAt = now + (random.nextInt(10) == 0 ? random.nextInt(10_000) : random.nextInt(60));
    }
  }

  private static Optional<Seen> lease(String holder, long transitions, int version) {
    return Optional.of(held(holder, transitions, version));
  }

  private static Seen held(String holder, long transitions, int version) {
    return new Seen(Optional.of(holder).filter(h -> !h.isEmpty()), transitions, "" + version);
  }
}
