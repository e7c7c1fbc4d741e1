package io.harp.controller.hostports;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.harp.kube.Fields;
import io.harp.kube.Json;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The port guard's judgement; the lab asks it the same cases through a real API server. */
class HostPortsTest {

  /** The lab's ConfigMap is the same. */
  private static final String ASSIGNMENTS =
      """
      # whose ports these are
      9500: node-exporter  # every node has one

      9200: search
      9000-9010: minio
      6443: infra/api
      9300: both-a
      9300: both-b
      """;

  private final NodeBook nodes = new NodeBook();
  private final Workloads workloads = Workloads.none();
  private final List<String> complaints = new ArrayList<>();
  private final PortGuard guard =
      PortGuard.of(nodes, workloads, (_, _, version, what) -> complaints.add(version + " " + what));

  /** One line of the file both tests read. */
  record Case(String id, String kind, String namespace, String name, String spec, String said) {

    Fields object() {
      String template = "{\"template\":{\"spec\":%s}}".formatted(spec);
      String wrapped =
          switch (kind) {
            case "Pod" -> spec;
            case "CronJob" -> "{\"jobTemplate\":{\"spec\":%s}}".formatted(template);
            default -> template;
          };
      return json(
          "{\"kind\":\"%s\",\"metadata\":{\"name\":\"%s\",\"namespace\":\"%s\"},\"spec\":%s}"
              .formatted(kind, name, namespace, wrapped));
    }

    @Override
    public String toString() {
      return id + " " + kind + " " + name;
    }
  }

  @BeforeEach
  void aCluster() throws IOException {
    node("n1", "{}", "");
    node("edge-1", "{\"zone\":\"a\",\"role\":\"edge\"}", "");
    node(
        "edge-2",
        "{\"zone\":\"b\",\"role\":\"edge\"}",
        "{\"key\":\"dedicated\",\"value\":\"edge\",\"effect\":\"NoSchedule\"}");
    node(
        "worker-1",
        "{\"zone\":\"a\",\"role\":\"worker\",\"cores\":\"8\"}",
        "{\"key\":\"node.kubernetes.io/unschedulable\",\"effect\":\"NoSchedule\"}");
    cases().filter(c -> c.id().equals("there")).forEach(c -> workloads.put(c.kind(), c.object()));
    assign("1", ASSIGNMENTS);
  }

  static Stream<Case> newcomers() throws IOException {
    return cases().filter(c -> !c.id().equals("there"));
  }

  @ParameterizedTest
  @MethodSource("newcomers")
  void saysWhatIsWrongWithANewcomer(Case newcomer) {
    List<String> findings = guard.findings(newcomer.object(), Fields.NONE);
    if (newcomer.said().isEmpty()) {
      assertEquals(List.of(), findings);
    } else {
      String start =
          newcomer.kind() + " " + newcomer.namespace() + "/" + newcomer.name() + ": container ";
      assertTrue(
          findings.stream().anyMatch(f -> f.startsWith(start) && f.contains(newcomer.said())),
          findings.toString());
    }
  }

  @Test
  void anOldFaultDoesNotStopOtherChanges() {
    Fields same = only("H22").object();
    assertEquals(List.of(), guard.findings(same, same));
    assertEquals(1, guard.findings(same, only("H25").object()).size());
  }

  @Test
  void whatATemplateMadeIsNotJudgedAgain() {
    Fields pod =
        json(
            """
            {"kind":"Pod","metadata":{"generateName":"node-exporter-","namespace":"monitoring",
             "ownerReferences":[{"kind":"DaemonSet","name":"node-exporter","controller":true}]},
             "spec":{"hostNetwork":true,"containers":[{"name":"e","ports":[{"containerPort":9100}]}]}}
            """);
    assertEquals(List.of(), guard.findings(pod, Fields.NONE));
    Fields ofDeployment =
        json(
            """
            {"kind":"Pod","metadata":{"generateName":"dns-7d4b9-","namespace":"shop",
             "ownerReferences":[{"kind":"ReplicaSet","name":"dns-7d4b9","controller":true}]},
             "spec":{"hostNetwork":true,"containers":[{"name":"e","ports":[{"containerPort":7000}]}]}}
            """);
    assertEquals(List.of(), guard.findings(ofDeployment, Fields.NONE));
  }

