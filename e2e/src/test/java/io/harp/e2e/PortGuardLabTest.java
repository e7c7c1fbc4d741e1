package io.harp.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.harp.e2e.WebhookLab.Said;
import io.harp.e2e.api.ApiServer.User;
import io.harp.e2e.net.Jvm;
import io.harp.e2e.net.LabProcess;
import io.harp.e2e.net.Namespace;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The port guard behind a real API server, asked every case its unit test knows. */
@NeedsLab(realApi = true)
class PortGuardLabTest {

  private static final Logger log = LoggerFactory.getLogger(PortGuardLabTest.class);

  private static final String ASSIGNMENTS =
      "# whose ports these are\\n9500: node-exporter\\n\\n9200: search\\n9000-9010: minio\\n"
          + "6443: infra/api\\n9300: both-a\\n9300: both-b\\n";

  /** One line of the file. */
  private record Case(
      String id, String kind, String namespace, String name, String spec, String said) {

    String path() {
      String group =
          switch (kind) {
            case "Pod" -> "api/v1";
            case "Job", "CronJob" -> "apis/batch/v1";
            default -> "apis/apps/v1";
          };
      return group
          + "/namespaces/"
          + namespace
          + "/"
          + kind.toLowerCase(java.util.Locale.ROOT)
          + "s";
    }

    String json() {
      String version =
          switch (kind) {
            case "Pod" -> "v1";
            case "Job", "CronJob" -> "batch/v1";
            default -> "apps/v1";
          };
      String template =
          "'template':{'metadata':{'labels':{'app':'%s'}},'spec':%s}".formatted(name, spec);
      String wrapped =
          switch (kind) {
            case "Pod" -> spec;
            case "Job" -> "{" + template + "}";
            case "CronJob" -> "{'schedule':'0 0 1 1 *','jobTemplate':{'spec':{" + template + "}}}";
            default -> "{'selector':{'matchLabels':{'app':'" + name + "'}}," + template + "}";
          };
      return "{'apiVersion':'%s','kind':'%s','metadata':{'name':'%s'},'spec':%s}"
          .formatted(version, kind, name, wrapped);
    }
  }

  @Test
  void newcomersAreToldWhoHasTheirPort() throws IOException {
    List<Case> cases = cases();
    try (WebhookLab lab = new WebhookLab()) {
      cluster(lab);
      LabProcess controller = lab.controller(1, "enabled", "--port-guard=deny");
      lab.awaitReady(1, controller);
      lab.endpoints(1);
      Case reserved = cases.stream().filter(c -> c.id().equals("H11")).findFirst().orElseThrow();
      lab.await("the API server to ask", () -> post(lab, reserved, "?dryRun=All").status() == 403);
      cases.stream()
          .filter(c -> c.id().equals("there"))
          .forEach(c -> assertEquals(201, post(lab, c, "").status(), c.name()));
      Case debug = cases.stream().filter(c -> c.id().equals("H41")).findFirst().orElseThrow();
      lab.await("the last one to be known", () -> post(lab, debug, "?dryRun=All").status() == 403);

      int asked = 0;
      for (Case each : cases) {
        if (!each.id().equals("there")) {
          judged(each, post(lab, each, "?dryRun=All"));
          asked++;
        }
      }
      log.info("{} cases asked through the API server", asked);
      assertTrue(asked >= 40);

      systemIsOnlyWarned(lab);
      theTable(lab);
      aBrokenList(lab, reserved);
      nobodyIsStopped(lab, controller, reserved);
    }
  }

  private static void judged(Case newcomer, Said said) {
    // An object that is there already is an update of itself, which is refused for its name only.
    boolean itself = newcomer.name().equals("node-exporter");
    if (newcomer.said().isEmpty()) {
      assertEquals(itself ? 409 : 201, said.status(), newcomer.id() + " " + said.body());
    } else if (said.status() == 422) {
      // Two containers with one host port: the API server finds some of these itself.
      assertTrue(said.body().contains("Duplicate"), newcomer.id() + " " + said.body());
    } else {
      assertEquals(403, said.status(), newcomer.id() + " " + said.body());
      assertTrue(said.body().contains(newcomer.said()), newcomer.id() + " " + said.body());
    }
  }

