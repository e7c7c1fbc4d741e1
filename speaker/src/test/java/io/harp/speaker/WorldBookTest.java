package io.harp.speaker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.harp.kube.KubeEvent;
import io.harp.model.NodeName;
import io.harp.speaker.election.Grouping;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class WorldBookTest {

  @Test
  void aClusterWithoutServicesIsNewsOnce() {
    WorldBook book = new WorldBook(new Grouping(Optional.empty(), false));
    assertTrue(book.takeGroups(0, System.nanoTime()).isEmpty());
    book.on(new KubeEvent.Synced());
    assertEquals(Optional.of(List.of()), book.takeGroups(1, System.nanoTime()));
    book.on(new KubeEvent.Synced());
    assertTrue(book.takeGroups(10_000, System.nanoTime()).isEmpty());
  }

  @Test
  void whatWasTakenIsTakenUntilSomethingComes() {
    WorldBook book = new WorldBook(new Grouping(Optional.empty(), false));
    assertFalse(book.isTaken(), "nothing is known yet");
    assertFalse(book.isDue(Long.MAX_VALUE - 1));
    book.on(new KubeEvent.Synced());
    assertTrue(book.isDue(0));
    assertFalse(book.isTaken());
    book.takeGroups(0, System.nanoTime());
    assertTrue(book.isTaken());
    assertFalse(book.isDue(Long.MAX_VALUE - 1));
    book.on(new KubeEvent.NodeGone(new NodeName("n1")));
    assertFalse(book.isTaken());
    assertTrue(book.isDue(Long.MAX_VALUE - 1));
  }
}
