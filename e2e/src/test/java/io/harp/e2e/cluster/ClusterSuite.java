package io.harp.e2e.cluster;

import static io.harp.e2e.cluster.Installation.NAMESPACE;
import static io.harp.e2e.cluster.Installation.RELEASE;
import static io.harp.e2e.cluster.Installation.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeFalse;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * The life of one installation, in order: installed, used, hurt, updated, taken away. Told where to
 * run by system properties: {@code harp.cluster} is a directory of {@link NamespacesCluster} or the
 * word {@code kind}; {@code harp.image} the image's name; {@code harp.image.tar} an archive of it,
 * if it is not in the nodes yet.
 */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
@ExtendWith(ShowsTheCluster.class)
class ClusterSuite {

  /** Only NET_RAW, capabilities(7). */
  private static final String ONLY_NET_RAW = "0000000000002000";

  /** On a disk of the node alone, which a directory of namespaces shares little of. */
  private static final String CAPTURES = "/var/lib/kubelet/harp-captures";

  private static final String SPEAKERS = "daemonset/harp-speaker";
  private static final String CONTROLLERS = "deployment/harp-controller";

  private static Cluster cluster;
  private static Installation harp;

  @BeforeAll
  static void start() {
    Path root = projectRoot();
    String where = System.getProperty("harp.cluster", "");
    assumeFalse(where.isEmpty(), "no cluster: ./dev e2e --cluster DIR or ./dev kind test");
    cluster =
        where.equals("kind") ? KindCluster.running(root) : NamespacesCluster.up(Path.of(where));
    ShowsTheCluster.cluster = cluster;
    String archive = System.getProperty("harp.image.tar", "");
    if (!archive.isEmpty()) {
      cluster.load(Path.of(archive).toAbsolutePath());
    }
    String image = System.getProperty("harp.image", "docker.io/library/harp:e2e");
    harp = new Installation(cluster, root.resolve("charts/harp"), image);
  }

  @AfterAll
  static void stop() {
    if (cluster != null) {
      cluster.close();
    }
  }

  @Test
  @Order(1)
  void helmInstallEndsWithEveryPodReady() {
    harp.helm("install", RELEASE, NAMESPACE, "--create-namespace");
    String ready =
        cluster.kubectl(
            "",
            "get",
            "pods",
            "-n",
            NAMESPACE,
            "-o",
            "jsonpath={.items[*].status.containerStatuses[*].ready}");
    assertFalse(ready.contains("false"), ready);
    String speakers = field(SPEAKERS, "{.status.numberReady}");
    assertTrue(Integer.parseInt(speakers) >= cluster.nodes().size(), speakers + " speakers");
    harp.apply(
        """
        apiVersion: metallb.io/v1beta1
        kind: IPAddressPool
        metadata: {name: edge, namespace: metallb-system}
        spec: {addresses: ["%s", "%s"]}
        ---
        apiVersion: metallb.io/v1beta1
        kind: L2Advertisement
        metadata: {name: edge, namespace: metallb-system}
        spec: {ipAddressPools: [edge]}
        """
            .formatted(cluster.pool().getFirst(), cluster.pool().getLast()));
    harp.serve("web", 3, "ipFamilyPolicy: PreferDualStack");
    harp.serve("pinned", 1, "externalTrafficPolicy: Cluster");
    harp.addresses("web", 2).forEach(harp::awaitAnswer);
    harp.addresses("pinned", 1).forEach(harp::awaitAnswer);
  }

  @Test
  @Order(2)
  void speakersHaveNetRawAloneAndARootTheyCannotWrite() {
    for (String node : cluster.nodes()) {
      String said =
          cluster.onNode(
              node,
              """
              for p in /proc/[0-9]*; do
                if tr '\\0' ' ' <$p/cmdline 2>/dev/null | grep -q -e '--detection-time='; then
                  grep -E '^Cap(Prm|Eff|Bnd)|^NoNewPrivs' $p/status
                  awk '$5 == "/" {print "root", $6}' $p/mountinfo
                fi
              done
              """);
      List<String> lines = said.lines().toList();
      assertTrue(
          lines.contains("CapEff:\t" + ONLY_NET_RAW) && lines.contains("CapBnd:\t" + ONLY_NET_RAW),
          node + ": " + said);
      assertTrue(lines.contains("NoNewPrivs:\t1"), node + ": " + said);
      assertTrue(lines.stream().anyMatch(l -> l.startsWith("root ro")), node + ": " + said);
    }
  }

