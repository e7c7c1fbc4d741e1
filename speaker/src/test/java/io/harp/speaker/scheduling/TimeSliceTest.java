package io.harp.speaker.scheduling;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

class TimeSliceTest {

  @Test
  void theCallingThreadAloneGetsAShortSlice() {
    assertTrue(onAThread(TimeSlice::shorten));
    long before = onAThread(TimeSlice::ofThisThread);
    assumeTrue(before > 0, "this kernel does not tell slices (Linux 6.12 does)");
    assertEquals(
        TimeSlice.SHORTEST_NANOS,
        onAThread(() -> {
          TimeSlice.shorten();
          return TimeSlice.ofThisThread();
        }));
    assertNotEquals(TimeSlice.SHORTEST_NANOS, before);
    assertEquals(before, onAThread(TimeSlice::ofThisThread));
  }

  private static <T> T onAThread(Supplier<T> work) {
    CompletableFuture<T> result = new CompletableFuture<>();
    Thread.ofPlatform()
        .start(() -> {
          try {
            result.complete(work.get());
          } catch (RuntimeException e) {
            result.completeExceptionally(e);
          }
        });
    return result.join();
  }
}
