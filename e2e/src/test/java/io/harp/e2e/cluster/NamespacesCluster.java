package io.harp.e2e.cluster;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Real Kubernetes components in network namespaces, by the scripts {@code bin/*} of a directory: no
 * registry, no container engine. Its nodes are n1, n2, n3, its client is 10.77.0.101.
 */
final class NamespacesCluster implements Cluster {

  private static final String NODE_MAC = "02:77:00:00:00:0";

  private final Path directory;
  private final Claim claim;
  private final Shell shell = new Shell(Map.of());

  private NamespacesCluster(Path directory, Claim claim) {
    this.directory = directory;
    this.claim = claim;
  }

  /**
   * Starts the cluster, after it has stopped what a suite that was killed left of it.
   *
   * @throws IllegalStateException if another suite runs in it, or somebody else has started it
   */
  static NamespacesCluster up(Path directory) {
    Claim claim = Claim.of(directory);
    NamespacesCluster cluster = new NamespacesCluster(directory, claim);
    if (claim.isLeftOver()) {
      cluster.script("down");
    }
    claim.write();
    // Ctrl-C leaves no nodes behind; what kill -9 leaves, the next suite stops.
    Runtime.getRuntime().addShutdownHook(new Thread(cluster::close, "cluster-down"));
    cluster.script("up", "3");
    return cluster;
  }

  @Override
  public List<String> nodes() {
    return List.of("n1", "n2", "n3");
  }

  @Override
  public String nodeOf(String mac) {
    return mac.startsWith(NODE_MAC) ? "n" + mac.substring(NODE_MAC.length()) : mac;
  }

  @Override
  public List<String> pool() {
    return List.of("10.77.100.0/24", "fd77::100:0/120");
  }

  @Override
  public String secondPool() {
    return "10.77.101.0/24";
  }

  @Override
  public String clientAddress() {
    return "10.77.0.101";
  }

  @Override
  public String echoImage() {
    return "cluster.local/echo:1";
  }

  @Override
  public void load(Path archive) {
    script("load-image", archive.toString());
  }

  @Override
  public String kubectl(String input, String... args) {
    return run(input, "kubectl", args);
  }

  @Override
  public String helm(String... args) {
    return run("", "helm", args);
  }

  @Override
  public String onClient(String script) {
    return run("", "client", "1", "bash", "-c", script);
  }

  @Override
  public String onNode(String node, String script) {
    return run("", "node-exec", number(node), "bash", "-c", script);
  }

  @Override
  public void powerOff(String node) {
    script("node-kill", number(node));
  }

  @Override
  public void powerOn(String node) {
    script("node-start", number(node));
  }

  @Override
  public void stopApiServer() {
    script("control-down", "apiserver");
  }

  @Override
  public void startApiServer() {
    script("control-up");
  }

  @Override
  public synchronized void close() {
    if (claim.isHeld()) {
      script("down");
      claim.close();
    }
  }

  private static String number(String node) {
    return node.substring(1);
  }

  private void script(String name, String... args) {
    run("", name, args);
  }

  private String run(String input, String name, String... args) {
    List<String> command = new ArrayList<>(List.of(directory.resolve("bin").resolve(name) + ""));
    command.addAll(List.of(args));
    return shell.run(input, command);
  }
}