  @Test
  @Order(3)
  void aClientReachesEveryPodOverBothFamiliesByTcpAndUdp() {
    for (String address : harp.addresses("web", 2)) {
      TreeSet<String> nodes = new TreeSet<>();
      await(
          "TCP to " + address + " reaches all nodes' pods",
          30,
          () -> {
            String answer = harp.ask(address);
            if (!answer.isEmpty()) {
              nodes.add(answer.split(" ", -1)[1]);
            }
            return nodes.size() == 3;
          });
      Probes udp = harp.during(address, 2, () -> {});
      assertEquals(3, udp.pods().size(), udp.toString());
      assertEquals(0, udp.lost(), udp.toString());
    }
  }

  @Test
  @Order(4)
  void localPolicyKeepsTheClientsAddressAndFollowsTheEndpoints() {
    harp.serve("local", 1, "externalTrafficPolicy: Local");
    String address = harp.addresses("local", 1).getFirst();
    for (String node : List.of(cluster.nodes().get(0), cluster.nodes().get(1))) {
      harp.pin("local", node);
      await("the address is at " + node, 20, () -> harp.owner(address).equals(node));
      harp.awaitAnswer(address);
      String answer = harp.ask(address);
      assertTrue(answer.contains(" " + node + " "), answer);
      assertTrue(answer.contains(cluster.clientAddress() + ":"), answer);
    }
    cluster.kubectl("", "delete", "service,deployment", "local", "--now");
  }

  @Test
  @Order(5)
  void aNodeWithoutPowerIsReplacedAtOnceAndItsReturnMovesNothing() {
    String address = harp.addresses("pinned", 1).getFirst();
    String owner = awayFromItsPod(address);
    Probes cut = harp.during(address, 6, () -> cluster.powerOff(owner));
    String next = harp.owner(address);
    assertNotEquals(owner, next);
    say("power cut of the owner: " + cut);
    // The lab measures the time; here a busy machine carries a whole cluster.
    assertTrue(cut.gapMs() < 3_000, cut.toString());
    Probes back =
        harp.during(
            address,
            25,
            () -> {
              cluster.powerOn(owner);
              await("all speakers are ready", 60, () -> ready() >= cluster.nodes().size());
            });
    say("its return: " + back);
    assertEquals(next, harp.owner(address), "the address moved back");
    assertEquals(0, back.lost(), back.toString());
  }

  @Test
  @Order(6)
  void cordonAndDrainOfTheOwnerLoseNothing() {
    String address = harp.addresses("pinned", 1).getFirst();
    String owner = awayFromItsPod(address);
    Probes drained =
        harp.during(
            address,
            12,
            () -> {
              cluster.kubectl("", "cordon", owner);
              cluster.kubectl(
                  "",
                  "drain",
                  owner,
                  "--ignore-daemonsets",
                  "--force",
                  "--grace-period=1",
                  "--timeout=60s");
            });
    cluster.kubectl("", "uncordon", owner);
    say("drain of the owner: " + drained);
    assertEquals(0, drained.lost(), drained.toString());
    rolledOut(CONTROLLERS);
  }

  @Test
  @Order(7)
  void aRollingUpdateOfTheSpeakersLosesNothing() {
    String address = harp.addresses("pinned", 1).getFirst();
    awayFromItsPod(address);
    Probes rolling = harp.during(address, 45, () -> restart(SPEAKERS));
    say("rolling update of the speakers: " + rolling);
    assertEquals(0, rolling.lost(), rolling.toString());
  }

  @Test
  @Order(8)
  void aRollingUpdateOfTheControllerChangesNothing() {
    List<String> before = harp.addresses("web", 2);
    Probes rolling = harp.during(before.getFirst(), 20, () -> restart(CONTROLLERS));
    say("rolling update of the controller: " + rolling);
    assertEquals(before, harp.addresses("web", 2));
    assertEquals(0, rolling.lost(), rolling.toString());
  }

  @Test
  @Order(9)
  void withoutAnApiServerTakeoverGoesOnAndNothingIsWithdrawn() {
    String address = harp.addresses("pinned", 1).getFirst();
    String owner = awayFromItsPod(address);
    Probes cut;
    try {
      cluster.stopApiServer();
      Probes quiet = harp.during(address, 5, () -> {});
      assertEquals(0, quiet.lost(), "without an API server: " + quiet);
      cut = harp.during(address, 6, () -> cluster.powerOff(owner));
      assertNotEquals(owner, harp.owner(address));
    } finally {
      cluster.startApiServer();
      cluster.powerOn(owner);
    }
    say("power cut without an API server: " + cut);
    assertTrue(cut.gapMs() < 3_000, cut.toString());
    await("the API server is back", 60, () -> answersReadyz());
    await("all speakers are ready", 90, () -> ready() >= cluster.nodes().size());
    harp.serve("later", 1, "");
    harp.awaitAnswer(harp.addresses("later", 1).getFirst());
  }

