package io.harp.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.harp.e2e.net.LabPlan;
import io.harp.e2e.net.Namespace;
import io.harp.e2e.probe.Observation.Kind;
import io.harp.e2e.probe.Outage;
import io.harp.e2e.probe.Watch;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What the usual tools on a client, and a router, make of a dual-stack address of the lab. */
@Tag("alone")
@NeedsLab
class WireLabTest {

  private static final String V4 = "10.77.100.1";
  private static final String V6 = "fd77::100:1";

  /** How much longer than a client of the LAN one behind the router may wait, in milliseconds. */
  private static final double BEHIND_MS = 100;

  private static SpeakerLab speakers;

  @BeforeAll
  static void start() {
    speakers = SpeakerLab.start(LabOptions.harp().withSpeakerArgs("--answer-ping"));
    speakers.serveDualStack("dual", V4, V6);
    speakers.watch(V6).close();
  }

  @AfterAll
  static void stop() {
    speakers.close();
  }

  @BeforeEach
  void allWell() {
    speakers.heal();
  }

  @Test
  void arpingIsAnsweredByOneAndFindsADuplicate() {
    String mac = owner().mac().toString();
    String answers = onClient("arping -c 3 -w 3 -I eth0 " + V4);
    assertEquals(List.of(mac, mac, mac), Arping.macs(answers), answers);
    String duplicate = onClient(Arping.probe(2, V4));
    assertEquals(Set.of(mac), Set.copyOf(Arping.macs(duplicate)), duplicate);
    assertTrue(duplicate.contains("status 1"), duplicate);
    String free = onClient(Arping.probe(1, LabPlan.UNUSED_ADDRESS));
    assertEquals(List.of(), Arping.macs(free), free);
    assertTrue(free.contains("status 0"), free);
  }

  @Test
  void ndisc6IsAnsweredAndRdisc6IsNot() {
    needs("ndisc6");
    String mac = owner().mac().toString().toUpperCase(java.util.Locale.ROOT);
    String found = onClient("ndisc6 -1 -w 2000 " + V6 + " eth0");
    assertTrue(found.contains("Target link-layer address: " + mac), found);
    String routers = onClient("rdisc6 -1 -r 1 -w 300 eth0");
    assertFalse(routers.contains(mac), routers);
  }

  @Test
  void duplicateAddressDetectionOfAnotherHostFails() {
    onClient("ip addr add " + V6 + "/64 dev eth0");
    try {
      assertTrue(
          SpeakerLab.await(
              5_000, () -> onClient("ip -6 addr show dev eth0 to " + V6).contains("dadfailed")),
          onClient("ip -6 addr show dev eth0"));
    } finally {
      onClient("ip addr del " + V6 + "/64 dev eth0");
    }
  }

  @Test
  void aReachableNeighborIsConfirmedByUnicastProbes() {
    // A confirmed entry stays as it is for a while; a stale one that is used is asked for by
    // unicast, and fails if nobody answers that.
    for (String address : List.of(V4, V6)) {
      onClient("ip neigh del " + address + " dev eth0; echo > /dev/udp/" + address + "/9");
      onClient("ip neigh change " + address + " dev eth0 nud stale");
      onClient("for i in 1 2 3; do echo > /dev/udp/" + address + "/9; sleep 0.1; done");
      assertTrue(
          SpeakerLab.await(
              10_000,
              () -> onClient("ip neigh show " + address + " dev eth0").contains("REACHABLE")),
          address + ": " + onClient("ip neigh show dev eth0"));
    }
  }

  @Test
  void pingIsAnsweredByTheOwnerOnly() {
    needs("ping");
    for (String address : List.of(V4, V6)) {
      String answers = onClient("ping -c 3 -i 0.2 -s 1400 -W 2 " + address);
      assertTrue(answers.contains("3 received") && !answers.contains("DUP"), answers);
    }
    String nobody = onClient("ping -c 1 -W 1 10.77.100.200");
    assertTrue(nobody.contains("0 received"), nobody);
    // From beyond the router too, and whoever owns it.
    String far = speakers.lab().lan().machine("far").run("", "ping", "-c2", "-i0.2", "-W2", V4);
    assertTrue(far.contains("2 received"), far);
  }

