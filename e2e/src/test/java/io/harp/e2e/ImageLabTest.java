package io.harp.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.harp.e2e.api.ApiServer;
import io.harp.e2e.net.LabProcess;
import io.harp.e2e.net.Namespace;
import io.harp.e2e.probe.Observation.Kind;
import io.harp.e2e.probe.Watch;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The files of the image, made here and run as a container runtime runs them. */
@NeedsLab(realApi = true)
class ImageLabTest {

  private static final Logger log = LoggerFactory.getLogger(ImageLabTest.class);

  private static final long LARGEST = 90_000_000;
  private static final long LARGEST_PACKED = 50_000_000;

  private static final int MOST_GONE = 20;

  private static final int HTTP_CREATED = 201;
  private static final int HTTP_REFUSED = 400;

  private static final List<String> NOTHING =
      List.of("--no-new-privs", "--bounding-set=-all", "--inh-caps=-all");
  private static final List<String> NET_RAW =
      List.of("--no-new-privs", "--bounding-set=-all,+net_raw", "--inh-caps=-all");

  /** The environment of the usual DaemonSet. */
  private static final List<String> DAEMON_SET =
      List.of(
          "METALLB_NODE_NAME",
          "METALLB_HOST",
          "METALLB_ML_BIND_ADDR",
          "METALLB_ML_LABELS",
          "METALLB_ML_BIND_PORT",
          "METALLB_ML_SECRET_KEY_PATH=/etc/ml_secret_key");

  private static final int PCAP_HEADER = 24;

  /** Delay 10 s, then three failures 10 s apart. */
  private static final long PROBES_GIVE_UP_MS = 40_000;

  private static final Path DIRECTORY = LabOptions.projectRoot().resolve("e2e/target/image");
  private static final Path ROOT = DIRECTORY.resolve("rootfs");
  private static final Path TOOLS = DIRECTORY.resolve("tools");

  @BeforeAll
  static void build() throws IOException {
    clear();
    Files.createDirectories(DIRECTORY);
    run("image/rootfs", ROOT.toString());
    Container.tools(TOOLS);
  }

  @AfterAll
  static void clear() throws IOException {
    run("rm", "-rf", DIRECTORY.toString());
  }

  @Test
  void itIsSmallAndSaysWhatIsInIt() throws IOException {
    Path archive = DIRECTORY.resolve("harp.tar");
    run("image/archive", ROOT.toString(), archive.toString(), "harp:test");
    run("gzip", "-6", archive.toString());
    long packed = Files.size(DIRECTORY.resolve("harp.tar.gz"));
    long size = size(ROOT);
    log.info("{} bytes, with gzip {}", size, packed);
    assertTrue(size <= LARGEST, size + " bytes");
    assertTrue(packed <= LARGEST_PACKED, packed + " bytes with gzip");
    String bom = Files.readString(ROOT.resolve("usr/share/doc/harp/sbom.cdx.json"));
    assertTrue(bom.contains("pkg:maven/org.jgroups/jgroups@"), bom);
  }

  /** A name that is gone costs a start a little; many of them cost what the archive is for. */
  @Test
  void nearlyAllClassesThatWereRecordedAreStillThere() throws IOException {
    Path root = LabOptions.projectRoot();
    List<String> gone =
        Files.readAllLines(root.resolve("image/classes")).stream()
            .map(line -> line.split(" ")[0])
            .filter(name -> name.startsWith("io/harp/"))
            .filter(name ->
                Stream.of("core", "speaker")
                    .noneMatch(
                        m -> Files.exists(root.resolve(m + "/target/classes/" + name + ".class"))))
            .toList();
    assertTrue(gone.size() <= MOST_GONE, () -> "run ./dev classes: " + gone);
  }

