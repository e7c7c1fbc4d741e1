package io.harp.loop;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

class LoopTest {

  @Test
  void eventsRunInOrderOnOneThread() throws InterruptedException {
    List<String> seen = new CopyOnWriteArrayList<>();
    CountDownLatch done = new CountDownLatch(1);
    try (Loop loop = new Loop("test", Clock.system(), 100, 10)) {
      loop.start(now -> now + 100);
      loop.post(() -> seen.add("1 " + Thread.currentThread().getName()));
      loop.post(() -> seen.add("2 " + Thread.currentThread().getName()));
      loop.post(done::countDown);
      assertTrue(done.await(5, TimeUnit.SECONDS));
    }
    assertEquals(List.of("1 test", "2 test"), seen);
  }

  @Test
  void theClockIsLookedAtBeforeABacklog() throws InterruptedException {
    List<String> seen = new CopyOnWriteArrayList<>();
    CountDownLatch done = new CountDownLatch(1);
    Loop loop = new Loop("test", Clock.system(), 1, 10);
    loop.post(() -> seen.add("event"));
    loop.post(done::countDown);
    loop.start(now -> {
      seen.add("tick");
      return now + 1_000;
    });
    assertTrue(done.await(5, TimeUnit.SECONDS));
    loop.close();
    assertEquals(List.of("tick", "event"), List.copyOf(seen).subList(0, 2));
  }

  @Test
  void whereNothingHasChangedButTheTimeAGlanceIsEnough() throws InterruptedException {
    List<String> seen = new CopyOnWriteArrayList<>();
    CountDownLatch done = new CountDownLatch(1);
    Loop loop = new Loop("test", Clock.system(), 1_000, 10);
    loop.postLight(() -> !seen.add("light"));
    loop.start(
        new Loop.Tick() {
          @Override
          public long at(long now) {
            seen.add("look");
            return now + 1_000;
          }

          @Override
          public long glance(long now) {
            seen.add("glance");
            loop.postLight(() -> seen.add("light, and news"));
            loop.post(done::countDown);
            return now + 1_000;
          }
        });
    assertTrue(done.await(5, TimeUnit.SECONDS));
    loop.close();
    assertEquals(
        List.of("look", "light", "glance", "light, and news"), List.copyOf(seen).subList(0, 4));
    assertFalse(List.copyOf(seen).subList(4, seen.size()).contains("glance"), seen.toString());
  }

  @Test
  void whatWasPostedGoesBeforeWhatWasOfferedAndDoesNotKeepItWaitingForEver()
      throws InterruptedException {
    List<String> seen = new CopyOnWriteArrayList<>();
    CountDownLatch done = new CountDownLatch(2);
    Loop loop = new Loop("test", Clock.system(), 100, 100);
    loop.offer(() -> seen.add("frame"));
    loop.offer(done::countDown);
    for (int i = 0; i < 40; i++) {
      loop.post(() -> seen.add("view"));
    }
    loop.post(done::countDown);
    loop.start(now -> now + 100);
    assertTrue(done.await(5, TimeUnit.SECONDS));
    loop.close();
    assertEquals(32, seen.indexOf("frame"), seen.toString());
  }

  @Test
  void whatItAppendsItselfComesBehindWhatWasPostedAndNeverWaits() throws InterruptedException {
    List<String> seen = new CopyOnWriteArrayList<>();
    CountDownLatch done = new CountDownLatch(1);
    Loop loop = new Loop("test", Clock.system(), 100, 3);
    loop.post(() -> {
      seen.add("first");
      assertTrue(loop.append(() -> seen.add("appended")));
      seen.add(loop.append(() -> seen.add("too many")) ? "room" : "full");
      loop.offer(done::countDown);
    });
    loop.post(() -> seen.add("second"));
    loop.post(() -> seen.add("third"));
    loop.start(now -> now + 100);
    assertTrue(done.await(5, TimeUnit.SECONDS));
    loop.close();
    assertEquals(List.of("first", "full", "second", "third", "appended"), seen);
  }

  @Test
  void eventsThatWaitShareATickUnlessOneIsDue() throws InterruptedException {
    assertEquals(List.of("event", "event", "event", "tick"), storyOf(0, 0));
    assertEquals(List.of("event", "tick", "event", "tick"), storyOf(10, 0));
  }

  @Test
  void anOwnerThatIsLateHandlesEventsForAsLongAsItsTickTakes() throws InterruptedException {
    assertEquals(List.of("event", "event", "event", "tick"), storyOf(4, 12));
    assertEquals(List.of("event", "event", "tick", "event"), storyOf(6, 12));
  }

  /** What follows the first tick, if each of the events that wait takes so long, and each tick. */
  private static List<String> storyOf(long eventMs, long tickMs) throws InterruptedException {
    List<String> seen = new CopyOnWriteArrayList<>();
    CountDownLatch done = new CountDownLatch(1);
    AtomicLong now = new AtomicLong();
    Clock clock =
        new Clock() {
          @Override
          public long nowMs() {
            return now.get();
          }

          @Override
          public long wallMs() {
            return now.get();
          }
        };
    Loop loop = new Loop("test", clock, 10, 10);
    for (int i = 0; i < 3; i++) {
      loop.post(() -> {
        now.addAndGet(eventMs);
        seen.add("event");
      });
    }
    loop.start(at -> {
      seen.add("tick");
      now.addAndGet(tickMs);
      if (seen.stream().filter("event"::equals).count() == 3) {
        done.countDown();
      }
      return at + 5;
    });
    assertTrue(done.await(5, TimeUnit.SECONDS));
    loop.close();
    // A copy: one more tick may come while the loop closes.
    return List.copyOf(seen).subList(1, 5);
  }

  @Test
  void aFullInboxDropsAndCountsWhatMustNotWait() throws InterruptedException {
    CountDownLatch started = new CountDownLatch(1);
    CountDownLatch release = new CountDownLatch(1);
    try (Loop loop = new Loop("test", Clock.system(), 100, 2)) {
      loop.start(now -> now + 100);
      loop.post(() -> {
        started.countDown();
        awaitQuietly(release);
      });
      assertTrue(started.await(5, TimeUnit.SECONDS));
      assertTrue(loop.offer(() -> {}));
      assertTrue(loop.offer(() -> {}));
      assertFalse(loop.offer(() -> {}));
      assertEquals(1, loop.dropped());
      release.countDown();
    }
  }

  @Test
  void anOwnerThatFailsEndsTheLoopRatherThanGoingOnWrongly() throws InterruptedException {
    AtomicReference<Throwable> cause = new AtomicReference<>();
    CountDownLatch died = new CountDownLatch(1);
    Loop loop = new Loop("test", Clock.system(), 100, 10);
    loop.onFatal((_, e) -> {
      cause.set(e);
      died.countDown();
    });
    loop.start(now -> now + 100);
    loop.post(() -> {
      throw new IllegalStateException("believed wrongly");
    });
    assertTrue(died.await(5, TimeUnit.SECONDS));
    assertEquals("believed wrongly", cause.get().getMessage());
  }

  private static void awaitQuietly(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
