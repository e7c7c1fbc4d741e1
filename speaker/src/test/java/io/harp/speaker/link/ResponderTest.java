package io.harp.speaker.link;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.harp.loop.Clock;
import io.harp.model.Ipv4;
import io.harp.model.Ipv6;
import io.harp.model.MacAddress;
import io.harp.speaker.ManualClock;
import io.harp.speaker.announcement.Gate;
import io.harp.speaker.announcement.Heard;
import io.harp.speaker.announcement.Held;
import io.harp.speaker.flight.FlightRecorder;
import io.harp.speaker.flight.FrameLog;
import io.harp.speaker.link.Responder.Self;
import io.harp.speaker.link.WireCounters.Drop;
import io.harp.speaker.packet.ArpPacket;
import io.harp.speaker.packet.ArpPacket.Operation;
import io.harp.speaker.packet.NeighborAdvertisement;
import io.harp.speaker.packet.NeighborSolicitation;
import io.harp.speaker.protocol.Trailer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

class ResponderTest {

  private static final int LINK = 7;
  private static final MacAddress ME = MacAddress.parse("02:00:00:00:00:07");
  private static final MacAddress MY_OTHER = MacAddress.parse("02:00:00:00:00:08");
  private static final MacAddress CLIENT = MacAddress.parse("02:00:00:00:00:aa");
  private static final MacAddress STRANGER = MacAddress.parse("02:00:00:00:00:bb");
  private static final Ipv4 HELD = Ipv4.parse("10.0.0.100");
  private static final Ipv4 HELD_ELSEWHERE = Ipv4.parse("10.0.0.101");
  private static final Ipv4 WATCHED = Ipv4.parse("10.0.0.102");
  private static final Ipv4 UNKNOWN = Ipv4.parse("10.0.0.103");
  private static final Ipv4 CLIENT_IP = Ipv4.parse("10.0.0.2");
  private static final Ipv6 HELD6 = Ipv6.parse("2001:db8::64");
  private static final Ipv6 WATCHED6 = Ipv6.parse("2001:db8::65");
  private static final Ipv6 CLIENT6 = Ipv6.parse("2001:db8::2");
  private static final Trailer TRAILER = new Trailer(1, 2, 3, 4, 5, 6);

  private final Gate gate = new Gate(Clock.system());
  private final WireCounters counters = new WireCounters();
  private final List<Heard> heard = new ArrayList<>();
  private final List<byte[]> sent = new ArrayList<>();
  private Self self = new Self(LINK, ME, List.of(ME, MY_OTHER));
  private final Watched watched =
      Watched.of(
          Held.of(
              Map.of(HELD, Set.of(LINK), HELD_ELSEWHERE, Set.of(LINK + 1), HELD6, Set.of(LINK))),
          Set.of(HELD, HELD_ELSEWHERE, WATCHED, HELD6, WATCHED6),
          counters);
  private final Responder responder =
      new Responder(
          new AtomicReference<>(watched),
          gate,
          Clock.system(),
          counters,
          heard::add,
          FrameLog.NONE,
          (frame, length) -> sent.add(Arrays.copyOf(frame, length)));

  ResponderTest() {
    gate.openAlways();
  }

  @Test
  void answersBroadcastAndUnicastRequestsForHeldAddresses() {
    for (MacAddress to : List.of(MacAddress.BROADCAST, ME)) {
      sent.clear();
      receive(request(CLIENT, CLIENT_IP, HELD), to);
      assertEquals(
          List.of(new ArpPacket(Operation.REPLY, ME, HELD, CLIENT, CLIENT_IP, Optional.empty())),
          arpSent());
    }
    assertEquals(2, counters.of(HELD).requestsReceived.sum());
    assertEquals(2, counters.of(HELD).responsesSent.sum());
  }

  @Test
  void answersProbesAndReportsThem() {
    receive(ArpPacket.probe(CLIENT, HELD, Optional.of(TRAILER)), MacAddress.BROADCAST);
    assertEquals(
        List.of(new ArpPacket(Operation.REPLY, ME, HELD, CLIENT, Ipv4.ANY, Optional.empty())),
        arpSent());
    assertEquals(List.of(new Heard.Probe(LINK, HELD, CLIENT, Optional.of(TRAILER))), heard);
  }

  @Test
  void answersNothingElse() {
    receive(request(CLIENT, CLIENT_IP, HELD_ELSEWHERE), MacAddress.BROADCAST);
    receive(request(CLIENT, CLIENT_IP, WATCHED), MacAddress.BROADCAST);
    receive(request(CLIENT, CLIENT_IP, UNKNOWN), MacAddress.BROADCAST);
    receive(request(CLIENT, CLIENT_IP, HELD), STRANGER);
    receive(
        new ArpPacket(Operation.REPLY, CLIENT, CLIENT_IP, ME, HELD, Optional.empty()),
        MacAddress.BROADCAST);
    assertEquals(List.of(), sent);
    assertEquals(1, counters.dropped(Drop.OTHER_HOST).sum());
  }

