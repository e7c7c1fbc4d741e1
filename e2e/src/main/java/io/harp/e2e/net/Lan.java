package io.harp.e2e.net;

import static io.harp.e2e.net.LabPlan.BACKEND_PORT;
import static io.harp.e2e.net.LabPlan.GATEWAY_V4;
import static io.harp.e2e.net.LabPlan.GATEWAY_V6;
import static io.harp.e2e.net.LabPlan.LAN_INTERFACE;
import static io.harp.e2e.net.LabPlan.MANAGEMENT_INTERFACE;
import static io.harp.e2e.net.LabPlan.MEMBERSHIP_PORT;

import io.harp.e2e.net.LabPlan.Host;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The switches, the cables and who is plugged in. A cable is cut at the switch: the machine sees
 * its carrier go, as with a real one, and keeps its addresses.
 */
public final class Lan implements AutoCloseable {

  /** Both switches: {@code br0} carries the LAN, {@code brm} management. */
  private final Namespace rack;

  private final Map<String, Namespace> machines = new LinkedHashMap<>();
  private final LabPlan plan;

  private Lan(LabPlan plan, Namespace rack) {
    this.plan = plan;
    this.rack = rack;
  }

  /** Builds the network of a plan, with nobody at home yet. */
  public static Lan build(LabPlan plan) {
    Lan lan = new Lan(plan, Namespace.create("lan", null));
    try {
      lan.switches();
      lan.api();
      plan.allNodes().forEach(lan::node);
      lan.client(plan.warmClient());
      lan.client(plan.coldClient());
      lan.gateway(plan.gateway());
      return lan;
    } catch (RuntimeException e) {
      lan.close();
      throw e;
    }
  }

  /**
   * The machine of that name: {@code n1}, {@code cl}, {@code cold}, {@code gw}, {@code api}, {@code
   * far}.
   */
  public Namespace machine(String name) {
    Namespace machine = machines.get(name);
    if (machine == null) {
      throw new IllegalArgumentException("no machine " + name + ", there are " + machines.keySet());
    }
    return machine;
  }

  /** Pulls the LAN cable of a machine. */
  public void cutLan(String machine) {
    rack.ip("link set p-" + machine + " down");
  }

  /** Pulls its management cable. */
  public void cutManagement(String machine) {
    rack.ip("link set m-" + machine + " down");
  }

  /** Pulls both in one go. */
  public void cutBoth(String machine) {
    rack.ip("link set p-" + machine + " down", "link set m-" + machine + " down");
  }

  /** Plugs in whatever was pulled. */
  public void plugIn(String machine) {
    List<String> up = new ArrayList<>(List.of("link set p-" + machine + " up"));
    if (!machine.equals(plan.gateway().name())) {
      up.add("link set m-" + machine + " up");
    }
    rack.ip(up.toArray(String[]::new));
  }

  /** The switch swallows what the machine sends and receives on the LAN, with the carrier up. */
  public void silenceLan(String machine) {
    rack.nft("add element bridge faults silent { p-" + machine + " }\n");
  }

  /** Ends what {@link #silenceLan} began. */
  public void unsilenceLan(String machine) {
    rack.nft("delete element bridge faults silent { p-" + machine + " }\n");
  }

  /**
   * Drops frames from one machine to another on the LAN, in this direction only.
   *
   * @param from sender
   * @param to receiver
   */
  public void blockOneWay(String from, String to) {
    rack.nft("add element bridge faults oneway { p-" + from + " . p-" + to + " }\n");
  }

  /** Splits the LAN: no frame passes between a machine of {@code left} and one outside of it. */
  public void splitLan(List<String> left) {
    List<String> all = new ArrayList<>(plan.allNodes().stream().map(Host::name).toList());
    all.addAll(List.of(plan.warmClient().name(), plan.coldClient().name(), plan.gateway().name()));
    for (String a : left) {
      for (String b : all) {
        if (!left.contains(b)) {
          blockOneWay(a, b);
          blockOneWay(b, a);
        }
      }
    }
  }

  /** Ends every {@link #blockOneWay}, {@link #splitLan} and {@link #silenceLan}. */
  public void healLan() {
    rack.nft("flush set bridge faults oneway\nflush set bridge faults silent\n");
  }

  /** Drops the membership port between two nodes, both ways, on both networks; the rest passes. */
  public void blockMembership(String one, String other) {
    machine(one).nft(dropPort(address(other)));
    machine(other).nft(dropPort(address(one)));
  }

  /** Lets membership pass again everywhere. */
  public void unblockMembership() {
    for (Host host : plan.allNodes()) {
      machine(host.name()).nft("flush set ip lab strangers\n");
    }
  }

  /**
   * Lets a node take no new traffic for these addresses, as kube-proxy does for Services with
   * {@code externalTrafficPolicy: Local} that have no endpoint there. Replaces what was said
   * before.
   */
  public void serveElsewhere(String node, Collection<String> addresses) {
    StringBuilder rules =
        new StringBuilder("flush set ip lab elsewhere\nflush set ip6 lab elsewhere\n");
    for (String address : addresses) {
      String family = address.contains(":") ? "ip6" : "ip";
      rules.append("add element %s lab elsewhere { %s }\n".formatted(family, address));
    }
    machine(node).nft(rules.toString());
  }

  @Override
  public void close() {
    machines.values().forEach(Namespace::close);
    rack.close();
  }

