package io.harp.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.harp.e2e.probe.Outage;
import io.harp.e2e.probe.Watch;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.ToLongFunction;
import org.junit.jupiter.api.Test;

/** Two nodes survive whatever happens to one of them, without a third to judge; one works alone. */
@NeedsLab
class FewNodesLabTest {

  private static final String ADDRESS = "10.77.100.1";

  /** CAP_NET_RAW, bit 13 (capabilities(7)). */
  private static final String ONLY_NET_RAW = "CapEff:\t0000000000002000";

  @Test
  void oneOfTwoIsEnoughWhateverHappensToTheOther() {
    try (SpeakerLab speakers = SpeakerLab.start(LabOptions.harp().withNodes(2))) {
      speakers.serve("web", ADDRESS);
      try (Watch watch = speakers.watch(ADDRESS)) {
        survives(speakers, watch, "power", LabNode::powerOff);
        survives(speakers, watch, "speaker", LabNode::kill);
        survives(speakers, watch, "LAN", LabNode::cutLan);
        survives(speakers, watch, "both cables", LabNode::cutBoth);
        survives(speakers, watch, "a hanging speaker", LabNode::stop);
      }
    }
  }

  @Test
  void theUsualDaemonSetsSettingsAndNetRawAloneWillDo() throws IOException {
    try (SpeakerLab speakers = SpeakerLab.start(LabOptions.harp().withNodes(1))) {
      speakers.serve("web", ADDRESS);
      LabNode node = speakers.node("n1");
      Path status = Path.of("/proc/" + node.speaker().pid() + "/status");
      assertTrue(Files.readAllLines(status).contains(ONLY_NET_RAW));
      try (Watch watch = speakers.watch(ADDRESS)) {
        watch.run(500);
        assertEquals(0, watch.outage().moves());
        node.kill();
        watch.run(500);
        assertTrue(watch.owner().isEmpty());
        node.start();
        assertEquals("n1", watch.awaitOwner(20_000));
      }
    }
  }

  private static void survives(
      SpeakerLab speakers, Watch watch, String what, ToLongFunction<LabNode> fault) {
    LabNode owner = speakers.node(watch.awaitOwner(10_000));
    long from = fault.applyAsLong(owner);
    watch.awaitOwnerOtherThan(owner.name(), 10_000);
    watch.run(1_000);
    Outage outage = watch.outageSince(from);
    assertEquals(1, watch.movesSince(from), what + " " + outage);
    assertTrue(outage.coldGapMs() < 2_000, what + " " + outage);
    assertTrue(outage.longestGapMs() < 2_000, what + " " + outage);
    if (owner.isRunning()) {
      owner.resume();
    }
    speakers.heal();
    watch.run(500);
  }
}