  @Test
  void neitherAnswersNorReportsItself() {
    receive(request(ME, CLIENT_IP, HELD), MacAddress.BROADCAST);
    receive(request(MY_OTHER, CLIENT_IP, HELD), MacAddress.BROADCAST);
    receive(
        ArpPacket.announcement(Operation.REQUEST, MY_OTHER, HELD, Optional.empty()),
        MacAddress.BROADCAST);
    assertEquals(List.of(), sent);
    assertEquals(List.of(), heard);
    assertEquals(3, counters.dropped(Drop.OWN).sum());
  }

  @Test
  void doesNotAnswerForgedAskers() {
    receiveFrom(CLIENT, request(MacAddress.BROADCAST, CLIENT_IP, HELD));
    receiveFrom(CLIENT, request(MacAddress.ZERO, CLIENT_IP, HELD));
    receiveFrom(CLIENT, request(ME, CLIENT_IP, HELD));
    assertEquals(List.of(), sent);
    assertEquals(3, counters.dropped(Drop.MALFORMED).sum());
  }

  @Test
  void isSilentWhileTheGateIsShut() {
    Gate shut = new Gate(Clock.system());
    Responder mute =
        new Responder(
            new AtomicReference<>(watched),
            shut,
            Clock.system(),
            counters,
            heard::add,
            FrameLog.NONE,
            (frame, _) -> sent.add(frame.clone()));
    byte[] frame = new byte[64];
    int length = request(CLIENT, CLIENT_IP, HELD).encode(MacAddress.BROADCAST, frame);
    mute.receive(frame, length, self);
    assertEquals(List.of(), sent);
    assertEquals(1, counters.dropped(Drop.MUTE).sum());
    assertEquals(0, counters.of(HELD).responsesSent.sum());
  }

  @Test
  void answersFromThePresentMac() {
    self = new Self(LINK, MY_OTHER, List.of(MY_OTHER));
    receive(request(CLIENT, CLIENT_IP, HELD), MacAddress.BROADCAST);
    assertEquals(MY_OTHER, arpSent().getFirst().senderMac());
  }

  @Test
  void reportsClaimsInEveryForm() {
    receive(
        ArpPacket.announcement(Operation.REQUEST, STRANGER, HELD, Optional.of(TRAILER)),
        MacAddress.BROADCAST);
    receive(
        ArpPacket.announcement(Operation.REPLY, STRANGER, WATCHED, Optional.empty()),
        MacAddress.BROADCAST);
    receive(new ArpPacket(Operation.REPLY, STRANGER, WATCHED, ME, Ipv4.ANY, Optional.empty()), ME);
    assertEquals(
        List.of(
            new Heard.Claim(LINK, HELD, STRANGER, false, Optional.of(TRAILER)),
            new Heard.Claim(LINK, WATCHED, STRANGER, false, Optional.empty()),
            new Heard.Claim(LINK, WATCHED, STRANGER, true, Optional.empty())),
        heard);
    assertEquals(List.of(), sent);
  }

  @Test
  void reportsNoRequestButAnswersAll() {
    for (int i = 0; i < 40; i++) {
      receive(request(CLIENT, CLIENT_IP, HELD), MacAddress.BROADCAST);
    }
    assertEquals(40, sent.size());
    assertEquals(List.of(), heard);
  }

  @Test
  void answersSolicitationsFromTheAddressItself() {
    receive(solicitation(CLIENT6, HELD6, Optional.of(CLIENT)), CLIENT);
    assertEquals(
        List.of(
            new NeighborAdvertisement(
                ME, HELD6, CLIENT6, HELD6, false, true, true, Optional.of(ME), Optional.empty())),
        ndpSent());
    assertEquals(List.of(), heard);
  }

  @Test
  void answersDuplicateDetectionToAllNodes() {
    receive(NeighborSolicitation.probe(CLIENT, HELD6, Optional.of(TRAILER)), CLIENT);
    NeighborAdvertisement answer = ndpSent().getFirst();
    assertEquals(NeighborAdvertisement.ALL_NODES, answer.destination());
    assertEquals(false, answer.solicited());
    assertEquals(List.of(new Heard.Probe(LINK, HELD6, CLIENT, Optional.of(TRAILER))), heard);
  }

  @Test
  void reportsAdvertisementsOfOthers() {
    byte[] out = new byte[NeighborAdvertisement.MAX_LENGTH];
    NeighborAdvertisement claim =
        NeighborAdvertisement.announcement(STRANGER, WATCHED6, Optional.of(TRAILER));
    int length = claim.encode(MacAddress.multicast(claim.destination()), out);
    responder.receive(out, length, self);
    assertEquals(
        List.of(new Heard.Claim(LINK, WATCHED6, STRANGER, false, Optional.of(TRAILER))), heard);
  }