  private void switches() {
    // No spanning tree, no snooping: a port forwards at once, as an edge port of a real switch
    // does.
    rack.ip(
        "link add br0 type bridge stp_state 0 forward_delay 0 mcast_snooping 0",
        "link add brm type bridge stp_state 0 forward_delay 0 mcast_snooping 0",
        "link set br0 up",
        "link set brm up");
    rack.nft(
        """
        table bridge faults {
          set silent { type ifname; }
          set oneway { type ifname . ifname; }
          chain forward {
            type filter hook forward priority 0;
            iifname @silent drop
            oifname @silent drop
            iifname . oifname @oneway drop
          }
        }
        """);
  }

  private void api() {
    Namespace api = add("api");
    plug(api, "m-api", MANAGEMENT_INTERFACE, "02:78:00:00:00:01", "brm");
    api.ip(
        "addr add " + LabPlan.API_ADDRESS + "/24 dev " + MANAGEMENT_INTERFACE,
        "link set " + MANAGEMENT_INTERFACE + " up");
  }

  private void node(Host host) {
    Namespace node = add(host.name());
    lanPort(node, host);
    plug(
        node,
        "m-" + host.name(),
        MANAGEMENT_INTERFACE,
        String.format("02:78:00:00:01:%02x", host.id()),
        "brm");
    node.ip(
        "addr add " + plan.management(host.id()) + "/24 dev " + MANAGEMENT_INTERFACE,
        "link set " + MANAGEMENT_INTERFACE + " up");
    node.nft(kubeProxy(host));
  }

  private void client(Host host) {
    lanPort(add(host.name()), host);
  }

  private void gateway(Host host) {
    Namespace gateway = add(host.name());
    Namespace far = add("far");
    lanPort(gateway, host);
    far.ip(
        "link add eth0 address 02:79:00:00:00:02 type veth peer name eth1 address"
            + " 02:79:00:00:00:01 netns "
            + gateway.pid(),
        "addr add 10.79.0.2/24 dev eth0",
        "addr add fd79::2/64 dev eth0 nodad",
        "link set eth0 up");
    gateway.ip(
        "addr add 10.79.0.1/24 dev eth1", "addr add fd79::1/64 dev eth1 nodad", "link set eth1 up");
    gateway.run(
        "",
        "sh",
        "-c",
        "echo 1 >/proc/sys/net/ipv4/ip_forward; echo 1 >/proc/sys/net/ipv6/conf/all/forwarding");
    far.ip("route add default via 10.79.0.1", "route add default via fd79::1");
  }

  private void lanPort(Namespace machine, Host host) {
    plug(machine, "p-" + host.name(), LAN_INTERFACE, host.mac().toString(), "br0");
    List<String> lines =
        new ArrayList<>(
            List.of(
                "addr add " + host.v4() + "/16 dev " + LAN_INTERFACE,
                "addr add " + host.v6() + "/64 dev " + LAN_INTERFACE + " nodad",
                "link set " + LAN_INTERFACE + " up"));
    if (!host.equals(plan.gateway())) {
      lines.add("route add default via " + GATEWAY_V4);
      lines.add("route add default via " + GATEWAY_V6);
    }
    machine.ip(lines.toArray(String[]::new));
  }

  private void plug(Namespace machine, String port, String inside, String mac, String bridge) {
    rack.ip(
        "link add "
            + port
            + " type veth peer name "
            + inside
            + " address "
            + mac
            + " netns "
            + machine.pid(),
        "link set " + port + " master " + bridge + " up");
  }

  private Namespace add(String name) {
    Namespace machine = Namespace.create(name, rack);
    machines.put(name, machine);
    return machine;
  }

  /**
   * Stands in for kube-proxy: traffic for any Service address that reaches this node is answered by
   * the backend of this node, with the client's address. The address is on no interface, so the
   * kernel never answers ARP or neighbour solicitations for it.
   */
  private static String kubeProxy(Host host) {
    return """
    table ip lab {
      set strangers { type ipv4_addr; }
      set elsewhere { type ipv4_addr; }
      chain local {
        type filter hook prerouting priority mangle;
        ip daddr @elsewhere ct state new drop
      }
      chain services {
        type nat hook prerouting priority dstnat;
        ip daddr { %s, %s } meta l4proto { tcp, udp } dnat to %s:%d
      }
      chain guard {
        type filter hook input priority 0;
        ip saddr @strangers tcp dport %d drop
        ip saddr @strangers tcp sport %d drop
      }
    }
    table ip6 lab {
      set elsewhere { type ipv6_addr; }
      chain local {
        type filter hook prerouting priority mangle;
        ip6 daddr @elsewhere ct state new drop
      }
      chain services {
        type nat hook prerouting priority dstnat;
        ip6 daddr { %s, %s } meta l4proto { tcp, udp } dnat to [%s]:%d
      }
    }
    """
        .formatted(
            LabPlan.POOL_V4,
            LabPlan.CLUSTER_IPS_V4,
            host.v4(),
            BACKEND_PORT,
            MEMBERSHIP_PORT,
            MEMBERSHIP_PORT,
            LabPlan.POOL_V6,
            LabPlan.CLUSTER_IPS_V6,
            host.v6(),
            BACKEND_PORT);
  }

  private String address(String node) {
    Host host =
        plan.allNodes().stream()
            .filter(h -> h.name().equals(node))
            .findFirst()
            .orElseThrow(() -> new IllegalArgumentException("no node " + node));
    return host.v4() + ", " + plan.management(host.id());
  }

  private static String dropPort(String addresses) {
    return "add element ip lab strangers { " + addresses + " }\n";
  }
}
