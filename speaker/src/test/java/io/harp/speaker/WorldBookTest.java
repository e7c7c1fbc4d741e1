package io.harp.speaker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.harp.kube.KubeEvent;
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
}
