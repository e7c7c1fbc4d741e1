package io.harp.e2e.net;

import io.harp.model.MacAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Every name and number of the lab in one place. All of it lives inside namespaces of its own, so
 * two labs with the same plan run side by side.
 *
 * <pre>
 *  api 10.78.0.1 --+-- brm (management 10.78.0.0/24) --+------+------+
 *                                                      n1     n2     n3
 *  cl, cold -------+-- br0 (LAN 10.77.0.0/16, fd77::/64) +----+------+-- gw -- far 10.79.0.2
 * </pre>
 *
 * @param nodes how many nodes there are, 1-9
 */
public record LabPlan(int nodes) {

  public static final String POOL_V4 = "10.77.100.0/24";
  public static final String POOL_V6 = "fd77::100:0/120";

  /** On the LAN, in no pool, on no machine. */
  public static final String UNUSED_ADDRESS = "10.77.200.1";

  public static final String CLUSTER_IPS_V4 = "10.96.0.0/16";
  public static final String CLUSTER_IPS_V6 = "fd96::/108";
  public static final String GATEWAY_V4 = "10.77.0.254";
  public static final String GATEWAY_V6 = "fd77::254";
  public static final String API_ADDRESS = "10.78.0.1";
  public static final int API_PORT = 6443;
  public static final int MEMBERSHIP_PORT = 7472;
  public static final int OPS_PORT = 7473;
  public static final int BACKEND_PORT = 8080;
  public static final String LAN_INTERFACE = "eth0";
  public static final String MANAGEMENT_INTERFACE = "mgmt0";
  public static final String NAMESPACE = "metallb-system";

  public LabPlan {
    if (nodes < 1 || nodes > 9) {
      throw new IllegalArgumentException(nodes + " nodes: a lab has 1 to 9");
    }
  }

  /** One machine on the LAN. {@code id} is the last byte of its MAC address. */
  public record Host(String name, int id, String v4, String v6) {
    public MacAddress mac() {
      return new MacAddress(0x0277_0000_0000L | id);
    }
  }

  public Host node(int number) {
    return new Host("n" + number, number, "10.77.0.1" + number, "fd77::1" + number);
  }

  public String management(int number) {
    return "10.78.0.1" + number;
  }

  public List<Host> allNodes() {
    List<Host> hosts = new ArrayList<>();
    for (int i = 1; i <= nodes; i++) {
      hosts.add(node(i));
    }
    return hosts;
  }

  /** The client whose kernel keeps its neighbour cache: it notices a move only when it is told. */
  public Host warmClient() {
    return new Host("cl", 0x65, "10.77.0.101", "fd77::101");
  }

  /**
   * The client that asks for the address anew each time. Its questions come from 32 addresses, this
   * and the following ones.
   */
  public Host coldClient() {
    return new Host("cold", 0x66, "10.77.1.0", "fd77::1:0");
  }

  public Host gateway() {
    return new Host("gw", 0xfe, GATEWAY_V4, GATEWAY_V6);
  }

  /** The name of the machine with this MAC address, or the address itself for a stranger. */
  public String nameOf(String mac) {
    return machine(mac).map(Host::name).orElse(mac);
  }

  private Optional<Host> machine(String mac) {
    List<Host> all = new ArrayList<>(allNodes());
    all.add(warmClient());
    all.add(coldClient());
    all.add(gateway());
    return all.stream().filter(h -> h.mac().toString().equals(mac)).findFirst();
  }
}