  @Test
  void finishedPodsHoldNothing() {
    assertEquals(1, guard.findings(only("H41").object(), Fields.NONE).size());
    workloads.put(
        "Pod",
        json(
            """
            {"kind":"Pod","metadata":{"name":"debug","namespace":"shop"},
             "spec":{"hostNetwork":true,"containers":[{"name":"e","ports":[{"containerPort":8081}]}]},
             "status":{"phase":"Succeeded"}}
            """));
    assertEquals(List.of(), guard.findings(only("H41").object(), Fields.NONE));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "9100",
        "x: y",
        "9100:",
        "0: a",
        "70000: a",
        "9010-9000: a",
        "9100: a b",
        "9100 = a"
      })
  void aLineThatCannotBeReadIsNamedAndTheLastGoodListStays(String line) {
    assign("2", "# fine\n9400: a\n" + line + "\n");
    assertEquals(1, complaints.size());
    assertTrue(complaints.getFirst().startsWith("2 line 3: "), complaints.getFirst());
    assertTrue(
        guard
            .findings(only("H11").object(), Fields.NONE)
            .getFirst()
            .contains("reserved for search"));
    assign("3", "9400: a\n");
    assertEquals(List.of(), guard.findings(only("H11").object(), Fields.NONE));
  }

  @Test
  void theTableShowsWhoUsesWhat() {
    PortTable table = PortTable.of(workloads.all(), nodes.all(), Assignments.parse(ASSIGNMENTS));
    assertEquals(
        List.of("PORT", "PROTOCOL", "HOST IP", "WORKLOAD", "CONTAINER", "NODES", "RESERVED FOR"),
        List.of(table.lines().getFirst().split(" {2,}")));
    assertEquals(11, table.lines().size());
    String exporter =
        table.lines().stream().filter(l -> l.startsWith("9100")).findFirst().orElseThrow();
    assertTrue(
        exporter.matches(
            "9100 +TCP +\\* +DaemonSet monitoring/node-exporter +exporter +edge-1, n1, worker-1"
                + " +-"),
        exporter);
    assertEquals(List.of(), table.findings());
    workloads.put("DaemonSet", only("H22").object());
    List<String> findings = PortTable.of(workloads.all(), nodes.all(), Assignments.NONE).findings();
    assertEquals(2, findings.size(), findings.toString());
  }

  @Test
  void nonsenseIsNotJudged() {
    assertThrows(
        Fields.WrongType.class,
        () ->
            guard.findings(
                json("{\"kind\":\"Pod\",\"metadata\":{},\"spec\":{\"containers\":7}}"),
                Fields.NONE));
  }

  private static Case only(String id) {
    try {
      return cases().filter(c -> c.id().equals(id)).findFirst().orElseThrow();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private static Stream<Case> cases() throws IOException {
    return Files.readAllLines(Path.of("../e2e/src/test/resources/host-ports.txt")).stream()
        .filter(l -> !l.startsWith("#"))
        .map(l -> Arrays.asList(l.split(" \\| ?", -1)))
        .map(c ->
            new Case(
                c.get(0), c.get(1), c.get(2), c.get(3), c.get(4), c.size() > 5 ? c.get(5) : ""));
  }

  private void node(String name, String labels, String taint) {
    nodes.seen(
        json(
            "{\"metadata\":{\"name\":\"%s\",\"labels\":%s},\"spec\":{\"taints\":[%s]}}"
                .formatted(name, labels, taint)));
  }

  private void assign(String version, String text) {
    guard
        .reservations()
        .seen(
            new Fields(
                "",
                Map.of(
                    "metadata",
                    Map.of("resourceVersion", version),
                    "data",
                    Map.of("assignments", text))));
  }

  private static Fields json(String text) {
    return new Fields("", Json.object(text.getBytes(StandardCharsets.UTF_8)));
  }
}
