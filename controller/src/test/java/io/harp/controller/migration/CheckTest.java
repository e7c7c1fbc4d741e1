package io.harp.controller.migration;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.harp.config.ExcludedInterfaces;
import io.harp.controller.survey.Finding;
import io.harp.kube.Yaml;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

class CheckTest {

  @Test
  void noAddressChanges() {
    Check check = inPlace(Left.cluster());
    assertEquals(List.of(), problems(check));
    assertEquals(3, check.services());
    assertEquals(3, check.kept());
    assertTrue(check.metallb().startsWith("MetalLB v0.15.3 in namespace metallb-system"));
    assertTrue(
        check.carriesOver().contains("IPAddressPool: edge, upstream"),
        check.carriesOver().toString());
  }

  @Test
  void bgpIsNamedAndIgnored() {
    assertEquals(
        List.of(
            "BGPAdvertisement: upstream: there is no BGP",
            "BGPPeer: tor: there is no BGP",
            "container frr of the speaker: it is for BGP"),
        inPlace(Left.cluster()).ignored());
  }

  @Test
  void valuesSayWhatMetalLbIsTold() {
    assertEquals(
        """
        speaker:
          logLevel: "debug"
          nodeSelector:
            lan: "yes"
          tolerations:
          - effect: "NoExecute"
            key: "edge"
            operator: "Exists"
          ignoreExcludeLB: true
          secretName: "memberlist"
          excludeInterfaces:
            patterns:
            - "^docker.*"
            - "^lo$"
            - "^storage0$"
        """
            .lines()
            .toList(),
        inPlace(Left.cluster()).valueLines());
  }

  @Test
  void besideMetalLbTheSecretIsOursAndTheClassToo() {
    Check check = beside(Left.cluster(), 7482);
    String values = normal(check);
    assertTrue(values.startsWith("loadBalancerClass: harp.io/l2|"), values);
    assertFalse(values.contains("secretName"), values);
    assertTrue(values.contains("mlBindPort: 7482"), values);
  }

  @Test
  void theClassAndLevelOfMetalLbAreKeptInPlace() {
    Check check =
        inPlace(
            Left.cluster(
                "--tls-min-version=VersionTLS12",
                "--lb-class=example.com/other",
                "--log-level=info",
                "--log-level=warn"));
    String values = normal(check);
    assertTrue(values.contains("loadBalancerClass: example.com/other"), values);
    assertTrue(values.contains("controller:|  logLevel: warn"), values);
    // Its only Service lies in no pool.
    assertEquals(1, check.services());
    assertEquals(
        List.of(
            "PROBLEM Service shop/theirs: has [203.0.113.9] and would have [10.77.100.0]: giving up"
                + " [203.0.113.9]: 203.0.113.9 is in no pool; request an address of a pool, or add"
                + " it to spec.addresses of one; mend it while MetalLB runs"),
        problems(check));
  }

  @Test
  void anAddressThatWouldChangeIsNamedWithTheReason() {
    Check check = inPlace(Left.cluster("10.77.100.0/28", "10.77.100.0/30"));
    assertEquals(0, check.kept());
    List<String> problems = problems(check);
    assertEquals(3, problems.size(), problems.toString());
    assertTrue(
        problems.getFirst().contains("[10.77.100.6]: 10.77.100.6 is in no pool"),
        problems.toString());
  }

  @Test
  void aServiceThatOnlyBgpAnnouncesIsNamed() {
    Check check = inPlace(Left.cluster("ip: 10.77.100.5", "ip: 192.0.2.8"));
    assertEquals(3, check.kept());
    assertEquals(
        List.of(
            "PROBLEM Service shop/web: no L2Advertisement is about its pool upstream; BGP announces"
                + " it at most, and we have none; make an L2Advertisement for the pool, or leave"
                + " this Service to MetalLB"),
        problems(check));
  }

  @Test
  void oldMetricsPortsClashOnlySideBySide() {
    List<String> problems = problems(beside(Left.cluster(), Plan.MEMBERSHIP));
    String clash =
        problems.stream().filter(p -> p.contains("port 7472")).findFirst().orElse("none");
    assertTrue(clash.contains("used by DaemonSet metallb-system/speaker on n1"), problems + "");
    assertTrue(clash.contains("MetalLB before 0.16 and PureLB"), clash);
    assertTrue(
        clash.endsWith(
            "7482 is free: --set speaker.memberlist.mlBindPort=7482, here --membership-port=7482"),
        clash);
    assertEquals(1, problems(beside(Left.cluster(), 7482)).size());
  }

  @Test
  void metalLbIsNoObstacleToWhatReplacesItWhateverItsName() {
    Left left = Left.cluster("name: speaker\n  namespace", "name: lb-metallb-speaker\n  namespace");
    assertEquals(List.of(), problems(inPlace(left)));
  }

  @Test
  void metalLbsWebhookIsInTheWayUntilItIsToldNotTo() {
    String found = problems(beside(Left.cluster(), 7482)).getFirst();
    assertTrue(found.startsWith("PROBLEM webhook: "), found);
    Left mended =
        Left.cluster(
            "namespaceSelector: {}",
            "namespaceSelector: {matchExpressions: [{key: kubernetes.io/metadata.name, operator:"
                + " NotIn, values: [harp-system]}]}");
    assertEquals(List.of(), problems(beside(mended, 7482)));
  }

  @Test
  void oneClassOrNamespaceForTwoIsAProblem() {
    Found found = Left.cluster().found();
    Plan plan = Check.plan(found, false, "metallb-system", "", 7482, 7473);
    String all = String.join("\n", problems(Check.of(found, plan)));
    assertTrue(all.contains("PROBLEM class: MetalLB serves Services without a class too"), all);
    assertTrue(all.contains("PROBLEM namespace: MetalLB is in metallb-system too"), all);
  }

  @Test
  void whatCannotBeReadIsAFindingNotACrash() {
    Check check =
        inPlace(
            Left.cluster(
                "addresses: [10.77.100.0/28]", "addresses: 12", "- \"^lo$\"", "  - [\"^lo"));
    String all = String.join("\n", problems(check));
    assertTrue(all.contains("PROBLEM ConfigMap metallb-excludel2: excludel2.yaml cannot"), all);
    assertTrue(all.contains("PROBLEM IPAddressPool edge: spec.addresses: \"12\" is not"), all);
  }

  @Test
  void theDefaultExclusionsAreThoseOfTheChart() throws IOException {
    String values = Files.readString(Path.of("../charts/harp/values.yaml"));
    assertEquals(
        ExcludedInterfaces.DEFAULT,
        Yaml.read(values).object("speaker").object("excludeInterfaces").texts("patterns"));
  }

  private static Check inPlace(Left left) {
    Found found = left.found();
    return Check.of(found, Check.plan(found, true, "", "", Plan.MEMBERSHIP, Plan.METRICS));
  }

  private static Check beside(Left left, int membership) {
    Found found = left.found();
    return Check.of(
        found, Check.plan(found, false, "harp-system", "harp.io/l2", membership, Plan.METRICS));
  }

  private static List<String> problems(Check check) {
    return check.findings().stream()
        .filter(f -> f.level() == Finding.Level.PROBLEM)
        .map(Finding::toString)
        .toList();
  }

  /** The values without quotes, in one line. */
  private static String normal(Check check) {
    return String.join("|", check.valueLines()).replace("\"", "") + "|";
  }
}
