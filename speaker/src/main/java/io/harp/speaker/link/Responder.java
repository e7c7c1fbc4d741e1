package io.harp.speaker.link;

import io.harp.model.MacAddress;
import io.harp.speaker.announcement.Gate;
import io.harp.speaker.announcement.Heard;
import io.harp.speaker.link.Watched.Entry;
import io.harp.speaker.link.WireCounters.Drop;
import io.harp.speaker.packet.ArpPacket;
import io.harp.speaker.packet.EthernetFrame;
import io.harp.speaker.packet.NeighborAdvertisement;
import io.harp.speaker.packet.NeighborSolicitation;
import java.util.Collection;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What one interface does with each received frame: answer it if it asks for an address held here,
 * and report it if it is about a watched one. Used by one thread; for frames about other addresses,
 * and for answers, it allocates nothing.
 */
final class Responder {

  /** Where answers go. */
  @FunctionalInterface
  interface Out {
    /** Whether the first {@code length} bytes were sent. The array is used again. */
    boolean send(byte[] frame, int length);
  }

  private final Supplier<Watched> watched;
  private final Gate gate;
  private final WireCounters counters;
  private final Consumer<Heard> heard;
  private final Out out;
  private final byte[] reply = new byte[EthernetFrame.MAX_LENGTH];

  Responder(
      Supplier<Watched> watched, Gate gate, WireCounters counters, Consumer<Heard> heard, Out out) {
    this.watched = watched;
    this.gate = gate;
    this.counters = counters;
    this.heard = heard;
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
      solicitation(frame, self);
    } else if (NeighborAdvertisement.isValid(frame, length)) {
      advertisement(frame, self);
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
    if (asked.isAnsweredOn(self.link())) {
      asked.counts.requestsReceived.increment();
      send(asked, ArpPacket.reply(frame, self.mac(), reply));
    }
    if (sender == 0) {
      heard.accept(
          new Heard.Probe(
              self.link(), asked.address, new MacAddress(mac), ArpPacket.trailer(frame, length)));
    }
  }

  private void solicitation(byte[] frame, Self self) {
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
    if (asked.isAnsweredOn(self.link())) {
      asked.counts.requestsReceived.increment();
      send(asked, NeighborAdvertisement.reply(frame, self.mac(), reply));
    }
    if (NeighborSolicitation.isProbe(frame)) {
      heard.accept(
          new Heard.Probe(
              self.link(),
              asked.address,
              new MacAddress(mac),
              NeighborSolicitation.trailer(frame)));
    }
  }

  private void advertisement(byte[] frame, Self self) {
    Entry claimed =
        find(NeighborAdvertisement.targetHigh(frame), NeighborAdvertisement.targetLow(frame));
    if (claimed == null) {
      return;
    }
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

  private @Nullable Entry find(long high, long low) {
    return watched.get().find(high, low);
  }

  // A forged asker would make us answer to everybody, or to ourselves.
  private static boolean canAsk(long mac, Self self) {
    return mac != 0 && !EthernetFrame.isGroup(mac) && mac != self.mac();
  }

  private void send(Entry entry, int length) {
    // Nothing may come between this check and the send: see the fence in the ownership protocol.
    if (!gate.isOpen()) {
      drop(Drop.MUTE);
    } else if (out.send(reply, length)) {
      entry.counts.responsesSent.increment();
    }
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
