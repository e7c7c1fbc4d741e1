package io.harp.e2e.chart;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.harp.e2e.LabOptions;
import io.harp.e2e.NeedsLab;
import io.harp.e2e.SpeakerLab;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** What dashboard and alerts ask for is what running daemons show. */
@NeedsLab
class DashboardLabTest {

  private static final Pattern METRIC =
      Pattern.compile("\\b(?:harp|metallb|node_network)_[a-z0-9_]+");

  /** Shown by the controller and the packet monitor, which do not run here. */
  private static final Pattern OTHERS =
      Pattern.compile("(harp_controller|harp_capture|harp_webhook|metallb_allocator)_.*");

  @Test
  void everyMetricOfDashboardAndAlertsExists() throws IOException {
    Set<String> wanted = metrics(Chart.DIRECTORY.resolve("files/dashboard.json"), "\"expr\":");
    wanted.addAll(metrics(Chart.ROOT.resolve("manifests/rules.yaml"), "expr:"));
    // Made by the recording rules.
    wanted.removeIf(metric -> metric.endsWith("_bytes_per_second"));
    assertTrue(wanted.size() > 25, wanted::toString);
    Set<String> missing = new TreeSet<>(wanted);
    String documented = Files.readString(Chart.ROOT.resolve("docs/reference.md"));
    try (SpeakerLab lab =
        SpeakerLab.start(LabOptions.harp().withNodes(1).withSpeakerArgs("--host-metrics"))) {
      lab.serve("web", "10.77.100.1");
      var node = lab.lab().nodes().getFirst();
      SpeakerLab.await(
          20_000, () -> node.get("metrics").contains("\nmetallb_layer2_gratuitous_sent{"));
      String shown = node.get("metrics");
      missing.removeIf(metric ->
          shown.contains("\n" + metric + " ")
              || shown.contains("\n" + metric + "{")
              || OTHERS.matcher(metric).matches()
                  && documented.contains(metric.replace("metallb_allocator", "")));
    }
    assertEquals(Set.of(), missing);
  }

  private static Set<String> metrics(Path file, String marker) throws IOException {
    Set<String> names = new TreeSet<>();
    for (String line : Files.readAllLines(file)) {
      if (line.contains(marker)) {
        METRIC.matcher(line).results().forEach(match -> names.add(match.group()));
      }
    }
    return names;
  }
}
