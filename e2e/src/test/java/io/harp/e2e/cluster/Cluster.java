package io.harp.e2e.cluster;

import java.nio.file.Path;
import java.util.List;

/**
 * A Kubernetes cluster with kubelets and kube-proxies, a LAN, and a client on that LAN. Commands
 * return what they print, and throw {@link IllegalStateException} with that if they fail.
 */
interface Cluster extends AutoCloseable {

  /** Names of the nodes that run pods, 3 or more. */
  List<String> nodes();

  /** The node with this MAC address on the LAN; the address itself for a stranger. */
  String nodeOf(String mac);

  /** Addresses of the LAN for a pool, an IPv4 and an IPv6 range, that no host has. */
  List<String> pool();

  /** Such a range for a second installation. */
  String secondPool();

  /** The client's IPv4 address. */
  String clientAddress();

  /** An image whose pods answer on port 8080: {@code POD NODE [from] ADDRESS:PORT}. */
  String echoImage();

  /** Puts an image into every node. */
  void load(Path archive);

  /** Runs kubectl as the cluster's administrator; {@code input} is what it reads. */
  String kubectl(String input, String... args);

  /** Runs helm as the cluster's administrator. */
  String helm(String... args);

  /** Runs a shell script in the network of the client on the LAN. */
  String onClient(String script);

  /** Runs a shell script on a node. */
  String onNode(String node, String script);

  /** Cuts the power: nothing says goodbye. */
  void powerOff(String node);

  /** Boots a node whose power was cut. */
  void powerOn(String node);

  void stopApiServer();

  void startApiServer();

  /** Takes it down. */
  @Override
  void close();
}
