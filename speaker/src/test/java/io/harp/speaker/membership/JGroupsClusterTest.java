package io.harp.speaker.membership;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.harp.speaker.membership.Cluster.Delivery;
import io.harp.speaker.membership.Loopback.Speaker;
import io.harp.speaker.protocol.View;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Tag("alone")
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class JGroupsClusterTest {

  @Test
  void membersThatStartOneAfterAnotherAgreeOnOneView() throws IOException {
    try (Loopback lan = new Loopback(3)) {
      Speaker a = lan.start(1);
      Speaker b = lan.start(2);
      Speaker c = lan.start(3);
      View view = c.events().awaitView(3);
      assertEquals(view, a.events().awaitView(3));
      assertEquals(view, b.events().awaitView(3));
      assertEquals(
          List.of(a.cluster().self(), b.cluster().self(), c.cluster().self()), view.members());
    }
  }

  @Test
  void membersThatStartTogetherFormOneViewWithoutAMerge() throws Exception {
    try (Loopback lan = new Loopback(4);
        var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<Speaker>> starting = new ArrayList<>();
      for (int n = 1; n <= 4; n++) {
        int number = n;
        starting.add(threads.submit((Callable<Speaker>) () -> lan.start(number)));
      }
      for (Future<Speaker> speaker : starting) {
        speaker.get().events().awaitView(4);
        assertEquals(0, speaker.get().cluster().counters().merges.sum());
      }
    }
  }

  @Test
  void everyMessageArrivesInTheOrderOfItsSenderAndNotAtTheSender() throws IOException {
    try (Loopback lan = new Loopback(3)) {
      List<Speaker> all = List.of(lan.start(1), lan.start(2), lan.start(3));
      all.forEach(s -> s.events().awaitView(3));
      List<String> sent = new ArrayList<>();
      for (int i = 0; i < 500; i++) {
        all.get(0).cluster().broadcast(("m" + i).getBytes(UTF_8), Delivery.RELIABLE);
        sent.add("node-1:m" + i);
      }
      for (Speaker other : all.subList(1, 3)) {
        other.events().awaitMessages(500);
        assertEquals(sent, other.events().messages());
      }
      assertEquals(List.of(), all.get(0).events().messages());
    }
  }

  @Test
  void aMessageToOneArrivesThereOnly() throws IOException {
    try (Loopback lan = new Loopback(3)) {
      List<Speaker> all = List.of(lan.start(1), lan.start(2), lan.start(3));
      all.forEach(s -> s.events().awaitView(3));
      all.get(0)
          .cluster()
          .send(all.get(2).cluster().self(), "x".getBytes(UTF_8), Delivery.RELIABLE);
      all.get(2).events().awaitMessages(1);
      all.get(2).cluster().broadcast("done".getBytes(UTF_8), Delivery.RELIABLE);
      all.get(1).events().awaitMessages(1);
      assertEquals(List.of("node-1:x"), all.get(2).events().messages());
      assertEquals(List.of("node-3:done"), all.get(1).events().messages());
    }
  }

  @Test
  void datagramsArriveWhereNothingIsLost() throws IOException {
    try (Loopback lan = new Loopback(2)) {
      Speaker a = lan.start(1);
      Speaker b = lan.start(2);
      a.events().awaitView(2);
      b.events().awaitView(2);
      for (int i = 0; i < 20; i++) {
        a.cluster().broadcast("beat".getBytes(UTF_8), Delivery.DATAGRAM);
      }
      b.events().awaitMessages(20);
    }
  }

  @Test
  void theLargestMessageArrivesAndALargerOneIsRefused() throws IOException {
    try (Loopback lan = new Loopback(2)) {
      Speaker a = lan.start(1);
      Speaker b = lan.start(2);
      b.events().awaitView(2);
      a.events().awaitView(2);
      a.cluster().broadcast(new byte[Cluster.MAX_MESSAGE], Delivery.RELIABLE);
      b.events().awaitMessages(1);
      assertEquals("node-1:".length() + Cluster.MAX_MESSAGE, b.events().messages().get(0).length());
      byte[] larger = new byte[Cluster.MAX_MESSAGE + 1];
      assertThrows(
          IllegalArgumentException.class, () -> a.cluster().broadcast(larger, Delivery.RELIABLE));
    }
  }

  @Test
  void whoLeavesIsGoneWithoutASuspicion() throws IOException {
    // The leaver waits for the member that makes the new view. To the other one its closed
    // connection may come first, where threads wait for processors; then it is rightly suspected.
    long suspicions = Long.MAX_VALUE;
    for (int attempt = 0; attempt < 3 && suspicions > 0; attempt++) {
      suspicions = suspicionsOfALeave();
    }
    assertEquals(0, suspicions);
  }

  private static long suspicionsOfALeave() throws IOException {
    try (Loopback lan = new Loopback(3)) {
      Speaker a = lan.start(1);
      Speaker b = lan.start(2);
      Speaker c = lan.start(3);
      c.events().awaitView(3);
      a.cluster().close();
      assertEquals(
          List.of(b.cluster().self(), c.cluster().self()), b.events().awaitView(2).members());
      c.events().awaitView(2);
      assertEquals(0, b.cluster().counters().suspicions.sum());
      return c.cluster().counters().suspicions.sum();
    }
  }

  @Test
  void whoComesBackIsAnotherMemberOfTheSameNode() throws IOException {
    try (Loopback lan = new Loopback(2)) {
      Speaker a = lan.start(1);
      Speaker b = lan.start(2);
      a.events().awaitView(2);
      for (int i = 0; i < 5; i++) {
        b.cluster().close();
        b = lan.start(2);
        View view = b.events().awaitView(2);
        assertTrue(view.contains(b.cluster().self()));
        a.events().await(r -> r.views().getLast().equals(view));
      }
      assertEquals(0, a.cluster().counters().merges.sum());
    }
  }

  @Test
  void whoHasAnotherSecretStaysAloneAndIsCounted() throws IOException {
    try (Loopback lan = new Loopback(2)) {
      Speaker a = lan.start(1);
      Speaker b = lan.start(2, "node-2", GroupKey.of("quite another secret".getBytes(UTF_8)));
      Speaker open = lan.start(3, "node-3", GroupKey.open());
      assertEquals(List.of(b.cluster().self()), b.events().awaitView(1).members());
      assertEquals(List.of(open.cluster().self()), open.events().awaitView(1).members());
      assertEquals(List.of(a.cluster().self()), a.events().awaitView(1).members());
      assertTrue(a.cluster().counters().refused.sum() >= 2);
      assertTrue(b.cluster().counters().distrusted.sum() >= 1);
      assertFalse(open.cluster().isSecret());
    }
  }

  @Test
  void withoutASecretMembersFindEachOtherAsWell() throws IOException {
    try (Loopback lan = new Loopback(2)) {
      lan.start(1, "node-1", GroupKey.open()).events().awaitView(1);
      lan.start(2, "node-2", GroupKey.open()).events().awaitView(2);
    }
  }

  @Test
  void theSecondOfOneNameIsTold() throws IOException {
    try (Loopback lan = new Loopback(2)) {
      Speaker first = lan.start(1, "twin", Loopback.SECRET);
      Speaker second = lan.start(2, "twin", Loopback.SECRET);
      second.events().awaitView(2);
      second.events().await(r -> r.duplicates().equals(List.of(first.cluster().self())));
      assertEquals(List.of(), first.events().duplicates());
    }
  }

  @Test
  void aPeerThatIsListedLaterIsFoundAndMerged() throws IOException {
    try (Loopback lan = new Loopback(1)) {
      Speaker a = lan.start(1);
      Speaker late = lan.start(7);
      // It found node-1 in its own list and joined; the other way round needs the list.
      late.events().awaitView(2);
      Speaker b = lan.start(8);
      b.events().awaitView(3);
      a.cluster().setPeers(List.of(lan.where(1), lan.where(7), lan.where(8)));
      a.events().awaitView(3);
    }
  }

  @Test
  void twoThatKnowNobodyMeetThroughAThirdThatKnowsBoth() throws IOException {
    try (Loopback lan = new Loopback(3)) {
      Speaker one = lan.startWithoutPeers(1);
      Speaker two = lan.startWithoutPeers(2);
      one.events().awaitView(1);
      two.events().awaitView(1);
      Speaker three = lan.start(3);
      for (Speaker speaker : List.of(one, two, three)) {
        speaker.events().awaitView(3);
      }
    }
  }

  @Test
  void aConnectionThatSwallowsEverythingDoesNotKeepTwoApart() throws Exception {
    try (Loopback lan = new Loopback(2)) {
      Speaker two;
      try (BlackHole hole = BlackHole.at(lan.where(1))) {
        two = lan.start(2);
        two.events().awaitView(1);
        // With its view it ended the connection it had before, and looks again.
        hole.await(2);
        hole.stopListening();
        // Its peer refuses new connections of the other as long as it has one.
        Speaker one = lan.start(1);
        two.events().awaitView(2);
        one.events().awaitView(2);
      }
    }
  }

  @Test
  void whoHearsOnlyAMemberThatDoesNotLeadAsksItWhoDoes() throws Exception {
    try (Loopback lan = new Loopback(4)) {
      lan.start(3).events().awaitView(1);
      lan.start(4).events().awaitView(2);
      // The first by its address, so it would go first if it did not ask.
      Speaker late = lan.start(1, List.of(lan.where(1), lan.where(4)));
      assertEquals(3, late.events().views().getFirst().members().size());
    }
  }

  @Test
  void twentyFourMembersThatStartTogetherSettle() throws Exception {
    try (Loopback lan = new Loopback(24);
        var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<Speaker>> starting = new ArrayList<>();
      for (int n = 1; n <= 24; n++) {
        int number = n;
        starting.add(threads.submit((Callable<Speaker>) () -> lan.start(number)));
      }
      for (Future<Speaker> speaker : starting) {
        speaker.get().events().awaitView(24);
      }
    }
  }

  @Test
  void aTakenPortIsSaidPlainly() throws IOException {
    try (Loopback lan = new Loopback(1)) {
      lan.start(1);
      IOException e = assertThrows(IOException.class, () -> lan.start(1));
      assertTrue(e.toString().contains("127.1.0.1"), e.toString());
    }
  }
}
