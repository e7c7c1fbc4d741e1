package io.harp.e2e.chart;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.harp.e2e.Requirements;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** Alerts fire when they should and are silent when they should, as Prometheus itself sees it. */
@NeedsHelm(promtool = true)
class RulesTest {

  private static final Path TESTS = Path.of("src/test/resources/chart/rules-test.yaml");
  private static final Pattern ALERT = Pattern.compile("(?m)^  - alert: \"?([A-Za-z0-9]+)\"?$");

  @Test
  void prometheusTakesTheRules() throws IOException, InterruptedException {
    promtool("check", "rules", Chart.ROOT.resolve("manifests/rules.yaml").toString());
  }

  @Test
  void eachFiresAndStaysSilentInTime() throws IOException, InterruptedException {
    promtool("test", "rules", TESTS.toString());
  }

  @Test
  void noneIsUntested() throws IOException {
    String tests = Files.readString(TESTS);
    for (String alert : alerts()) {
      assertTrue(tests.contains("- name: " + alert + " fires\n"), alert);
      assertTrue(tests.contains("- name: " + alert + " stays silent\n"), alert);
    }
  }

  @Test
  void eachHasARunbook() throws IOException {
    List<String> headings =
        Files.readAllLines(Chart.ROOT.resolve("docs/runbooks.md")).stream()
            .filter(line -> line.startsWith("## "))
            .map(line -> line.substring(3).toLowerCase(Locale.ROOT))
            .toList();
    String rules = Files.readString(Chart.ROOT.resolve("manifests/rules.yaml"));
    TreeSet<String> anchors =
        Pattern.compile("runbooks\\.md#([a-z0-9]+)")
            .matcher(rules)
            .results()
            .map(match -> match.group(1))
            .collect(java.util.stream.Collectors.toCollection(TreeSet::new));
    assertEquals(new TreeSet<>(headings), anchors);
  }

  private static List<String> alerts() throws IOException {
    List<String> alerts =
        ALERT
            .matcher(Files.readString(Chart.ROOT.resolve("manifests/rules.yaml")))
            .results()
            .map(match -> match.group(1))
            .toList();
    assertTrue(alerts.size() > 15, alerts::toString);
    return alerts;
  }

  private static void promtool(String... arguments) throws IOException, InterruptedException {
    List<String> command =
        new java.util.ArrayList<>(List.of(Requirements.promtool().orElseThrow().toString()));
    command.addAll(List.of(arguments));
    Process promtool = new ProcessBuilder(command).redirectErrorStream(true).start();
    String output = new String(promtool.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertEquals(0, promtool.waitFor(), output);
  }
}