  @Test
  void theRecorderTellsOfAMove() {
    String heir;
    try (Watch watch = speakers.watch(V4)) {
      LabNode owner = owner();
      owner.kill();
      heir = watch.awaitOwnerOtherThan(owner.name(), 10_000);
      watch.run(500);
    }
    Namespace node = speakers.lab().lan().machine(heir);
    String file = speakers.lab().directory().resolve("frames-" + heir + ".pcap").toString();
    node.run(
        "",
        "bash",
        "-c",
        ("exec 3<>/dev/tcp/127.0.0.1/%d; printf 'GET /debug/frames.pcap?address=%s&last=60s"
                + " HTTP/1.0\\r\\n\\r\\n' >&3; sed '1,/^\\r$/d' <&3 > %s")
            .formatted(LabPlan.OPS_PORT, V4, file));
    String frames = node.run("", "bash", "-c", "tcpdump -n -e -X -r " + file + " 2>&1");
    assertTrue(frames.contains("Reply " + V4 + " is-at " + speakers.node(heir).mac()), frames);
    assertTrue(frames.contains("Request who-has " + V4), frames);
    assertFalse(frames.contains("neighbor advertisement"), frames);
    // Once as the packet's comment, once as its payload.
    String told = node.run("", "grep", "-a", "-o", V4 + ": claimed: [a-z ]*", file);
    assertTrue(told.lines().count() >= 2, told);
    assertTrue(speakers.node(heir).get("debug/frames.pcap?last=soon").contains("400 Bad Request"));
  }

  @Test
  void aRouterThatHeedsNoAnnouncementLearnsOfAMoveAtOnce() {
    gateway("/proc/sys/net/ipv4/conf/eth0/arp_accept", 0);
    theRouterFollows("arp_accept=0");
    // As routers do that take announcements for spoofing. What it asks for itself it still hears.
    gateway("/proc/sys/net/ipv4/conf/eth0/drop_gratuitous_arp", 1);
    gateway("/proc/sys/net/ipv6/conf/eth0/drop_unsolicited_na", 1);
    speakers
        .lab()
        .lan()
        .machine("gw")
        .nft(
            """
            table arp deaf {
              chain in {
                type filter hook input priority 0;
                arp operation reply arp daddr ip 10.77.100.0/24 drop
              }
            }
            table ip6 deaf {
              chain in {
                type filter hook input priority 0;
                icmpv6 type nd-neighbor-advert ip6 daddr ff02::1 drop
              }
            }
            """);
    try {
      theRouterFollows("announcements dropped");
    } finally {
      gateway("/proc/sys/net/ipv4/conf/eth0/drop_gratuitous_arp", 0);
      gateway("/proc/sys/net/ipv6/conf/eth0/drop_unsolicited_na", 0);
      speakers.lab().lan().machine("gw").nft("delete table arp deaf\ndelete table ip6 deaf\n");
    }
  }

  // A pause of a busy machine may cost a second look; a router that does not follow waits for
  // seconds, which nothing excuses.
  private static void theRouterFollows(String variant) {
    List<Double> behind = new ArrayList<>();
    do {
      speakers.heal();
      behind.add(behindRouter());
      System.out.printf("router with %s: %.0f ms behind the LAN%n", variant, behind.getLast());
      assertTrue(behind.getLast() < 1_000, variant + ": " + behind);
    } while (behind.getLast() > BEHIND_MS && behind.size() < 3);
    assertTrue(behind.getLast() <= BEHIND_MS, variant + ": " + behind);
  }

  private static double behindRouter() {
    try (Watch near = speakers.watch(V4);
        Watch far4 = speakers.lab().farClient().watch(V4);
        Watch far6 = speakers.lab().farClient().watch(V6)) {
      far4.awaitAnswer(Kind.UDP, far4.startNs(), 10_000);
      far6.awaitAnswer(Kind.UDP, far6.startNs(), 10_000);
      near.run(1_200);
      LabNode owner = speakers.node(near.awaitOwner(10_000));
      long from = owner.powerOff();
      near.awaitOwnerOtherThan(owner.name(), 10_000);
      near.run(2_500);
      double waited = near.outageSince(from).longestGapMs();
      Outage v4 = far4.outageSince(from);
      Outage v6 = far6.outageSince(from);
      return Math.max(v4.longestGapMs(), v6.longestGapMs()) - waited;
    }
  }

  private static void gateway(String setting, int value) {
    speakers.lab().lan().machine("gw").run("", "sh", "-c", "echo " + value + " > " + setting);
  }

  private static LabNode owner() {
    try (Watch watch = speakers.watch(V4)) {
      return speakers.node(watch.awaitOwner(10_000));
    }
  }

  /** What it printed, with its exit status at the end. */
  private static String onClient(String command) {
    return speakers
        .lab()
        .lan()
        .machine("cl")
        .run("", "bash", "-c", "{ " + command + "; } 2>&1; echo status $?");
  }

  private static void needs(String tool) {
    boolean there = onClient("command -v " + tool).contains("status 0");
    boolean required = System.getenv().getOrDefault("HARP_REQUIRE", "").contains("lab");
    assertTrue(there || !required, "HARP_REQUIRE asks for the lab, which needs " + tool);
    assumeTrue(there, "needs " + tool);
  }
}
