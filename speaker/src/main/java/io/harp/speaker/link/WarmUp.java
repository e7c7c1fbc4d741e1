package io.harp.speaker.link;

import io.harp.loop.Clock;
import io.harp.model.Address;
import io.harp.model.Ipv4;
import io.harp.model.Ipv6;
import io.harp.model.MacAddress;
import io.harp.speaker.announcement.Gate;
import io.harp.speaker.announcement.Held;
import io.harp.speaker.flight.FrameLog;
import io.harp.speaker.link.Responder.Self;
import io.harp.speaker.packet.ArpPacket;
import io.harp.speaker.packet.EthernetFrame;
import io.harp.speaker.packet.NeighborSolicitation;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Answers made-up questions into nowhere while the daemon starts, so that the first real one waits
 * neither for classes to load nor for an interpreter: cold, it took up to 100 ms, and those after
 * it four times as long as warm.
 */
final class WarmUp {

  private static final Logger log = LoggerFactory.getLogger(WarmUp.class);

  private static final int LINK = 1;
  private static final int ROUNDS = 300;
  private static final MacAddress ASKER = new MacAddress(0x0200_0000_0001L);
  private static final MacAddress ME = new MacAddress(0x0200_0000_0002L);
  // Documentation addresses (RFC 5737, RFC 3849).
  private static final Ipv4 IPV4 = Ipv4.parse("192.0.2.1");
  private static final Ipv6 IPV6 = Ipv6.parse("2001:db8::1");

  private WarmUp() {}

  /** On a thread of its own, which ends after about half a second. */
  static void start() {
    Thread.ofPlatform().name("warm-up").daemon().start(WarmUp::run);
  }

  private static void run() {
    respond();
    try (PacketSocket deaf = PacketSocket.deaf();
        Arena arena = Arena.ofConfined()) {
      MemorySegment buffer = arena.allocate(PacketSocket.SNAP);
      MemorySegment pollfds = Libc.pollfds(arena, deaf.fd());
      for (int i = 0; i < ROUNDS; i++) {
        Libc.poll(pollfds, 0);
        deaf.receive(buffer);
        deaf.send(buffer, 0);
      }
    } catch (IOException e) {
      // Then the first frame is a little late; opening the real sockets tells what is wrong.
      log.debug("no socket to warm up with", e);
    }
  }

  private static void respond() {
    Clock clock = Clock.system();
    Gate gate = new Gate(clock);
    gate.openAlways();
    WireCounters counters = new WireCounters();
    Set<Address> addresses = Set.of(IPV4, IPV6);
    Watched watched =
        Watched.of(Held.of(Map.of(IPV4, Set.of(LINK), IPV6, Set.of(LINK))), addresses, counters);
    Responder responder =
        new Responder(
            new AtomicReference<>(watched),
            gate,
            clock,
            counters,
            _ -> {},
            FrameLog.NONE,
            (_, _) -> true);
    Self self = new Self(LINK, ME, List.of(ME));
    byte[] arp = new byte[EthernetFrame.MAX_LENGTH];
    int arpLength =
        ArpPacket.probe(ASKER, IPV4, Optional.empty()).encode(MacAddress.BROADCAST, arp);
    byte[] solicitation = new byte[EthernetFrame.MAX_LENGTH];
    int solicitationLength =
        NeighborSolicitation.probe(ASKER, IPV6, Optional.empty())
            .encode(MacAddress.multicast(IPV6.solicitedNode()), solicitation);
    for (int i = 0; i < ROUNDS; i++) {
      responder.receive(arp, arpLength, self);
      responder.receive(solicitation, solicitationLength, self);
    }
  }
}
