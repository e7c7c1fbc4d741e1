package io.harp.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.harp.e2e.bench.ArpAsker;
import io.harp.e2e.net.Jvm;
import io.harp.e2e.net.LabPlan;
import io.harp.e2e.net.LabProcess;
import io.harp.e2e.net.Namespace;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** More requests than anybody should send. */
@Tag("alone")
@NeedsLab
class FloodLabTest {

  private static final String HELD = "10.77.100.1";
  private static final Pattern DROPS = Pattern.compile("(?m)^harp_kernel_drops_total ([0-9.E]+)");

  @Test
  void heldAddressesAreAnsweredInAFloodAndWhatIsTooMuchIsCounted() {
    // The speaker is to stand still for a second without losing its right to speak.
    LabOptions options = LabOptions.harp().withNodes(1).withSpeakerArgs("--detection-time=4s");
    try (SpeakerLab speakers = SpeakerLab.start(options)) {
      speakers.serve("web", HELD);
      speakers.watch(HELD).close();
      LabNode node = speakers.node("n1");
      Namespace client = speakers.lab().lan().machine("cl");
      LinkedBlockingQueue<String> said = new LinkedBlockingQueue<>();
      LabProcess asker =
          client.converse(
              "asker",
              Jvm.self(64, ArpAsker.class.getName(), LabPlan.LAN_INTERFACE, "10.77.0.250"),
              speakers.lab().directory().resolve("asker.log"));
      asker.onLine(said::add);
      awaitLine(said, "ready");

      asker.tell("paced 10000 1000 " + HELD + " 1");
      long[] mine = numbers(said);
      assertTrue(mine[1] > mine[0] / 2, "of " + mine[0] + " requests " + mine[1] + " answered");

      asker.tell("paced 10000 2000 10.77.201.1 200");
      String answers = client.run("", "bash", "-c", "arping -c 2 -w 4 -I eth0 " + HELD + " 2>&1");
      assertEquals(2, Arping.macs(answers).size(), answers);
      assertEquals(0, numbers(said)[1], "nobody holds those");

      double before = drops(node);
      node.stop();
      asker.tell("paced 10000 1000 " + HELD + " 1");
      numbers(said);
      node.resume();
      assertTrue(SpeakerLab.await(10_000, () -> drops(node) > before), () -> node.get("metrics"));
      // The queue may still be full at the first request.
      String once = "arping -c 1 -w 1 -I eth0 " + HELD + " 2>&1";
      String after =
          client.run("", "bash", "-c", "for i in 1 2 3 4; do " + once + " && break; done");
      assertEquals(1, Arping.macs(after).size(), after);
    }
  }

  private static double drops(LabNode node) {
    Matcher matcher = DROPS.matcher(node.get("metrics"));
    return matcher.find() ? Double.parseDouble(matcher.group(1)) : 0;
  }

  private static long[] numbers(LinkedBlockingQueue<String> said) {
    return Arrays.stream(awaitLine(said, "[0-9]+ [0-9]+").split(" ", -1))
        .mapToLong(Long::parseLong)
        .toArray();
  }

  // Anything else is the log of a library.
  private static String awaitLine(LinkedBlockingQueue<String> said, String pattern) {
    List<String> found = new java.util.ArrayList<>();
    boolean seen =
        SpeakerLab.await(
            20_000,
            () -> {
              said.drainTo(found);
              return found.stream().anyMatch(line -> line.matches(pattern));
            });
    assertTrue(seen, () -> "no " + pattern + " in " + found);
    return found.stream().filter(line -> line.matches(pattern)).findFirst().orElseThrow();
  }
}
