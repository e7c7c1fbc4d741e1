package io.harp.speaker.link;

import io.harp.loop.Clock;
import io.harp.model.MacAddress;
import io.harp.speaker.announcement.Gate;
import io.harp.speaker.announcement.Heard;
import io.harp.speaker.flight.FrameLog;
import io.harp.speaker.link.Watched.Entry;
import io.harp.speaker.link.WireCounters.Drop;
import io.harp.speaker.packet.ArpPacket;
import io.harp.speaker.packet.EchoRequest;
import io.harp.speaker.packet.EthernetFrame;
import io.harp.speaker.packet.NeighborAdvertisement;
import io.harp.speaker.packet.NeighborSolicitation;
import java.util.Collection;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What one interface does with each received frame: answer it if it asks for an address held here,
 * and report it if it is about a watched one. Used by one thread; for frames about other addresses,
 * and for answers, it allocates nothing.
 */
final class Responder {

  /**
   * Of the requests for one address and their answers one pair is noted in so many milliseconds, so
   * that a flood does not push everything else out of the log.
   */
  static final long NOTE_EVERY_MS = 20;

  /** Where answers go. */
  @FunctionalInterface
  interface Out {
    /** Whether the first {@code length} bytes were sent. The array is used again. */
    boolean send(byte[] frame, int length);
  }

  private final AtomicReference<Watched> watched;
  private final Gate gate;
  private final Clock clock;
  private final WireCounters counters;
  private final Consumer<Heard> heard;
  private final FrameLog log;
  private final Out out;
  private final byte[] reply = new byte[EthernetFrame.MAX_LENGTH];

  /**
   * @param log where frames about watched addresses are noted; of the requests for one address and
   *     their answers one in {@link #NOTE_EVERY_MS}
   */
  Responder(
      AtomicReference<Watched> watched,
      Gate gate,
      Clock clock,
      WireCounters counters,
      Consumer<Heard> heard,
      FrameLog log,
      Out out) {
    this.watched = watched;
    this.gate = gate;
    this.clock = clock;
    this.counters = counters;
    this.heard = heard;
    this.log = log;
    this.out = out;
  }

  /**
   * Handles the first {@code length} bytes of {@code frame}, whatever they are.
   *
   * @return whether another host sent it
   */
  boolean receive(byte[] frame, int length, Self self) {
    if (!EthernetFrame.isValid(frame, length)) {
      return drop(Drop.MALFORMED);
    }
    if (self.isOwn(EthernetFrame.source(frame))) {
      return drop(Drop.OWN);
    }
    long destination = EthernetFrame.destination(frame);
    if (destination != self.mac() && !EthernetFrame.isGroup(destination)) {
      drop(Drop.OTHER_HOST);
    } else if (EthernetFrame.isTagged(frame)) {
      drop(Drop.TAGGED);
    } else if (ArpPacket.isValid(frame, length)) {
      arp(frame, length, self);
    } else if (NeighborSolicitation.isValid(frame, length)) {
      solicitation(frame, length, self);
    } else if (NeighborAdvertisement.isValid(frame, length)) {
      advertisement(frame, length, self);
    } else if (EchoRequest.isIpv4(frame, length)) {
      echo(find(EchoRequest.target(frame)), frame, self);
    } else if (EchoRequest.isIpv6(frame, length)) {
      echo(find(EchoRequest.targetHigh(frame), EchoRequest.targetLow(frame)), frame, self);
    } else {
      drop(Drop.MALFORMED);
    }
    return true;
  }

  private void arp(byte[] frame, int length, Self self) {
    Watched table = watched.get();
    int sender = ArpPacket.sender(frame);
    int target = ArpPacket.target(frame);
    long mac = ArpPacket.senderMac(frame);
    if (!canAsk(mac, self)) {
      drop(Drop.MALFORMED);
      return;
    }
    boolean request = ArpPacket.isRequest(frame);
    Entry claimed = table.find(sender);
    if (claimed != null) {
      log.frame(self.link(), false, frame, length);
      boolean solicited = !request && EthernetFrame.destination(frame) == self.mac();
      heard.accept(
          new Heard.Claim(
              self.link(),
              claimed.address,
              new MacAddress(mac),
              solicited,
              ArpPacket.trailer(frame, length)));
    }
    // Who asks for what it claims to have announces; an answer would start a quarrel by itself.
    Entry asked = request && sender != target ? table.find(target) : null;
    if (asked == null) {
      return;
    }
    int answered =
        asked.isAnsweredOn(self.link()) ? send(ArpPacket.reply(frame, self.mac(), reply)) : 0;
    // Who asks does not wait for counters and notes.
    boolean noted = sender == 0 || isDue(asked);
    if (noted && claimed == null) {
      log.frame(self.link(), false, frame, length);
    }
    record(asked, answered, noted, self);
    if (sender == 0) {
      heard.accept(
          new Heard.Probe(
              self.link(), asked.address, new MacAddress(mac), ArpPacket.trailer(frame, length)));
    }
  }