  @Test
  void doesNotAnswerSolicitationsForOthers() {
    receive(solicitation(CLIENT6, WATCHED6, Optional.of(CLIENT)), CLIENT);
    receive(solicitation(CLIENT6, CLIENT6, Optional.of(CLIENT)), CLIENT);
    receive(solicitation(CLIENT6, HELD6, Optional.of(MacAddress.BROADCAST)), CLIENT);
    assertEquals(List.of(), sent);
  }

  // Made from those of EchoRequestTest, with this test's hosts.
  @Test
  void answersPingsForHeldAddressesOnly() {
    byte[] ping = ping(HELD);
    responder.receive(ping, ping.length, self);
    assertEquals(1, sent.size());
    assertEquals(CLIENT, MacAddress.at(sent.getFirst(), 0));
    assertEquals(0, sent.getFirst()[34]);
    for (Ipv4 other : List.of(HELD_ELSEWHERE, WATCHED, UNKNOWN)) {
      byte[] elsewhere = ping(other);
      responder.receive(elsewhere, elsewhere.length, self);
    }
    byte[] toAll = ping(HELD);
    MacAddress.BROADCAST.put(toAll, 0);
    responder.receive(toAll, toAll.length, self);
    assertEquals(1, sent.size());
    assertEquals(1, counters.pings.sum());
  }

  @Test
  void notesOneQuestionAndItsAnswerOfMany() {
    ManualClock clock = new ManualClock(0);
    FlightRecorder flight = new FlightRecorder();
    List<Boolean> noted = new ArrayList<>();
    Responder noting =
        new Responder(
            new AtomicReference<>(watched),
            gate,
            clock,
            counters,
            heard::add,
            (link, out, frame, length) -> {
              noted.add(out);
              flight.frame(link, out, frame, length);
            },
            (_, _) -> true);
    byte[] frame = new byte[64];
    int length = request(CLIENT, CLIENT_IP, HELD).encode(MacAddress.BROADCAST, frame);
    for (int ms = 0; ms < Responder.NOTE_EVERY_MS; ms++) {
      clock.now = ms;
      noting.receive(frame, length, self);
    }
    assertEquals(List.of(false, true), noted);
    clock.now = 1_000;
    noting.receive(
        frame, request(CLIENT, CLIENT_IP, UNKNOWN).encode(MacAddress.BROADCAST, frame), self);
    assertEquals(2, noted.size());
  }

  private static byte[] ping(Ipv4 target) {
    byte[] frame = new byte[42];
    ME.put(frame, 0);
    CLIENT.put(frame, 6);
    frame[12] = 8;
    frame[14] = 0x45;
    frame[17] = 28;
    frame[22] = 64;
    frame[23] = 1;
    System.arraycopy(CLIENT_IP.bytes(), 0, frame, 26, 4);
    System.arraycopy(target.bytes(), 0, frame, 30, 4);
    frame[34] = 8;
    int sum = 0;
    for (int i = 14; i < 34; i += 2) {
      sum += (frame[i] & 0xff) << 8 | frame[i + 1] & 0xff;
    }
    int checksum = ~((sum & 0xffff) + (sum >>> 16));
    frame[24] = (byte) (checksum >>> 8);
    frame[25] = (byte) checksum;
    return frame;
  }

  @Property
  void survivesAnyFrame(@ForAll byte[] bytes, @ForAll int length) {
    responder.receive(bytes, Math.floorMod(length, bytes.length + 2), self);
  }

  private void receive(ArpPacket packet, MacAddress to) {
    byte[] frame = new byte[ArpPacket.LENGTH_WITH_TRAILER];
    responder.receive(frame, packet.encode(to, frame), self);
  }

  private void receiveFrom(MacAddress from, ArpPacket packet) {
    byte[] frame = new byte[ArpPacket.LENGTH_WITH_TRAILER];
    int length = packet.encode(MacAddress.BROADCAST, frame);
    from.put(frame, 6);
    responder.receive(frame, length, self);
  }

  private void receive(NeighborSolicitation packet, MacAddress from) {
    byte[] frame = new byte[NeighborSolicitation.MAX_LENGTH];
    int length = packet.encode(MacAddress.multicast(packet.destination()), frame);
    assertEquals(from, MacAddress.at(frame, 6));
    responder.receive(frame, length, self);
  }

  private static ArpPacket request(MacAddress mac, Ipv4 sender, Ipv4 target) {
    return new ArpPacket(Operation.REQUEST, mac, sender, MacAddress.ZERO, target, Optional.empty());
  }

  private static NeighborSolicitation solicitation(
      Ipv6 source, Ipv6 target, Optional<MacAddress> option) {
    return new NeighborSolicitation(
        CLIENT, source, target.solicitedNode(), target, option, Optional.empty());
  }

  private List<ArpPacket> arpSent() {
    return sent.stream().map(f -> ArpPacket.decode(f, f.length).orElseThrow()).toList();
  }

  private List<NeighborAdvertisement> ndpSent() {
    return sent.stream().map(f -> NeighborAdvertisement.decode(f, f.length).orElseThrow()).toList();
  }
}
