package io.harp.e2e;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.harp.e2e.net.Namespace;
import java.time.Duration;
import java.time.LocalTime;
import java.time.ZoneId;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Which interfaces speak about an address, and from when on. */
@Tag("alone")
@NeedsLab
class InterfacesLabTest {

  private static final String V4 = "10.77.100.7";
  private static final String V6 = "fd77::100:7";
  private static final String MAC = "02:77:00:00:07:02";

  /** How long a link that is back may take to say what it holds. */
  private static final long ANNOUNCED_MS = 200;

  /** A busy machine may hold up one try. */
  private static final int TRIES = 3;

  @Test
  void aNodeSpeaksWhereTheAdvertisementAndTheSubnetLetIt() {
    LabOptions options =
        LabOptions.harp().withNodes(2).withSpeakerArgs("--interface-subnets=matching");
    try (SpeakerLab speakers = SpeakerLab.build(options)) {
      onlyOn(speakers, "store0");
      speakers.serveDualStack("store", V4, V6);
      speakers.lab().startSpeakers();
      speakers.awaitWhole();
      Namespace machine = speakers.lab().lan().machine("n2");
      assertFalse(isHeld(speakers, 1_000), "no node has the interface of the advertisement");

      // It filters multicast as a card does: a solicitation passes only once the group is joined.
      machine.ip(
          "link add store0 link eth0 address " + MAC + " type macvlan mode bridge",
          // No link-local address: answers need none.
          "link set store0 addrgenmode none",
          "link set store0 up");
      assertFalse(isHeld(speakers, 1_000), "the interface has no subnet of the address");

      machine.ip("addr add 10.77.7.2/16 dev store0", "addr add fd77::7:2/64 dev store0 nodad");
      assertTrue(isHeld(speakers, 10_000), "n2 has all it takes");
      assertAnswered(speakers, "arping -c 1 -w 1 -I eth0 " + V4);
      assertAnswered(speakers, "ndisc6 -1 -w 1000 " + V6 + " eth0");

      aLinkThatIsBackAnnouncesSoon(speakers);

      machine.ip("addr del 10.77.7.2/16 dev store0");
      assertTrue(
          SpeakerLab.await(10_000, () -> !isHeldBy(speakers.node("n2"))), "the subnet has gone");
    }
  }

  private static void aLinkThatIsBackAnnouncesSoon(SpeakerLab speakers) {
    LabNode node = speakers.node("n2");
    long bestMs = Long.MAX_VALUE;
    for (int i = 0; i < TRIES && bestMs > ANNOUNCED_MS; i++) {
      node.cutLan();
      // Out for half a second; the membership goes another way and nothing moves.
      boolean _ = SpeakerLab.await(500, () -> false);
      try (Capture capture = Capture.start(speakers.lab(), "cl", "arp")) {
        LocalTime from = LocalTime.now(ZoneId.systemDefault());
        node.plugIn();
        LocalTime said = capture.awaitTime("Reply " + V4 + " is-at " + MAC);
        bestMs = Math.min(bestMs, Duration.between(from, said).toMillis());
      }
    }
    assertTrue(bestMs <= ANNOUNCED_MS, "announced " + bestMs + " ms after the cable was back");
  }

  private static void assertAnswered(SpeakerLab speakers, String asking) {
    String[] said = {""};
    boolean answered =
        SpeakerLab.await(
            10_000,
            () -> {
              said[0] =
                  speakers.lab().lan().machine("cl").run("", "bash", "-c", asking + " 2>&1; true");
              return said[0].toLowerCase(java.util.Locale.ROOT).contains(MAC);
            });
    assertTrue(answered, asking + ": " + said[0]);
  }

  private static boolean isHeld(SpeakerLab speakers, long withinMs) {
    return SpeakerLab.await(
        withinMs, () -> speakers.lab().nodes().stream().anyMatch(InterfacesLabTest::isHeldBy));
  }

  private static boolean isHeldBy(LabNode node) {
    return node.get("metrics").contains("harp_held_addresses 2");
  }

  private static void onlyOn(SpeakerLab speakers, String name) {
    speakers
        .lab()
        .cluster()
        .replaceYaml(
            """
            apiVersion: metallb.io/v1beta1
            kind: L2Advertisement
            metadata: {name: edge, namespace: metallb-system}
            spec: {interfaces: [%s]}
            """
                .formatted(name));
  }
}