  @Test
  void theUsualDaemonSetWorksWithNothingButItsImageChanged() throws IOException {
    Container speaker =
        new Container(ROOT, DIRECTORY.resolve("speaker"), TOOLS, NET_RAW, DAEMON_SET);
    Container controller =
        new Container(
            ROOT,
            DIRECTORY.resolve("controller"),
            TOOLS,
            Stream.concat(NOTHING.stream(), Stream.of("--reuid=65534", "--clear-groups")).toList(),
            List.of("METALLB_NAMESPACE", "METALLB_POD_NAME"));
    Container user = new Container(ROOT, DIRECTORY.resolve("user"), TOOLS, NOTHING, List.of());
    LabOptions options =
        LabOptions.harp()
            .withNodes(2)
            .withApi(ApiServer.Kind.REAL)
            .withController(controller.command("/controller"))
            .withSpeaker(speaker.command("/harp", "--port=7472", "--log-level=info"));
    try (WebhookLab cluster = new WebhookLab(options)) {
      Lab lab = cluster.lab();
      speaker.mount(lab, lab.api().environment(ApiServer.User.SPEAKER));
      controller.mount(lab, lab.api().environment(ApiServer.User.CONTROLLER));
      user.mount(lab, lab.api().environment(ApiServer.User.ADMIN));
      LabProcess controlling = cluster.controller(1, "enabled", "--port-guard=deny");
      cluster.awaitReady(1, controlling);
      startedFromTheArchive(controlling);
      cluster.endpoints(1);
      cluster.await(
          "a pool", () -> cluster.pool("edge", "10.77.100.0/24", "").status() == HTTP_CREATED);
      assertTrue(cluster.pool("bad", "10.77.100.300/32", "").status() >= HTTP_REFUSED);
      lab.cluster()
          .applyYaml(
              """
              apiVersion: metallb.io/v1beta1
              kind: L2Advertisement
              metadata: {name: edge, namespace: metallb-system}
              """);
      lab.cluster().loadBalancer("web");
      lab.nodes().forEach(n -> n.start(Namespace.Rights.ALL));
      lab.nodes().forEach(ImageLabTest::awaitProbes);
      lab.nodes().forEach(n -> n.awaitReady(PROBES_GIVE_UP_MS));
      for (LabNode node : lab.nodes()) {
        startedFromTheArchive(node.speaker());
      }
      String address = lab.cluster().awaitAddress("web", 30_000);
      answersAndLeavesWithoutLoss(lab, address);
      thePacketMonitorRecords(lab, address);
      commandLine(lab, user);
      nothingIsMissing(lab);
    }
  }

  private static void answersAndLeavesWithoutLoss(Lab lab, String address) throws IOException {
    try (Watch watch = lab.client().watch(address)) {
      LabNode owner = lab.node(watch.awaitOwner(20_000));
      watch.awaitAnswer(Kind.UDP, System.nanoTime() - 20_000_000, 10_000);
      watch.awaitAnswer(Kind.ARP, System.nanoTime() - 20_000_000, 10_000);
      onlyNetRaw(owner);
      long from = owner.terminate();
      owner.awaitEnd(2_000);
      watch.awaitOwnerOtherThan(owner.name(), 10_000);
      watch.run(500);
      assertEquals(0, watch.outageSince(from).lost(), watch.outageSince(from).toString());
    }
  }

  private static void thePacketMonitorRecords(Lab lab, String address) throws IOException {
    LabNode node = lab.nodes().getFirst();
    Container monitor =
        new Container(
            ROOT,
            DIRECTORY.resolve("monitor"),
            TOOLS,
            NET_RAW,
            List.of("METALLB_NODE_NAME=" + node.name()));
    monitor.mount(lab, lab.api().environment(ApiServer.User.SPEAKER));
    Path captures = monitor.captures();
    LabProcess process =
        lab.lan()
            .machine(node.name())
            .start(
                "packet-monitor",
                monitor.command("/speaker", "capture", "--filter=arp", "--min-free=0"),
                java.util.Map.of(),
                Namespace.Rights.ALL,
                lab.directory().resolve("speaker-capture.log"));
    try (Watch watch = lab.client().watch(address)) {
      assertTrue(
          SpeakerLab.await(
              20_000,
              () -> {
                watch.run(200);
                return size(captures) > PCAP_HEADER;
              }),
          process.tail(20));
    } finally {
      process.kill();
    }
  }