  private void solicitation(byte[] frame, int length, Self self) {
    Entry asked =
        find(NeighborSolicitation.targetHigh(frame), NeighborSolicitation.targetLow(frame));
    if (asked == null) {
      return;
    }
    long mac = NeighborSolicitation.askerMac(frame);
    if (!canAsk(mac, self)) {
      drop(Drop.MALFORMED);
      return;
    }
    boolean probe = NeighborSolicitation.isProbe(frame);
    int answered =
        asked.isAnsweredOn(self.link())
            ? send(NeighborAdvertisement.reply(frame, self.mac(), reply))
            : 0;
    boolean noted = probe || isDue(asked);
    if (noted) {
      log.frame(self.link(), false, frame, length);
    }
    record(asked, answered, noted, self);
    if (probe) {
      heard.accept(
          new Heard.Probe(
              self.link(),
              asked.address,
              new MacAddress(mac),
              NeighborSolicitation.trailer(frame)));
    }
  }

  private void advertisement(byte[] frame, int length, Self self) {
    Entry claimed =
        find(NeighborAdvertisement.targetHigh(frame), NeighborAdvertisement.targetLow(frame));
    if (claimed == null) {
      return;
    }
    log.frame(self.link(), false, frame, length);
    boolean solicited =
        NeighborAdvertisement.isSolicited(frame) && EthernetFrame.destination(frame) == self.mac();
    heard.accept(
        new Heard.Claim(
            self.link(),
            claimed.address,
            new MacAddress(NeighborAdvertisement.claimantMac(frame)),
            solicited,
            NeighborAdvertisement.trailer(frame)));
  }

  // Turned into its answer where it lies: it may be as long as frames get.
  private void echo(@Nullable Entry pinged, byte[] frame, Self self) {
    if (pinged == null
        || !pinged.isAnsweredOn(self.link())
        || EthernetFrame.destination(frame) != self.mac()) {
      return;
    }
    int length =
        EthernetFrame.isIpv6(frame)
            ? EchoRequest.replyIpv6(frame, self.mac())
            : EchoRequest.replyIpv4(frame, self.mac());
    if (!gate.isOpen()) {
      drop(Drop.MUTE);
    } else if (out.send(frame, length)) {
      counters.pings.increment();
    }
  }

  private @Nullable Entry find(int bits) {
    return watched.get().find(bits);
  }

  private @Nullable Entry find(long high, long low) {
    return watched.get().find(high, low);
  }

  // A forged asker would make us answer to everybody, or to ourselves.
  private static boolean canAsk(long mac, Self self) {
    return mac != 0 && !EthernetFrame.isGroup(mac) && mac != self.mac();
  }

  // The length if it was sent, else 0.
  private int send(int length) {
    // Nothing may come between this check and the send: see the fence in the ownership protocol.
    if (!gate.isOpen()) {
      drop(Drop.MUTE);
      return 0;
    }
    return out.send(reply, length) ? length : 0;
  }

  private void record(Entry asked, int answered, boolean noted, Self self) {
    if (asked.isAnsweredOn(self.link())) {
      asked.counts.requestsReceived.increment();
    }
    if (answered > 0) {
      asked.counts.responsesSent.increment();
      if (noted) {
        log.frame(self.link(), true, reply, answered);
      }
    }
  }

  private boolean isDue(Entry entry) {
    long nowMs = clock.nowMs();
    if (nowMs - entry.notedMs < NOTE_EVERY_MS) {
      return false;
    }
    entry.notedMs = nowMs;
    return true;
  }

  private boolean drop(Drop reason) {
    counters.dropped(reason).increment();
    return false;
  }

  /** Who the responder is on its interface. */
  static final class Self {
    private final int link;
    private final long mac;
    private final long[] own;

    /**
     * @param mac the interface's present Ethernet address
     * @param own the Ethernet addresses of all interfaces of this host
     */
    Self(int link, MacAddress mac, Collection<MacAddress> own) {
      this.link = link;
      this.mac = mac.bits();
      this.own = own.stream().mapToLong(MacAddress::bits).toArray();
    }

    int link() {
      return link;
    }

    long mac() {
      return mac;
    }

    boolean isOwn(long source) {
      if (source == mac) {
        return true;
      }
      for (long each : own) {
        if (each == source) {
          return true;
        }
      }
      return false;
    }
  }
}
