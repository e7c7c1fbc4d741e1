package io.harp.speaker.link;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.harp.model.Ipv4;
import io.harp.model.Ipv6;
import io.harp.model.MacAddress;
import io.harp.speaker.announcement.Link;
import io.harp.speaker.announcement.Link.Subnet;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class InterfacesTest {

  private static final MacAddress MAC = MacAddress.parse("52:54:00:12:34:56");
  private static final String UP_BROADCAST_MULTICAST = "0x1003";

  @TempDir Path dir;

  @BeforeEach
  void record() throws IOException {
    // As on a worker node: a NIC, a bond of two, a VLAN on it, and what containers bring.
    nic("lo", 1, 772, "0x9", "00:00:00:00:00:00", "1");
    nic("eth0", 2, 1, UP_BROADCAST_MULTICAST, MAC.toString(), "1");
    nic("eth1", 3, 1, "0x1903", "52:54:00:00:00:01", "1");
    nic("eth2", 4, 1, "0x1903", "52:54:00:00:00:01", "0");
    for (String port : List.of("eth1", "eth2")) {
      Files.createSymbolicLink(
          dir.resolve("net").resolve(port).resolve("master"), Path.of("../bond0"));
    }
    nic("bond0", 5, 1, "0x1403", "52:54:00:00:00:01", "1");
    nic("bond0.10", 6, 1, UP_BROADCAST_MULTICAST, "52:54:00:00:00:01", "1");
    nic("eth3", 7, 1, "0x1002", "52:54:00:00:00:03", null);
    nic("eth4", 8, 1, UP_BROADCAST_MULTICAST, "52:54:00:00:00:04", "0");
    nic("wg0", 9, 65534, "0x10091", "", "1");
    nic("ipvs9", 10, 1, "0x1083", "52:54:00:00:00:09", "1");
    nic("cali12ab", 11, 1, UP_BROADCAST_MULTICAST, "ee:ee:ee:ee:ee:ee", "1");
    nic("tun0", 12, 512, "0x11", "", "1");
    Files.writeString(
        dir.resolve("if_inet6"),
        """
        00000000000000000000000000000001 01 80 10 80       lo
        20010db8000000000000000000000010 02 40 00 80     eth0
        fe80000000000000505400fffe123456 02 40 20 80     eth0
        fe80000000000000505400fffe000001 05 40 20 c0    bond0
        fe80000000000000505400fffe000002 06 40 20 88 bond0.10
        fe80000000000000505400fffe000004 08 40 20 c4     eth4
        """);
  }

  @Test
  void choosesWhatCanBroadcastAndStandsForItself() {
    assertEquals(
        List.of("eth0", "bond0", "bond0.10", "eth4"),
        read().links().stream().map(Link::name).toList());
  }

  @Test
  void describesALinkWithItsSubnets() {
    assertEquals(
        new Link(
            2,
            "eth0",
            MAC,
            true,
            List.of(
                new Subnet(Ipv4.parse("10.0.0.10"), 24),
                new Subnet(Ipv6.parse("2001:db8::10"), 64),
                new Subnet(Ipv6.parse("fe80::5054:ff:fe12:3456"), 64))),
        read().links().getFirst());
  }

  @Test
  void keepsALinkWithoutCarrier() {
    assertEquals(false, link("eth4").carrier());
  }

  @Test
  void aLinkThatWasOutBetweenTwoLooksFlapped() throws IOException {
    Interfaces before = read();
    assertEquals(List.of("eth0"), read().flapped(before, Set.of("eth0", "eth4", "lo")));
    assertEquals(List.of(), read().flapped(before, Set.of()));
    Files.writeString(dir.resolve("net/eth0/carrier"), "0\n");
    assertEquals(List.of(), read().flapped(before, Set.of("eth0")), "it is still out");
    assertEquals(List.of(), read().flapped(Interfaces.NONE, Set.of("eth4")), "it is new");
  }

  @Test
  void takesWhatPortsAndDownInterfacesSendForOurs() {
    List<MacAddress> macs = read().macs();
    assertTrue(macs.contains(MacAddress.parse("52:54:00:00:00:01")));
    assertTrue(macs.contains(MacAddress.parse("52:54:00:00:00:03")));
    assertEquals(macs.stream().distinct().toList(), macs);
  }

  @Test
  void saysWhyAnInterfaceMayNotSpeak() {
    Map<String, String> expected =
        Map.of(
            "lo", "it is a loopback",
            "eth1", "it is a port of another interface",
            "eth3", "it is down",
            "ipvs9", "it does no ARP",
            "tun0", "it is no Ethernet interface");
    for (Nic nic : sysfs().read(Exclusions.of(List.of()))) {
      if (expected.containsKey(nic.name())) {
        assertEquals(
            Optional.ofNullable(expected.get(nic.name())),
            Interfaces.refusal(nic, Exclusions.of(List.of())),
            nic.name());
      }
    }
  }

  // Flags as drivers/net/vrf.c sets them: up, no ARP, master; its ports keep theirs.
  @Test
  void neitherAVrfNorItsPortsSpeak() throws IOException {
    nic("vrf-blue", 20, 1, "0x481", "52:54:00:00:00:20", "1");
    port("eth7", 21, UP_BROADCAST_MULTICAST, "vrf-blue");
    refused("vrf-blue", "it does no ARP");
    refused("eth7", "it is a port of another interface");
  }

  // As net/openvswitch makes them: each card in a bridge has the datapath, which is down, for its
  // master and is promiscuous; the bridge itself is an internal port and has none.
  @Test
  void ofOpenVswitchTheBridgeSpeaks() throws IOException {
    nic("ovs-system", 22, 1, "0x1002", "52:54:00:00:00:22", null);
    port("eth8", 23, "0x1103", "ovs-system");
    nic("br-ex", 24, 1, UP_BROADCAST_MULTICAST, "52:54:00:00:00:23", "1");
    nic("br-int", 25, 1, "0x1002", "52:54:00:00:00:25", null);
    port("genev_sys_6081", 26, UP_BROADCAST_MULTICAST, "ovs-system");
    refused("ovs-system", "it is down");
    refused("eth8", "it is a port of another interface");
    refused("br-int", "it is down");
    refused("genev_sys_6081", "it is a port of another interface");
    assertEquals("br-ex", link("br-ex").name());
  }

  @Test
  void leavesOutWhatVanishesMeanwhile() throws IOException {
    Files.delete(dir.resolve("net/eth0/flags"));
    assertEquals("bond0", read().links().getFirst().name());
  }

  @Test
  void excludesByTheListOfMetalLb() {
    for (String name : List.of("docker0", "veth1a2b", "cali12", "cni0", "lo", "kube-ipvs0")) {
      assertTrue(Exclusions.DEFAULT.matches(name), name);
    }
    for (String name : List.of("eth0", "lo0", "mycali", "bond0.10", "br-docker")) {
      assertEquals(false, Exclusions.DEFAULT.matches(name), name);
    }
  }

  @Test
  void readsMetalLbsExcludeFile() throws IOException {
    Path file = dir.resolve("excludel2.yaml");
    Files.writeString(
        file, "# ours\nannouncedInterfacesToExclude:\n- ^docker.*\n  - \"^lo$\"\n- 'mgmt'\n");
    Exclusions read = Exclusions.read(file);
    assertTrue(read.matches("docker0"));
    assertTrue(read.matches("lo"));
    assertTrue(read.matches("eth-mgmt0"));
    assertEquals(false, read.matches("eth0"));
    Files.writeString(file, "announcedInterfacesToExclude: [\"^docker.*\", ^lo$]\n");
    assertTrue(Exclusions.read(file).matches("docker0"));
    assertEquals(false, Exclusions.read(dir.resolve("missing")).matches("lo"));
  }

  @Test
  void refusesAnExcludeFileItCannotUse() throws IOException {
    Path file = dir.resolve("excludel2.yaml");
    Files.writeString(file, "announcedInterfacesToExclude:\n- \"^(docker\"\n");
    assertRefuses(file, "\"^(docker\" is no regular expression");
    Files.writeString(file, "interfaces: eth0\n");
    assertRefuses(file, "announcedInterfacesToExclude");
  }

  private void port(String name, int index, String flags, String master) throws IOException {
    nic(name, index, 1, flags, "52:54:00:00:01:" + index, "1");
    Files.createSymbolicLink(
        dir.resolve("net").resolve(name).resolve("master"), Path.of("../" + master));
  }

  private void refused(String name, String why) {
    Nic nic =
        sysfs().read(Exclusions.DEFAULT).stream()
            .filter(n -> n.name().equals(name))
            .findFirst()
            .orElseThrow();
    assertEquals(Optional.of(why), Interfaces.refusal(nic, Exclusions.DEFAULT), name);
    assertTrue(read().links().stream().noneMatch(l -> l.name().equals(name)), name);
  }

  private static void assertRefuses(Path file, String reason) {
    Exception refused = assertThrows(IllegalArgumentException.class, () -> Exclusions.read(file));
    assertTrue(refused.toString().contains(reason), refused.toString());
  }

  private Interfaces read() {
    return Interfaces.of(sysfs().read(Exclusions.DEFAULT), Exclusions.DEFAULT);
  }

  private Link link(String name) {
    return read().links().stream().filter(l -> l.name().equals(name)).findFirst().orElseThrow();
  }

  private Sysfs sysfs() {
    return new Sysfs(
        dir.resolve("net"),
        dir.resolve("if_inet6"),
        name -> name.equals("eth0") ? List.of(new Subnet(Ipv4.parse("10.0.0.10"), 24)) : List.of());
  }

  // A carrier that is null cannot be read, as with an interface that is down.
  private void nic(
      String name, int index, int type, String flags, String mac, @Nullable String carrier)
      throws IOException {
    Path nic = Files.createDirectories(dir.resolve("net").resolve(name));
    Files.writeString(nic.resolve("ifindex"), index + "\n");
    Files.writeString(nic.resolve("type"), type + "\n");
    Files.writeString(nic.resolve("flags"), flags + "\n");
    Files.writeString(nic.resolve("address"), mac + "\n");
    if (carrier != null) {
      Files.writeString(nic.resolve("carrier"), carrier + "\n");
    }
  }
}
