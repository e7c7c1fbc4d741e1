package io.harp.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.harp.e2e.net.AgentProcess;
import io.harp.e2e.net.LabPlan;
import io.harp.e2e.probe.Outage;
import io.harp.e2e.probe.Watch;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The membership port, reached by a host that does not know the secret. */
@Tag("alone")
@NeedsLab
class StrangersLabTest {

  private static final String ADDRESS = "10.77.100.1";
  private static final long ATTACK_MS = 5_000;

  @Test
  void aFloodOfStrangersChangesNothingAndAFellowStillGetsIn() {
    LabOptions options = LabOptions.harp().withMembershipOn(LabOptions.Network.LAN);
    try (SpeakerLab speakers = SpeakerLab.start(options)) {
      speakers.serve("web", ADDRESS);
      AgentProcess stranger = speakers.lab().stranger("cl");
      List<String> said = new CopyOnWriteArrayList<>();
      stranger.listen(said::add);
      try (Watch watch = speakers.watch(ADDRESS)) {
        watch.run(1_000);
        List<Double> before = suspicions(speakers);
        long from = System.nanoTime();
        for (LabNode node : speakers.lab().nodes()) {
          stranger.tell(
              "attack "
                  + ATTACK_MS
                  + " "
                  + speakers.lab().membershipAddress(node)
                  + " "
                  + LabPlan.MEMBERSHIP_PORT);
        }
        assertTrue(SpeakerLab.await(3 * ATTACK_MS, () -> said.size() == 3), "the attack ended");
        Outage outage = watch.outageSince(from);
        assertTrue(said.stream().allMatch(line -> connections(line) > 300), said.toString());
        assertEquals(0, watch.movesSince(from), outage.toString());
        assertEquals(0, outage.lost(), outage.toString());
        assertEquals(before, suspicions(speakers));
        for (LabNode node : speakers.lab().nodes()) {
          assertTrue(metric(node, "harp_membership_refused_total") > 100, node.name());
        }
      }
      restartUnderFire(speakers, stranger);
    }
  }

  /** While strangers knock at every door, a speaker that restarts finds its fellows. */
  private static void restartUnderFire(SpeakerLab speakers, AgentProcess stranger) {
    LabNode node = speakers.node("n3");
    node.kill();
    for (LabNode target : speakers.lab().nodes()) {
      stranger.tell(
          "attack 20000 "
              + speakers.lab().membershipAddress(target)
              + " "
              + LabPlan.MEMBERSHIP_PORT);
    }
    node.start();
    speakers.awaitMembers(speakers.lab().nodes(), 3, 20_000);
  }

  private static long connections(String line) {
    return Long.parseLong(line.substring("done ".length()));
  }

  private static List<Double> suspicions(SpeakerLab speakers) {
    List<Double> all = new ArrayList<>();
    for (LabNode node : speakers.lab().nodes()) {
      all.add(metric(node, "harp_membership_suspicions_total"));
    }
    return all;
  }

  private static double metric(LabNode node, String name) {
    Matcher matcher = Pattern.compile("(?m)^" + name + " (\\S+)").matcher(node.get("metrics"));
    assertTrue(matcher.find(), name);
    return Double.parseDouble(matcher.group(1));
  }
}
