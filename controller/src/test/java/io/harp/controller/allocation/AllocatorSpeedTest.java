package io.harp.controller.allocation;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.harp.config.Config;
import io.harp.config.ConfigBook;
import java.util.Arrays;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Measures, but judges only what does not depend on the machine. */
@Tag("measurement")
class AllocatorSpeedTest {

  private static final Logger log = LoggerFactory.getLogger(AllocatorSpeedTest.class);

  @Test
  void anAllocationDoesNotGrowWithTheNumberOfServices() {
    ConfigBook book = new ConfigBook();
    book.put(Scene.pool("lan[10.0.0.0/8; buggy=avoid]"));
    book.put(Scene.pool("six[fc00::/64]"));
    Config config = book.judge().config();
    Scene scene = Scene.of();
    Allocator allocator = Allocator.over(config);
    int services = 12_000;
    long[] times = new long[services];
    for (int i = 0; i < services; i++) {
      var service = scene.service("s" + i).build();
      long began = System.nanoTime();
      allocator = allocator.converge(service).next();
      times[i] = System.nanoTime() - began;
    }
    assertEquals(services, allocator.size());
    log.info(
        "median of one allocation, µs: first 2,000 (cold) {}, at 5,000 {}, at 10,000 and more {}",
        median(times, 0, 2_000),
        median(times, 4_000, 6_000),
        median(times, 10_000, 12_000));
    long began = System.nanoTime();
    assertEquals(services, allocator.reconfigured(config).size());
    log.info(
        "a new configuration over all of them: {} ms", (System.nanoTime() - began) / 1_000_000);
  }

  private static double median(long[] times, int from, int to) {
    long[] part = Arrays.copyOfRange(times, from, to);
    Arrays.sort(part);
    return part[part.length / 2] / 1_000.0;
  }
}
