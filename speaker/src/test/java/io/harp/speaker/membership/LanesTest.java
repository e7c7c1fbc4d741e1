package io.harp.speaker.membership;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

// Yielding gives each order of events a chance.
@SuppressWarnings("ThreadPriorityCheck")
class LanesTest {

  @Test
  void twoMessagesToOnePeerAreNeverSentAtOnceWhileItsLaneIsForgotten() throws Exception {
    AtomicInteger sending = new AtomicInteger();
    AtomicInteger together = new AtomicInteger();
    Lanes<String> lanes =
        new Lanes<>(
            (_, _, _, _) -> {
              together.addAndGet(sending.getAndIncrement());
              Thread.yield();
              sending.decrementAndGet();
            },
            (_, _) -> {});
    AtomicBoolean done = new AtomicBoolean();
    Thread views =
        Thread.ofPlatform()
            .start(() -> {
              while (!done.get()) {
                lanes.retain(List.of());
                LockSupport.parkNanos(1_000);
              }
            });
    List<Thread> senders =
        Stream.generate(() -> Thread.ofPlatform().start(() -> sendNowAndThen(lanes)))
            .limit(2)
            .toList();
    for (Thread sender : senders) {
      sender.join();
    }
    done.set(true);
    views.join();
    assertEquals(0, together.get());
  }

  private static void sendNowAndThen(Lanes<String> lanes) {
    for (int i = 0; i < 20_000; i++) {
      lanes.offer("peer", new byte[1], 0, 1);
      Thread.yield();
    }
  }

  @Test
  void aPeerThatDoesNotReadHoldsUpItsOwnLaneOnlyAndTheLaneHasABound() throws Exception {
    CountDownLatch reads = new CountDownLatch(1);
    CountDownLatch arrived = new CountDownLatch(1);
    Lanes<String> lanes =
        new Lanes<>(
            (to, _, _, _) -> {
              if (to.equals("deaf")) {
                reads.await();
              } else {
                arrived.countDown();
              }
            },
            (_, _) -> {});
    byte[] large = new byte[Cluster.MAX_MESSAGE];
    int taken = 0;
    while (taken < 10 && lanes.offer("deaf", large, 0, large.length)) {
      taken++;
    }
    // Two wait; a third may be with the one who sends.
    assertTrue(taken == 2 || taken == 3, "" + taken);
    assertTrue(lanes.offer("other", large, 0, large.length));
    assertTrue(arrived.await(10, TimeUnit.SECONDS));
    reads.countDown();
  }

  @Test
  void whenSendingFailsWhatWaitedIsDroppedAndTheFailureTold() throws Exception {
    CountDownLatch queued = new CountDownLatch(1);
    CountDownLatch told = new CountDownLatch(1);
    AtomicInteger tried = new AtomicInteger();
    Lanes<String> lanes =
        new Lanes<>(
            (_, _, _, _) -> {
              queued.await();
              tried.incrementAndGet();
              throw new IOException("refused");
            },
            (_, _) -> told.countDown());
    lanes.offer("peer", new byte[1], 0, 1);
    lanes.offer("peer", new byte[1], 0, 1);
    queued.countDown();
    assertTrue(told.await(10, TimeUnit.SECONDS));
    assertFalse(tried.get() > 1);
  }
}