  /** {@code migrate check} reads YAML, which no daemon does. */
  private static void commandLine(Lab lab, Container user) {
    says(lab, user, "harp 0.", "/harp", "--version");
    says(lab, user, "RESERVED FOR", "/harp", "ports");
    lab.cluster()
        .applyYaml(
            """
            apiVersion: v1
            kind: ConfigMap
            metadata: {name: metallb-excludel2, namespace: metallb-system}
            data:
              excludel2.yaml: |
                announcedInterfacesToExclude: ["^odd[0-9]+"]
            ---
            apiVersion: apps/v1
            kind: DaemonSet
            metadata: {name: speaker, namespace: metallb-system}
            spec:
              selector: {matchLabels: {app: metallb}}
              template:
                metadata: {labels: {app: metallb}}
                spec: {containers: [{name: speaker, image: quay.io/metallb/speaker:v0.15.2}]}
            """);
    says(
        lab,
        user,
        "^odd",
        "/harp",
        "migrate",
        "check",
        "--values",
        "--metallb-namespace=metallb-system");
  }

  private static void says(Lab lab, Container user, String text, String... words) {
    LabProcess command =
        lab.lan()
            .machine("api")
            .start(
                "harp-" + words[1],
                user.command(words),
                java.util.Map.of(),
                Namespace.Rights.ALL,
                lab.directory().resolve("harp-" + words[1] + ".log"));
    assertTrue(command.awaitEnd(30_000), command.tail(20));
    assertEquals(0, command.exitStatus(), command.tail(20));
    assertTrue(command.tail(100).contains(text), command.tail(100));
  }

  /** What the kubelet asks before it kills a container. */
  private static void awaitProbes(LabNode node) {
    boolean alive =
        SpeakerLab.await(PROBES_GIVE_UP_MS, () -> node.get("metrics").startsWith("HTTP/1.1 200"));
    assertTrue(alive, node.speaker().tail(30));
  }

  /** The JVM starts without an archive that is not of its jars and flags. */
  private static void startedFromTheArchive(LabProcess daemon) throws IOException {
    String maps = Files.readString(Path.of("/proc/" + daemon.pid() + "/maps"));
    assertTrue(maps.contains("/opt/harp/classes.jsa"), daemon.tail(20));
  }

  private static void onlyNetRaw(LabNode node) throws IOException {
    String status = Files.readString(Path.of("/proc/" + node.speaker().pid() + "/status"));
    assertTrue(status.contains("CapEff:\t0000000000002000"), status);
    assertTrue(status.contains("CapBnd:\t0000000000002000"), status);
    assertTrue(status.contains("NoNewPrivs:\t1"), status);
  }

  /** A class that is not in the image, a file that cannot be written, a right not granted. */
  private static void nothingIsMissing(Lab lab) throws IOException {
    try (Stream<Path> logs = Files.list(lab.directory())) {
      for (Path each : logs.filter(f -> f.toString().endsWith(".log")).toList()) {
        String name = each.toFile().getName();
        if (name.startsWith("speaker") || name.startsWith("controller")) {
          String text = Files.readString(each);
          for (String bad :
              List.of("NoClassDefFound", "ClassNotFound", "Read-only file", "forbidden")) {
            assertFalse(text.contains(bad), () -> name + " has " + bad + ":\n" + text);
          }
        }
      }
    }
  }

  private static long size(Path tree) {
    try (Stream<Path> files = Files.walk(tree)) {
      return files
          .filter(f -> Files.isRegularFile(f, LinkOption.NOFOLLOW_LINKS))
          .mapToLong(f -> f.toFile().length())
          .sum();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void run(String... command) throws IOException {
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.directory(LabOptions.projectRoot().toFile());
    builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
    Process process = builder.start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    try {
      assertTrue(process.waitFor(300, TimeUnit.SECONDS), said);
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
    assertEquals(0, process.exitValue(), said);
  }
}
