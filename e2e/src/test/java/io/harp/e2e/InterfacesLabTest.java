package io.harp.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.harp.e2e.net.Namespace;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * One node whose LAN port becomes a part of other interfaces, as administrators build them. What
 * the kernel of this machine does not have is skipped with a reason; the decisions about it are
 * tested on recorded trees of {@code /sys} in the speaker.
 */
@NeedsLab
class InterfacesLabTest {

  private static final String ADDRESS = "10.77.100.1";
  private static final String ADDRESS6 = "fd77::100:1";
  private static final String OWN = "10.77.0.11/16";
  private static final String MAC = "02:77:00:00:0b:01";

  private static SpeakerLab speakers;

  @BeforeAll
  static void start() {
    speakers = SpeakerLab.start(LabOptions.harp().withNodes(1).withSpeakerArgs("--promiscuous"));
    speakers
        .lab()
        .cluster()
        .applyYaml(
            """
            apiVersion: v1
            kind: Service
            metadata: {name: web, namespace: default}
            spec:
              type: LoadBalancer
              ipFamilyPolicy: RequireDualStack
              selector: {app: web}
              ports: [{name: http, port: 80}]
            """);
    speakers.lab().cluster().assign("web", ADDRESS, ADDRESS6);
    speakers.watch(ADDRESS).close();
  }

  @AfterAll
  static void stop() {
    speakers.close();
  }

  @AfterEach
  void asItWas() {
    shell(
        "for i in br7 mv7 eth0.7 bond7 vrf7; do ip link del $i; done;"
            + " ip link set eth0 nomaster; ip link set eth0 up; ip addr add "
            + OWN
            + " dev eth0; ip -6 addr add fd77::11/64 dev eth0 nodad; true");
  }

  @Test
  void aPromiscuousSpeakerReceivesAllFrames() {
    assertTrue(shell("ip -d link show eth0").contains("promiscuity 2"), shell("ip -d link"));
  }

  @Test
  void aBridgeSpeaksForItsPort() {
    shell(
        "ip link add br7 address "
            + MAC
            + " type bridge; ip link set br7 up; ip link set eth0 master br7;"
            + " ip addr flush dev eth0; ip addr add "
            + OWN
            + " dev br7");
    answeredBy(MAC);
    shell("ip link set eth0 nomaster; ip link del br7");
    answeredBy(speakers.node("n1").mac().toString());
  }

  @Test
  void aMacvlanHearsSolicitationsForTheAddress() {
    // It filters multicast as a network card does, so only joined groups come through.
    shell(
        "ip addr flush dev eth0; ip link add mv7 link eth0 address "
            + MAC
            + " type macvlan mode bridge; ip link set mv7 up; ip addr add "
            + OWN
            + " dev mv7");
    answeredByAlso(MAC);
  }

  @Test
  void aPortIsFollowedThroughANewNameAndANewMac() {
    shell("ip link set eth0 down; ip link set eth0 name lan7; ip link set lan7 up");
    try {
      answeredBy(speakers.node("n1").mac().toString());
      shell("ip link set lan7 address " + MAC);
      answeredBy(MAC);
    } finally {
      shell(
          "ip link set lan7 down; ip link set lan7 address "
              + speakers.node("n1").mac()
              + "; ip link set lan7 name eth0; ip link set eth0 up");
    }
  }

  @Test
  void aVlanSpeaksOnlyToItsOwn() {
    needs("link add link eth0 name eth0.7 type vlan id 7");
    shell("ip link set eth0.7 up; ip addr add 10.70.0.1/24 dev eth0.7");
    assertTrue(
        SpeakerLab.await(2_000, () -> speakers.node("n1").speaker().tail(50).contains("eth0.7:")),
        speakers.node("n1").speaker().tail(20));
    answeredBy(speakers.node("n1").mac().toString());
  }

  @Test
  void aBondSpeaksForItsPorts() {
    needs("link add bond7 address " + MAC + " type bond mode active-backup");
    shell(
        "ip link set eth0 down; ip link set eth0 master bond7; ip link set bond7 up;"
            + " ip addr add "
            + OWN
            + " dev bond7");
    answeredBy(MAC);
  }

  @Test
  void aPortOfAVrfIsSilent() {
    needs("link add vrf7 type vrf table 7");
    shell("ip link set vrf7 up; ip link set eth0 master vrf7");
    assertTrue(SpeakerLab.await(5_000, () -> !asked(ADDRESS).contains("reply from")));
  }

  @Test
  void theInternalPortOfAnOpenVSwitchSpeaks() {
    assumeTrue(
        shell("command -v ovs-vsctl && ovs-vsctl show; echo status $?").endsWith("status 0"),
        "this machine runs no Open vSwitch");
    shell("ovs-vsctl add-br br7 && ovs-vsctl add-port br7 eth0 && ip link set br7 up");
    try {
      assertTrue(SpeakerLab.await(5_000, () -> asked(ADDRESS).contains("reply from")));
    } finally {
      shell("ovs-vsctl del-br br7");
    }
  }

  /** Both families are answered with this MAC and no other. */
  private static void answeredBy(String mac) {
    answeredByAlso(mac);
    String answers = asked(ADDRESS).toLowerCase(Locale.ROOT);
    for (String line : answers.lines().filter(l -> l.contains("reply from")).toList()) {
      assertTrue(line.contains(mac), answers);
    }
  }

  private static void answeredByAlso(String mac) {
    assertTrue(
        SpeakerLab.await(5_000, () -> asked(ADDRESS).toLowerCase(Locale.ROOT).contains(mac)),
        () -> mac + " does not answer: " + asked(ADDRESS) + speakers.lab().tails(30));
    for (String address : List.of(ADDRESS, ADDRESS6)) {
      assertTrue(
          SpeakerLab.await(
              5_000,
              () -> {
                onClient("ip neigh del " + address + " dev eth0");
                onClient("echo > /dev/udp/" + address + "/9; sleep 0.1");
                return onClient("ip neigh show " + address + " dev eth0").contains("lladdr");
              }),
          () -> address + " is not resolved: " + onClient("ip neigh"));
    }
    assertFalse(onClient("ip neigh show " + ADDRESS6).contains("FAILED"));
    assertEquals(1, speakers.lab().nodes().size());
  }

  private static String asked(String address) {
    return onClient("arping -c 2 -w 1 -I eth0 " + address);
  }

  private static void needs(String command) {
    String tried = shell("ip " + command + " && echo made");
    assumeTrue(tried.contains("made"), "the kernel of this machine refuses: ip " + command);
  }

  private static String onClient(String command) {
    return in(speakers.lab().lan().machine("cl"), command);
  }

  private static String shell(String command) {
    return in(speakers.lab().lan().machine("n1"), command);
  }

  private static String in(Namespace machine, String command) {
    return machine.run("", "bash", "-c", "{ " + command + "; } 2>&1; true");
  }
}
