package io.harp.controller.survey;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.harp.controller.hostports.Assignments;
import io.harp.controller.hostports.Census;
import io.harp.controller.hostports.NodeView;
import io.harp.kube.Fields;
import io.harp.kube.Json;
import io.harp.kube.Server.Right;
import io.harp.kube.Server.Version;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

class PreflightTest {

  private static final Map<String, String> PRIVILEGED =
      Map.of("pod-security.kubernetes.io/enforce", "privileged");

  private Version version = new Version(1, 34, "v1.34.1");
  private Optional<Map<String, String>> labels = Optional.of(PRIVILEGED);
  private final Map<String, List<Fields>> workloads = new HashMap<>();
  private Map<String, String> cilium = Map.of();
  private List<Right> missing = List.of();
  private String lbClass = "";

  @Test
  void anEmptyClusterIsFine() {
    assertEquals(List.of(), judge());
  }

  @Test
  void anOldKubernetesIsRefused() {
    version = new Version(1, 24, "v1.24.17");
    assertOnly("PROBLEM version: Kubernetes v1.24.17 is not supported; upgrade to 1.25 or newer");
    version = new Version(1, 25, "v1.25.0");
    assertEquals(List.of(), judge());
  }

  @Test
  void aLevelThatRefusesHostNetworkIsAProblemAndNoLevelANote() {
    labels = Optional.of(Map.of("pod-security.kubernetes.io/enforce", "baseline"));
    assertTrue(judge().getFirst().startsWith("PROBLEM pod security: "), judge().toString());
    labels = Optional.of(Map.of());
    assertTrue(judge().getFirst().startsWith("NOTE pod security: "), judge().toString());
    labels = Optional.empty();
    assertTrue(
        judge().getFirst().contains("kubectl create namespace metallb-system"), judge().toString());
  }

  @Test
  void metalLbOfTheSameClassIsAProblemAndOfAnotherOneANote() {
    put("Deployment", "lb", "controller", container("quay.io/metallb/controller:v0.15.3", ""));
    assertTrue(
        judge().getFirst().startsWith("PROBLEM class: Deployment lb/controller is MetalLB"),
        judge().toString());
    lbClass = "harp";
    assertTrue(judge().getFirst().startsWith("NOTE class: "), judge().toString());
    workloads.clear();
    put(
        "Deployment",
        "lb",
        "controller",
        container("quay.io/metallb/controller:v0.15.3", "\"--lb-class=harp\""));
    assertTrue(judge().getFirst().contains("Services of class \"harp\""), judge().toString());
  }

  @Test
  void kubeVipIsARivalOnlyIfItServesServices() {
    String image = "ghcr.io/kube-vip/kube-vip:v1.0.1";
    put("Pod", "kube-system", "kube-vip-n1", kubeVip(image, "false"));
    assertEquals(List.of(), judge());
    workloads.clear();
    put("Pod", "kube-system", "kube-vip-n1", kubeVip(image, "true"));
    assertTrue(judge().getFirst().contains("is kube-vip"), judge().toString());
  }

  @Test
  void otherRivalsAreKnownByTheirImagesAndNames() {
    put("DaemonSet", "kube-system", "svclb-traefik-1234", container("rancher/klipper-lb:v0.4", ""));
    put(
        "Deployment",
        "purelb",
        "allocator",
        container("registry.purelb.io/purelb/allocator:v1", ""));
    put("Deployment", "openelb", "manager", container("kubesphere/openelb:v0.6", ""));
    cilium = Map.of("enable-l2-announcements", "true");
    String all = String.join("\n", judge());
    for (String product : List.of("k3s' ServiceLB", "PureLB", "OpenELB", "Cilium")) {
      assertTrue(all.contains("is " + product + " and serves Services without"), all);
    }
    assertTrue(all.contains("NOTE class: ConfigMap kube-system/cilium-config"), all);
  }

  @Test
  void takenPortsAreNamedWithTheValueThatMovesThem() {
    put("DaemonSet", "lb", "speaker", onNode("metallb-speaker", 7472));
    put("DaemonSet", "mon", "agent", onNode("agent", 9443));
    List<String> found = judge();
    assertEquals(
        "PROBLEM port 7472: DaemonSet metallb-system/harp-speaker: container speaker: host port"
            + " TCP/7472 is used by DaemonSet lb/speaker on n1; take another port, or keep the two"
            + " apart by node selectors; --set speaker.memberlist.mlBindPort=PORT",
        found.getFirst());
    assertTrue(found.getLast().startsWith("NOTE port 9443: "), found.toString());
  }

  @Test
  void anUpgradeIsNotInItsOwnWay() {
    put("DaemonSet", "metallb-system", "harp-speaker", onNode("speaker", 7472));
    put(
        "Deployment",
        "metallb-system",
        "harp-controller",
        container("x", "\"--webhook-mode=enabled\""));
    assertEquals(List.of(), judge());
  }

  @Test
  void missingRightsAreNamed() {
    missing = List.of(new Right("create", "apps", "daemonsets", Optional.of("metallb-system")));
    assertOnly(
        "PROBLEM rights: you may not create daemonsets.apps in metallb-system; let an administrator"
            + " of the cluster install");
  }

  @Test
  void aWorkloadThatCannotBeReadIsPassedOver() {
    put("DaemonSet", "x", "odd", "{\"containers\": \"none\"}");
    assertEquals(List.of(), judge());
  }

  private void assertOnly(String line) {
    assertEquals(List.of(line), judge());
  }

  private List<String> judge() {
    Census census =
        new Census(
            workloads,
            List.of(new NodeView("n1", Map.of(), List.of(), List.of())),
            Assignments.NONE);
    return Preflight.judge(
            new Facts(version, labels, census, cilium, missing),
            new Installation(
                "metallb-system", "harp", lbClass, Installation.ports(7472, 7473, 7474), Set.of()))
        .stream()
        .map(Finding::toString)
        .toList();
  }

  private void put(String kind, String namespace, String name, String podSpec) {
    String spec = kind.equals("Pod") ? podSpec : "{\"template\": {\"spec\": " + podSpec + "}}";
    String text =
        "{\"metadata\": {\"namespace\": \"%s\", \"name\": \"%s\"}, \"spec\": %s}"
            .formatted(namespace, name, spec);
    Fields object = Fields.of("", Json.object(text.getBytes(StandardCharsets.UTF_8)));
    workloads.computeIfAbsent(kind, _ -> new ArrayList<>()).add(object);
  }

  private static String container(String image, String args) {
    return "{\"containers\": [{\"name\": \"c\", \"image\": \"%s\", \"args\": [%s]}]}"
        .formatted(image, args);
  }

  private static String kubeVip(String image, String services) {
    return "{\"containers\": [{\"name\": \"c\", \"image\": \"%s\", \"env\": [{\"name\":"
            .formatted(image)
        + " \"svc_enable\", \"value\": \"%s\"}]}]}".formatted(services);
  }

  private static String onNode(String name, int port) {
    return "{\"hostNetwork\": true, \"containers\": [{\"name\": \"%s\", \"ports\":".formatted(name)
        + " [{\"containerPort\": %d}]}]}".formatted(port);
  }
}