  @Test
  @Order(10)
  void aPoolThatCannotBeIsRefusedWithAReason() {
    IllegalStateException nonsense =
        assertThrows(IllegalStateException.class, () -> pool("wrong", "10.77.0.300-10.77.1.0"));
    assertTrue(message(nonsense).contains("addresses"), message(nonsense));
    String webhooks = cluster.kubectl("", "get", "validatingwebhookconfigurations", "-o", "name");
    assumeTrue(webhooks.contains("metallb-webhook"), "the chart installs no webhook");
    await(
        "the webhook refuses a pool that overlaps",
        30,
        () -> {
          try {
            pool("overlap", cluster.pool().getFirst());
            cluster.kubectl("", "delete", "ipaddresspool", "overlap", "-n", NAMESPACE);
            return false;
          } catch (IllegalStateException e) {
            return message(e).contains("edge");
          }
        });
  }

  @Test
  @Order(11)
  void thePortGuardRefusesAPortThatIsTaken() {
    boolean offered =
        cluster
            .helm("show", "values", projectRoot().resolve("charts/harp").toString())
            .contains("\nportGuard:");
    assumeTrue(offered, "the chart has no port guard");
    harp.helm("upgrade", RELEASE, NAMESPACE, "--set=portGuard.enabled=true,portGuard.mode=deny");
    await(
        "a pod that wants the speakers' port is refused",
        30,
        () -> {
          try {
            cluster.kubectl(
                """
                apiVersion: v1
                kind: Pod
                metadata: {name: clash, namespace: default}
                spec:
                  hostNetwork: true
                  containers: [{name: c, image: "%s", ports: [{containerPort: 7473}]}]
                """
                    .formatted(cluster.echoImage()),
                "apply",
                "-f",
                "-");
            cluster.kubectl("", "delete", "pod", "clash", "--now");
            return false;
          } catch (IllegalStateException e) {
            return message(e).contains("7473");
          }
        });
  }

  @Test
  @Order(12)
  void thePacketMonitorRecordsOnEachNodeWhatANodeDoes() {
    harp.helm(
        "upgrade",
        RELEASE,
        NAMESPACE,
        "--set=packetMonitor.enabled=true,packetMonitor.minFree=0",
        "--set=packetMonitor.hostPath=" + CAPTURES,
        "--set=packetMonitor.filter=arp");
    String address = harp.addresses("web", 2).getFirst();
    for (String node : cluster.nodes()) {
      String files = CAPTURES + "/" + node + "-*.pcap";
      await(
          "frames are recorded on " + node,
          30,
          () -> {
            // Every node hears a question to all, and only an empty cache asks all.
            harp.owner(address);
            return Integer.parseInt(
                    cluster.onNode(node, "cat " + files + " 2>/dev/null | wc -c").strip())
                > 24;
          });
    }
    harp.helm("upgrade", RELEASE, NAMESPACE, "--set=packetMonitor.enabled=false");
  }

  @Test
  @Order(13)
  void aSecondInstallationServesItsOwnClassBesideTheFirst() {
    String first = harp.addresses("web", 2).getFirst();
    // The webhook of the first serves one namespace; it leaves out those with this label.
    harp.apply(
        """
        apiVersion: v1
        kind: Namespace
        metadata: {name: second-system, labels: {harp.io/webhook: none}}
        """);
    harp.helm(
        "install",
        "second",
        "second-system",
        "--set=loadBalancerClass=example.com/second,crds.enabled=false",
        "--set=speaker.memberlist.mlBindPort=7572,prometheus.metricsPort=7573");
    harp.apply(
        """
        apiVersion: metallb.io/v1beta1
        kind: IPAddressPool
        metadata: {name: second, namespace: second-system}
        spec: {addresses: ["%s"]}
        ---
        apiVersion: metallb.io/v1beta1
        kind: L2Advertisement
        metadata: {name: second, namespace: second-system}
        """
            .formatted(cluster.secondPool()));
    harp.serve("other", 1, "loadBalancerClass: example.com/second");
    String address = harp.addresses("other", 1).getFirst();
    String prefix = cluster.secondPool().substring(0, cluster.secondPool().lastIndexOf('.') + 1);
    assertTrue(address.startsWith(prefix), address);
    harp.awaitAnswer(address);
    assertEquals(first, harp.addresses("web", 2).getFirst());
    cluster.kubectl("", "delete", "service,deployment", "other", "--now");
    cluster.helm("uninstall", "second", "--namespace=second-system", "--wait");
    cluster.kubectl("", "delete", "namespace", "second-system");
    assertFalse(harp.ask(first).isEmpty(), "the first installation suffered");
  }

