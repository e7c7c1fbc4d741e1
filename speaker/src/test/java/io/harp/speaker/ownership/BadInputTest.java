package io.harp.speaker.ownership;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.harp.model.Address;
import io.harp.model.Ipv4;
import io.harp.model.MacAddress;
import io.harp.model.NodeName;
import io.harp.model.ServiceKey;
import io.harp.speaker.announcement.Link;
import io.harp.speaker.membership.Cluster;
import io.harp.speaker.protocol.Codec;
import io.harp.speaker.protocol.Member;
import io.harp.speaker.protocol.Message.Eligibility;
import io.harp.speaker.protocol.Message.Group;
import io.harp.speaker.protocol.Message.Report;
import io.harp.speaker.protocol.Revision;
import io.harp.speaker.protocol.View;
import io.harp.speaker.protocol.ViewId;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What a speaker does with views, messages and facts that should not be. */
class BadInputTest {

  private static final Member A = new Member(new NodeName("a"), 1);
  private static final Member B = new Member(new NodeName("b"), 2);
  private static final Address X = new Ipv4(0xc000_0201);

  private final List<String> refused = new ArrayList<>();
  private final List<Journal.Incident> happened = new ArrayList<>();
  private final List<Integer> sizes = new ArrayList<>();
  private final Speaker speaker =
      new Speaker(
          Settings.of(400),
          new Cluster() {
            @Override
            public Member self() {
              return A;
            }

            @Override
            public void broadcast(byte[] message, Delivery delivery) {
              sizes.add(message.length);
            }

            @Override
            public void send(Member to, byte[] message, Delivery delivery) {
              sizes.add(message.length);
            }

            @Override
            public void close() {}
          },
          new DeafPort(),
          new SilentJournal() {
            @Override
            public void refused(String why) {
              refused.add(why);
            }

            @Override
            public void happened(Incident what, String text) {
              happened.add(what);
            }
          },
          1_760_000_000_000L,
          () -> 0);

  @Test
  void aViewWithoutThisMemberMutesItUntilItIsInOneAgain() {
    alone();
    assertEquals(Set.of(X), speaker.held().keySet());
    speaker.view(new View(new ViewId(2, B), List.of(B), false), 2_000);
    speaker.tick(2_010);
    assertEquals(Set.of(), speaker.held().keySet());
    assertTrue(speaker.mayRespondUntil(2_010) <= 2_010);
    assertEquals(List.of(Journal.Incident.EXCLUDED), happened);
    speaker.view(new View(new ViewId(3, A), List.of(A), false), 3_000);
    run(3_000, 5_000);
    assertEquals(Set.of(X), speaker.held().keySet());
  }

  @Test
  void garbageIsRefusedOnceEachAndChangesNothing() {
    alone();
    speaker.message(B, new byte[] {9, 9, 9}, 2_000);
    speaker.message(B, new byte[0], 2_000);
    run(2_000, 2_100);
    assertEquals(2, refused.size());
    assertTrue(refused.getFirst().startsWith("from b/2: message version 9"), refused.getFirst());
    assertEquals(Set.of(X), speaker.held().keySet());
  }

  @Test
  void factsThatNoMessageCanHoldAreNotSentAndCounted() {
    View view = new View(new ViewId(1, A), List.of(A, B), false);
    speaker.view(view, 0);
    speaker.apiFresh(true, 0);
    speaker.message(B, Codec.encode(report(view)), 1);
    run(1, 200);
    List<Group> groups = new ArrayList<>();
    String name = "s".repeat(60);
    for (int i = 0; i < 30_000; i++) {
      groups.add(
          new Group(List.of(new Ipv4(i)), List.of(new ServiceKey(name, name + i)), Map.of()));
    }
    speaker.world(groups, Revision.of(2), 300);
    speaker.tick(300);
    speaker.message(B, Codec.encode(report(view)), 310);
    assertEquals(List.of(Journal.Incident.TOO_LARGE), happened);
    assertTrue(sizes.stream().allMatch(s -> s <= Cluster.MAX_MESSAGE));
  }

  private void alone() {
    speaker.links(List.of(new Link(2, "eth0", new MacAddress(7), true, List.of())), 0);
    speaker.expected(Set.of(A.node()));
    speaker.apiFresh(true, 0);
    speaker.world(
        List.of(new Group(List.of(X), List.of(), Map.of(A.node(), Eligibility.ANY))),
        Revision.of(1),
        0);
    speaker.view(new View(new ViewId(1, A), List.of(A), false), 0);
    run(0, 2_000);
  }

  private void run(long from, long to) {
    for (long now = from; now < to; now += 10) {
      speaker.tick(now);
    }
  }

  private static Report report(View view) {
    return new Report(
        view.id(),
        0,
        Optional.empty(),
        false,
        Revision.of(1),
        1,
        true,
        false,
        List.of(),
        Map.of(),
        Set.of(),
        Set.of());
  }
}
