package io.harp.e2e.cluster;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * A cluster of {@code kind}, made by {@code e2e/kind/up}, which also makes the client: a container
 * on the network of the nodes. {@code e2e/kind/cluster} knows the container engine.
 */
final class KindCluster implements Cluster {

  private final Path script;
  private final String prefix;
  private final Shell shell = new Shell(Map.of());

  private KindCluster(Path script) {
    this.script = script;
    this.prefix = call("", "prefix");
  }

  /** The cluster that {@code ./dev kind up} has made. */
  static KindCluster running(Path root) {
    return new KindCluster(root.resolve("e2e/kind/cluster"));
  }

  @Override
  public List<String> nodes() {
    return Arrays.asList(call("", "nodes").split("\\s+", -1));
  }

  @Override
  public String nodeOf(String mac) {
    return call("", "node-of", mac);
  }

  @Override
  public List<String> pool() {
    return List.of(prefix + ".100.0/24", "fc00:f853:ccd:e793::100:0/120");
  }

  @Override
  public String secondPool() {
    return prefix + ".101.0/24";
  }

  @Override
  public String clientAddress() {
    return call("", "client-address");
  }

  @Override
  public String echoImage() {
    return "harp-echo:e2e";
  }

  @Override
  public void load(Path archive) {
    call("", "load", archive.toString());
  }

  @Override
  public String kubectl(String input, String... args) {
    return call(input, "kubectl", args);
  }

  @Override
  public String helm(String... args) {
    return call("", "helm", args);
  }

  @Override
  public String onClient(String text) {
    return call("", "client", text);
  }

  @Override
  public String onNode(String node, String text) {
    return call("", "node", node, text);
  }

  @Override
  public void powerOff(String node) {
    call("", "power-off", node);
  }

  @Override
  public void powerOn(String node) {
    call("", "power-on", node);
  }

  @Override
  public void stopApiServer() {
    call("", "api-stop");
  }

  @Override
  public void startApiServer() {
    call("", "api-start");
  }

  /** Leaves it: {@code ./dev kind down} takes it down, so that it can be looked at. */
  @Override
  public void close() {}

  private String call(String input, String verb, String... args) {
    List<String> command = new ArrayList<>(List.of(script.toString(), verb));
    command.addAll(List.of(args));
    return shell.run(input, command);
  }
}