  @Test
  @Order(14)
  void upgradeAndRollbackLoseNothing() {
    String address = harp.addresses("pinned", 1).getFirst();
    awayFromItsPod(address);
    Probes changing =
        harp.during(
            address,
            75,
            () -> {
              harp.helm("upgrade", RELEASE, NAMESPACE, "--set=speaker.logLevel=debug");
              cluster.helm("rollback", RELEASE, "--namespace=" + NAMESPACE, "--wait");
            });
    say("upgrade and rollback: " + changing);
    assertEquals(0, changing.lost(), changing.toString());
    assertFalse(field(SPEAKERS, "{.spec.template.spec.containers[0].args}").contains("debug"));
  }

  @Test
  @Order(15)
  void uninstallLeavesNothingBehind() {
    // Without a pool the addresses are taken back: ask for the one that was.
    String address = harp.addresses("web", 2).getFirst();
    cluster.kubectl("", "delete", "ipaddresspools,l2advertisements", "--all", "-n", NAMESPACE);
    cluster.helm("uninstall", RELEASE, "--namespace=" + NAMESPACE, "--wait");
    String kinds =
        "clusterroles,clusterrolebindings,validatingwebhookconfigurations,priorityclasses";
    String left = cluster.kubectl("", "get", kinds, "-o", "name");
    // Of the whole installation only the kinds stay, and the namespace with what every one has.
    assertEquals(
        List.of(), left.lines().filter(l -> l.contains("harp") || l.contains("metallb")).toList());
    String inside =
        cluster.kubectl(
            "",
            "get",
            "all,secrets,configmaps,roles,rolebindings,serviceaccounts,leases",
            "-n",
            NAMESPACE,
            "-o",
            "name");
    List<String> ours =
        inside
            .lines()
            .filter(l -> !l.endsWith("/kube-root-ca.crt") && !l.endsWith("serviceaccount/default"))
            .filter(l -> !l.startsWith("pod/"))
            .toList();
    assertEquals(List.of(), ours);
    await("the addresses fall silent", 20, () -> harp.ask(address).isEmpty());
  }

  /** Puts the pod of {@code pinned} on another node than the owner, and returns the owner. */
  private static String awayFromItsPod(String address) {
    String owner = harp.owner(address);
    String other = cluster.nodes().stream().filter(n -> !n.equals(owner)).findFirst().orElseThrow();
    harp.pin("pinned", other);
    harp.awaitAnswer(address);
    return harp.owner(address);
  }

  private static void restart(String what) {
    cluster.kubectl("", "rollout", "restart", what, "-n", NAMESPACE);
    rolledOut(what);
  }

  private static void rolledOut(String what) {
    harp.rolledOut(NAMESPACE, what);
  }

  private static int ready() {
    try {
      return Integer.parseInt(field(SPEAKERS, "{.status.numberReady}"));
    } catch (IllegalStateException e) {
      return 0;
    }
  }

  private static boolean answersReadyz() {
    try {
      return cluster.kubectl("", "get", "--raw", "/readyz").equals("ok");
    } catch (IllegalStateException e) {
      return false;
    }
  }

  private static void pool(String name, String addresses) {
    cluster.kubectl(
        """
        apiVersion: metallb.io/v1beta1
        kind: IPAddressPool
        metadata: {name: %s, namespace: metallb-system}
        spec: {addresses: ["%s"]}
        """
            .formatted(name, addresses),
        "apply",
        "-f",
        "-");
  }

  private static String field(String object, String path) {
    return cluster.kubectl("", "get", object, "-n", NAMESPACE, "-o", "jsonpath=" + path);
  }

  private static String message(Throwable thrown) {
    return String.valueOf(thrown.getMessage());
  }

  private static void say(String line) {
    System.out.println(line);
  }

  private static Path projectRoot() {
    for (Path dir = Path.of("").toAbsolutePath(); dir != null; dir = dir.getParent()) {
      if (Files.isDirectory(dir.resolve("charts/harp"))) {
        return dir;
      }
    }
    throw new IllegalStateException("start the suite inside the project's directory");
  }
}
