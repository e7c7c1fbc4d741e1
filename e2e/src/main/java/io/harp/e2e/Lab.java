package io.harp.e2e;

import io.harp.e2e.api.ApiServer;
import io.harp.e2e.api.ApiServer.User;
import io.harp.e2e.api.ClusterObjects;
import io.harp.e2e.api.EmbeddedApi;
import io.harp.e2e.api.RealApi;
import io.harp.e2e.net.AgentProcess;
import io.harp.e2e.net.LabPlan;
import io.harp.e2e.net.LabProcess;
import io.harp.e2e.net.Lan;
import io.harp.e2e.net.Namespace;
import io.harp.e2e.probe.Client;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * A rack in a box: nodes on a LAN, clients, an API server, a controller and speakers. Everything is
 * in namespaces held by processes that die with this JVM, so nothing is left behind, and any number
 * of labs run side by side, with or without root.
 *
 * <pre>{@code
 * try (Lab lab = Lab.start(LabOptions.harp())) {
 *   lab.startDaemons();
 *   lab.cluster().apply(pool);
 *   lab.cluster().loadBalancer("web");
 *   try (Watch watch = lab.client().watch(lab.cluster().awaitAddress("web", 10_000))) {
 *     String owner = watch.awaitOwner(5_000);
 *     lab.node(owner).powerOff();
 *     watch.awaitOwnerOtherThan(owner, 5_000);
 *     assertTrue(watch.outage().longestGapMs() < 600);
 *   }
 * }
 * }</pre>
 */
public final class Lab implements AutoCloseable {

  private static final int AGENT_HEAP_MB = 32;
  private static final AtomicInteger RUNS = new AtomicInteger();
  private static volatile @Nullable Path latest;

  private final LabOptions options;
  private final LabPlan plan;
  private final Path directory;
  private final List<AutoCloseable> closing = new ArrayList<>();
  private final Map<String, LabNode> nodes = new LinkedHashMap<>();
  private final Lan lan;
  private final ApiServer api;
  private final ClusterObjects cluster;
  private final Client client;
  private @Nullable Client farClient;
  private @Nullable LabProcess controller;

  private Lab(LabOptions options, Path directory) {
    this.options = options;
    this.plan = new LabPlan(options.nodes());
    this.directory = directory;
    this.lan = keep(Lan.build(plan));
    try {
      List<AgentProcess> backends =
          plan.allNodes().stream()
              .map(n -> agent(n.name(), "backend", n.name(), "" + LabPlan.BACKEND_PORT))
              .toList();
      AgentProcess traffic = agent(plan.warmClient().name(), "probe");
      AgentProcess neighbors = neighborProbe();
      this.api =
          keep(
              switch (options.api()) {
                case EMBEDDED -> EmbeddedApi.start(lan.machine("api"), directory);
                case REAL -> RealApi.start(lan.machine("api"), directory);
              });
      this.cluster = new ClusterObjects(api, plan);
      cluster.prepare(options.root().resolve("charts/harp"));
      for (LabPlan.Host host : plan.allNodes()) {
        nodes.put(host.name(), new LabNode(this, host));
        cluster.speakerPod(host, membershipAddress(host));
      }
      keep(new KubeProxy(api.client(), lan, plan));
      backends.forEach(AgentProcess::awaitReady);
      this.client = new Client(traffic.awaitReady(), neighbors.awaitReady(), plan::nameOf);
    } catch (RuntimeException e) {
      close();
      throw e;
    }
  }

