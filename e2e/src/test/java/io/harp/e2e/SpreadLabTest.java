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
import org.junit.jupiter.api.Test;

/** Many addresses: spread evenly, and only the lost node's move. */
@NeedsLab
class SpreadLabTest {

  private static final int SERVICES = 30;

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
    try (SpeakerLab speakers = SpeakerLab.build(LabOptions.harp().withoutStartCaches())) {
      String first = speakers.serveMany(100);
      try (Census census = speakers.lab().client().census(first, 100, 50)) {
        long from = System.nanoTime();
        speakers.lab().startSpeakers();
        long last = census.awaitAllWithout("nobody", 20_000);
        speakers.awaitWhole();
        System.out.println("start of all to the last answer: " + (last - from) / 1_000_000 + " ms");
        // Long enough for a second answerer, if there is to be one.
        Thread.sleep(2_000);
        assertEquals(100, census.changesSince(from).size(), census.shares().toString());
        assertTrue((last - from) / 1_000_000 < 15_000, "the last was answered too late");
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