  private static void systemIsOnlyWarned(WebhookLab lab) {
    Case system =
        new Case(
            "",
            "DaemonSet",
            "kube-system",
            "a",
            "{'containers':[{'name':'a','image':'x','ports':[{'containerPort':80,'hostPort':80}]}]}",
            "");
    Said said = post(lab, system, "?dryRun=All");
    assertEquals(201, said.status(), said.body());
    assertTrue(said.warnings().toString().contains("DaemonSet shop/edge-proxy"), said.toString());
  }

  private static void theTable(WebhookLab lab) {
    List<String> command =
        new ArrayList<>(
            Jvm.daemon(lab.lab().options().root(), "controller", "io.harp.controller.cli.Harp"));
    command.add("ports");
    LabProcess harp =
        lab.lab()
            .lan()
            .machine("api")
            .start(
                "harp-ports",
                command,
                lab.lab().api().environment(User.CONTROLLER),
                Namespace.Rights.ALL,
                lab.lab().directory().resolve("harp-ports.log"));
    assertTrue(harp.awaitEnd(20_000));
    String table = harp.tail(40);
    assertTrue(table.contains("DaemonSet shop/edge-proxy"), table);
    assertTrue(table.lines().anyMatch(l -> l.startsWith("PORT ")), table);
  }

  /** The last good list stays, and the author is told the line. */
  private static void aBrokenList(WebhookLab lab, Case reserved) {
    var maps = lab.client().configMaps().inNamespace("kube-system").withName("port-assignments");
    maps.edit(m -> {
      m.getData().put("assignments", "9400: a\nnonsense\n");
      return m;
    });
    lab.await(
        "an event with the line",
        () ->
            lab.client().v1().events().inNamespace("kube-system").list().getItems().stream()
                .anyMatch(e -> e.getMessage().contains("line 2: \"nonsense\" cannot be read")));
    assertEquals(403, post(lab, reserved, "?dryRun=All").status());
    maps.edit(m -> {
      m.getData().put("assignments", "9400: a\n");
      return m;
    });
    lab.await("the new list", () -> post(lab, reserved, "?dryRun=All").status() == 201);
  }

  /** failurePolicy Ignore: without a controller everything goes on. */
  private static void nobodyIsStopped(WebhookLab lab, LabProcess controller, Case reserved) {
    controller.kill();
    long began = System.nanoTime();
    assertEquals(201, post(lab, reserved, "?dryRun=All").status());
    log.info("without a controller: {} ms", (System.nanoTime() - began) / 1_000_000);
  }

  private static Said post(WebhookLab lab, Case what, String query) {
    return lab.post(what.path() + query, what.json());
  }

  private static void cluster(WebhookLab lab) {
    for (String name : List.of("shop", "monitoring", "infra")) {
      created(lab.post("api/v1/namespaces", "{'metadata':{'name':'" + name + "'}}"));
    }
    node(lab, "edge-1", "'zone':'a','role':'edge'", "");
    node(
        lab,
        "edge-2",
        "'zone':'b','role':'edge'",
        "{'key':'dedicated','value':'edge','effect':'NoSchedule'}");
    node(lab, "worker-1", "'zone':'a','role':'worker','cores':'8'", "");
    created(
        lab.post(
            "api/v1/namespaces/kube-system/configmaps",
            "{'metadata':{'name':'port-assignments'},'data':{'assignments':'"
                + ASSIGNMENTS
                + "'}}"));
  }

  private static void node(WebhookLab lab, String name, String labels, String taint) {
    created(
        lab.post(
            "api/v1/nodes",
            "{'metadata':{'name':'%s','labels':{%s}},'spec':{'taints':[%s]}}"
                .formatted(name, labels, taint)));
  }

  private static void created(Said said) {
    assertEquals(201, said.status(), said.body());
  }

  private static List<Case> cases() throws IOException {
    try (InputStream text = PortGuardLabTest.class.getResourceAsStream("/host-ports.txt")) {
      if (text == null) {
        throw new IllegalStateException("host-ports.txt is not among the test's resources");
      }
      return new String(text.readAllBytes(), StandardCharsets.UTF_8)
          .lines()
          .filter(l -> !l.startsWith("#"))
          .map(l -> Arrays.asList(l.split(" \\| ?", -1)))
          .map(c -> new Case(c.get(0), c.get(1), c.get(2), c.get(3), c.get(4), c.get(5)))
          .toList();
    }
  }
}
