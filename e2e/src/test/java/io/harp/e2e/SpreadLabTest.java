package io.harp.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.harp.e2e.probe.Census;
import io.harp.e2e.probe.Client.Rates;
import io.harp.e2e.probe.Watch;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Many addresses: spread evenly, and only the lost node's move. */
@Tag("alone")
@NeedsLab
class SpreadLabTest {

  private static final Logger log = LoggerFactory.getLogger(SpreadLabTest.class);
  private static final int SERVICES = 30;
  private static final int MANY = 100;

  /**
   * So often all are started, until none of them was starved or all went well nevertheless, and
   * none of them came so late that the others did not wait for it.
   */
  private static final int STARTS = 3;

  @Test
  void addressesSpreadEvenlyAndOnlyTheLostNodesMove() {
    try (SpeakerLab speakers = SpeakerLab.start(LabOptions.harp())) {
      List<String> addresses =
          IntStream.rangeClosed(1, SERVICES).mapToObj(i -> "10.77.100." + i).toList();
      addresses.forEach(a -> speakers.serve("s" + a.substring(a.lastIndexOf('.') + 1), a));
      Map<String, Watch> watches = new TreeMap<>();
      addresses.forEach(a -> watches.put(a, speakers.lab().client().watch(a, new Rates(0, 0, 50))));
      watches.values().forEach(w -> w.awaitOwner(20_000));
      watches.values().iterator().next().run(500);

      Map<String, String> before = owners(watches);
      Map<String, Long> loads = loads(before);
      assertEquals(3, loads.size(), loads.toString());
      assertTrue(
          Collections.max(loads.values()) - Collections.min(loads.values()) <= 1, loads.toString());

      String lost = Objects.requireNonNull(before.get(addresses.getFirst()));
      speakers.node(lost).powerOff();
      before.forEach((address, owner) -> {
        if (owner.equals(lost)) {
          Objects.requireNonNull(watches.get(address)).awaitOwnerOtherThan(lost, 10_000);
        }
      });
      watches.values().iterator().next().run(1_000);
      Map<String, String> after = owners(watches);
      before.forEach((address, owner) -> {
        if (owner.equals(lost)) {
          assertNotEquals(lost, after.get(address), address);
        } else {
          assertEquals(owner, after.get(address), address);
        }
      });
      Map<String, Long> left = loads(after);
      assertTrue(
          Collections.max(left.values()) - Collections.min(left.values()) <= 1, left.toString());
      watches.values().forEach(Watch::close);
    }
  }

  @Test
  void aHundredAddressesSettleAtOneAnswererEachWhenAllSpeakersStartAtOnce()
      throws InterruptedException {
    Start start = startOfAll();
    for (int i = 1; i < STARTS && (start.isStarved() && !start.isGood() || !start.isEven()); i++) {
      start = startOfAll();
    }
    assertEquals(MANY, start.changes(), start.toString());
    assertTrue(start.answeredMs() < 15_000, start.toString());
    assertTrue(start.isEven(), start.toString());
  }

  /**
   * What clients saw of a start of all.
   *
   * @param changes of the one that answers, counted for each address
   * @param answeredMs until the last address was answered
   * @param starved how often a speaker did not run for a while: three JVMs start on two cores
   */
  private record Start(int changes, long answeredMs, double starved, Map<String, Integer> shares) {
    boolean isStarved() {
      return starved > 0;
    }

    boolean isGood() {
      return changes == MANY && answeredMs < 15_000;
    }

    boolean isEven() {
      return Census.spread(shares, 3) <= 1;
    }
  }

  private static Start startOfAll() throws InterruptedException {
    try (SpeakerLab speakers = SpeakerLab.build(LabOptions.harp())) {
      String first = speakers.serveMany(MANY);
      try (Census census = speakers.lab().client().census(first, MANY, 50)) {
        long from = System.nanoTime();
        speakers.lab().startSpeakers();
        long last = census.awaitAllWithout("nobody", 40_000);
        speakers.awaitWhole();
        // Long enough for a second answerer, if there is to be one.
        Thread.sleep(2_000);
        Start start =
            new Start(
                census.changesSince(from).size(),
                (last - from) / 1_000_000,
                speakers.starved(),
                census.shares());
        log.info("start of all: {}", start);
        return start;
      }
    }
  }

  private static Map<String, String> owners(Map<String, Watch> watches) {
    Map<String, String> owners = new TreeMap<>();
    watches.forEach((address, watch) -> owners.put(address, watch.awaitOwner(5_000)));
    return owners;
  }

  private static Map<String, Long> loads(Map<String, String> owners) {
    return owners.values().stream().collect(Collectors.groupingBy(o -> o, Collectors.counting()));
  }
}