  /** Builds a lab with its API server and backends; controller and speakers do not run yet. */
  public static Lab start(LabOptions options) {
    try {
      String run =
          LocalDateTime.now(java.time.ZoneId.systemDefault())
                  .format(DateTimeFormatter.ofPattern("MMdd-HHmmss"))
              + "-"
              + ProcessHandle.current().pid()
              + "-"
              + RUNS.incrementAndGet();
      Path directory =
          Files.createDirectories(options.root().resolve("e2e/target/lab").resolve(run));
      Files.writeString(directory.resolve("secretkey"), "a secret all speakers of this lab share");
      latest = directory;
      return new Lab(options, directory);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The logs of the lab that was started last in this JVM. */
  public static Optional<Path> latestDirectory() {
    return Optional.ofNullable(latest);
  }

  /** Starts the controller, if there is one, and every speaker. */
  public void startDaemons() {
    startController();
    startSpeakers();
  }

  public void startController() {
    if (!options.controller().isEmpty()) {
      controller = startController("controller");
    }
  }

  /** Starts one more controller; it needs ports of its own. Its log is {@code NAME.log}. */
  public LabProcess startController(String name, String... moreArgs) {
    return startController(name, Map.of(), moreArgs);
  }

  /** The same with another environment, such as another way to the API server. */
  public LabProcess startController(String name, Map<String, String> moreEnv, String... moreArgs) {
    Map<String, String> env = new HashMap<>(options.environment());
    env.putAll(api.environment(User.CONTROLLER));
    env.putAll(moreEnv);
    env.put("METALLB_NAMESPACE", LabPlan.NAMESPACE);
    env.put("METALLB_POD_NAME", name);
    List<String> command = new ArrayList<>(options.controller());
    command.addAll(List.of(moreArgs));
    return lan.machine("api")
        .start(name, command, env, Namespace.Rights.ALL, directory.resolve(name + ".log"));
  }

  public void startSpeakers() {
    nodes.values().forEach(LabNode::start);
  }

  public LabPlan plan() {
    return plan;
  }

  public LabOptions options() {
    return options;
  }

  /** A node by name, {@code n1} and so on. */
  public LabNode node(String name) {
    LabNode node = nodes.get(name);
    if (node == null) {
      throw new IllegalArgumentException("no node " + name + ", there are " + nodes.keySet());
    }
    return node;
  }

  public List<LabNode> nodes() {
    return List.copyOf(nodes.values());
  }

  /** The switches and cables, for faults that are not of one node. */
  public Lan lan() {
    return lan;
  }

  public ApiServer api() {
    return api;
  }

  public ClusterObjects cluster() {
    return cluster;
  }

  /** The clients on the LAN. */
  public Client client() {
    return client;
  }

  /**
   * A client behind the gateway: it sees what the gateway's neighbour cache says. No ARP probes.
   */
  public Client farClient() {
    if (farClient == null) {
      farClient = new Client(agent("far", "probe").awaitReady(), null, plan::nameOf);
    }
    return farClient;
  }

  /** A host in the networks of {@code machine} that knows no secret and wants in. */
  public AgentProcess stranger(String machine) {
    return agent(machine, "stranger").awaitReady();
  }

  /** A name server beside the API server that knows one name; says {@code asked NAME}. */
  public AgentProcess resolver(String name, String address) {
    return agent("api", "resolver", LabPlan.API_ADDRESS, "53", name, address).awaitReady();
  }

  /**
   * A way to the real API server that fails by a schedule, at this port of loopback beside it: see
   * its commands and reports.
   */
  public AgentProcess detour(int port) {
    return agent(
            "api",
            "detour",
            "" + port,
            LabPlan.API_ADDRESS,
            "" + LabPlan.API_PORT,
            ((RealApi) api).authority().toString())
        .awaitReady();
  }

  /** Where the speaker of a node listens for others. */
  public String membershipAddress(LabNode node) {
    return membershipAddress(plan.node(nodes().indexOf(node) + 1));
  }

  /** What the client on the LAN is answered by HTTP, headers and all; empty when it is not. */
  public String get(String address) {
    String command =
        "exec 3<>/dev/tcp/%s/80 && printf 'GET / HTTP/1.1\\r\\n\\r\\n' >&3 && cat <&3"
            .formatted(address);
    try {
      return lan.machine(plan.warmClient().name()).run("", "timeout", "2", "bash", "-c", command);
    } catch (IllegalStateException e) {
      return "";
    }
  }

  /** The running controller. */
  public LabProcess controller() {
    if (controller == null) {
      throw new IllegalStateException("the controller was not started");
    }
    return controller;
  }

  /** Where every process of this lab logs to: {@code NAME.log}. */
  public Path directory() {
    return directory;
  }

  /** The last lines of every daemon's log, for the message of a test that failed. */
  public String tails(int lines) {
    StringBuilder text = new StringBuilder();
    if (controller != null) {
      text.append("--- controller\n").append(controller.tail(lines)).append('\n');
    }
    nodes.values().forEach(n -> text.append(n.tail(lines)));
    return text.toString();
  }

  /** Ends every process; the networks vanish with them. */
  @Override
  public void close() {
    for (AutoCloseable each : closing.reversed()) {
      try {
        each.close();
      } catch (Exception e) {
        System.err.println("closing the lab: " + e);
      }
    }
    closing.clear();
  }

  /** Starts a speaker on a node, with what the usual DaemonSet gives it. */
  LabProcess startSpeaker(
      LabPlan.Host host,
      Namespace.Rights rights,
      List<String> moreArgs,
      String nodeName,
      String processName) {
    Map<String, String> env = new HashMap<>(options.environment());
    env.put("METALLB_NODE_NAME", nodeName);
    env.put("METALLB_HOST", host.v4());
    env.put("METALLB_POD_NAME", "speaker-" + host.name());
    env.put("METALLB_ML_BIND_ADDR", membershipAddress(host));
    env.put("METALLB_ML_BIND_PORT", "" + LabPlan.MEMBERSHIP_PORT);
    env.put("METALLB_ML_LABELS", "app=metallb,component=speaker");
    env.put("METALLB_ML_SECRET_KEY_PATH", directory.toString());
    env.put("METALLB_NAMESPACE", LabPlan.NAMESPACE);
    env.putAll(api.environment(User.SPEAKER));
    List<String> command = new ArrayList<>(options.speaker());
    command.addAll(moreArgs);
    return lan.machine(host.name())
        .start(processName, command, env, rights, directory.resolve(processName + ".log"));
  }

  private String membershipAddress(LabPlan.Host host) {
    return switch (options.membershipOn()) {
      case MANAGEMENT -> plan.management(host.id());
      case LAN -> host.v4();
    };
  }

  private AgentProcess neighborProbe() {
    LabPlan.Host cold = plan.coldClient();
    return agent(
        cold.name(),
        "neighbor",
        LabPlan.LAN_INTERFACE,
        cold.mac().toString(),
        cold.v4(),
        cold.v6());
  }

  private AgentProcess agent(String machine, String... args) {
    return keep(AgentProcess.start(lan.machine(machine), AGENT_HEAP_MB, directory, args));
  }

  private <T extends AutoCloseable> T keep(T resource) {
    closing.add(resource);
    return resource;
  }
}
