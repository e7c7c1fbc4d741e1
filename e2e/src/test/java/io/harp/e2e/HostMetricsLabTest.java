package io.harp.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.harp.e2e.net.Namespace;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/**
 * A speaker with {@code --host-metrics} beside Debian's node_exporter on the same interfaces.
 * Names, labels and values are the same; a counter is asked for before and after the other's.
 */
@NeedsLab(nodeExporter = true)
class HostMetricsLabTest {

  private static final int EXPORTER_PORT = 9100;
  private static final Pattern SERIES =
      Pattern.compile("(?m)^(node_network_\\w+)\\{([^}]*)\\} (\\S+)$");
  private static final Pattern LABEL = Pattern.compile("(\\w+)=\"([^\"]*)\"");

  @Test
  void namesLabelsAndValuesAreThoseOfNodeExporter() {
    LabOptions options =
        LabOptions.harp()
            .withNodes(1)
            .withSpeakerArgs("--host-metrics", "--host-metrics.ignored-devices=^veth.*$");
    try (SpeakerLab speakers = SpeakerLab.build(options)) {
      LabNode node = speakers.node("n1");
      // One without a cable, one without carrier, one that is ignored.
      speakers
          .lab()
          .lan()
          .machine("n1")
          .ip(
              "link add br9 type bridge",
              "link add veth9 type veth peer name peer9",
              "link set peer9 alias spare up");
      node.start();
      startExporter(speakers.lab());
      node.awaitReady(30_000);
      assertTrue(
          SpeakerLab.await(10_000, () -> !read(node, EXPORTER_PORT).isEmpty()), "no node_exporter");

      Map<String, Double> before = read(node, io.harp.e2e.net.LabPlan.OPS_PORT);
      Map<String, Double> theirs = read(node, EXPORTER_PORT);
      Map<String, Double> after = read(node, io.harp.e2e.net.LabPlan.OPS_PORT);

      assertTrue(theirs.size() > 150, "only " + theirs.size() + " series");
      assertEquals(new TreeSet<>(theirs.keySet()), new TreeSet<>(after.keySet()));
      theirs.forEach((series, value) -> {
        double first = before.getOrDefault(series, Double.NaN);
        double last = after.getOrDefault(series, Double.NaN);
        assertTrue(
            first <= value && value <= last,
            series + ": " + first + ", node_exporter " + value + ", " + last);
      });
      assertFalse(after.keySet().stream().anyMatch(s -> s.contains("veth9")));
    }
  }

  private static void startExporter(Lab lab) {
    lab.lan()
        .machine("n1")
        .start(
            "node-exporter",
            List.of(
                Requirements.nodeExporter().orElseThrow().toString(),
                "--web.listen-address=127.0.0.1:" + EXPORTER_PORT,
                "--collector.disable-defaults",
                "--collector.netdev",
                "--collector.netclass",
                // Debian leaves out lo unless told otherwise.
                "--collector.netdev.device-exclude=^veth.*$",
                "--collector.netclass.ignored-devices=^veth.*$"),
            Map.of(),
            Namespace.Rights.NONE,
            lab.directory().resolve("node-exporter.log"));
  }

  /** The series with their labels in order, without the label that came after Debian's version. */
  private static Map<String, Double> read(LabNode node, int port) {
    Map<String, Double> series = new TreeMap<>();
    Matcher line = SERIES.matcher(node.get(port, "metrics"));
    while (line.find()) {
      Map<String, String> labels = new TreeMap<>();
      Matcher label = LABEL.matcher(line.group(2));
      while (label.find()) {
        labels.put(label.group(1), label.group(2));
      }
      labels.remove("adminstate");
      series.put(line.group(1) + labels, Double.parseDouble(line.group(3)));
    }
    return series;
  }
}
