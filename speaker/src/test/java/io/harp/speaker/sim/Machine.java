package io.harp.speaker.sim;

import io.harp.model.Ipv4;
import io.harp.model.MacAddress;
import io.harp.model.NodeName;
import io.harp.speaker.announcement.Link;
import io.harp.speaker.sim.Lan.Frame;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A node: its network card, and the speaker process on it, if there is one. */
final class Machine implements Lan.Station {

  final int number;
  final NodeName name;
  final Membership membership;
  private final MacAddress mac;
  private final int station;
  private final Lan lan;
  private final Ipv4 own;
  boolean up = true;
  boolean carrier = true;
  boolean api = true;
  long wallSkewMs;

  /** Since when it hears nobody at all, in simulated ms. */
  @Nullable Long cutSince;

  @Nullable Life life;

  Machine(int number, NodeName name, Lan lan, Membership membership) {
    this.number = number;
    this.name = name;
    this.membership = membership;
    this.mac = new MacAddress(0x0200_0000_0100L + number * 7L % 16);
    this.station = lan.add(this);
    this.lan = lan;
    this.own = new Ipv4(0xc000_0200 + 100 + number);
  }

  int station() {
    return station;
  }

  @Override
  public MacAddress mac() {
    return mac;
  }

  @Override
  public void receive(Frame frame) {
    if (!up || !carrier) {
      return;
    }
    if (frame.address().equals(own)) {
      answer(frame);
    }
    if (life != null) {
      life.receive(frame);
    }
  }

  // The kernel answers for its own address, whatever becomes of the speaker.
  private void answer(Frame frame) {
    switch (frame) {
      case Frame.Probe _, Frame.Request _ ->
          lan.unicast(station, frame.sender(), new Frame.Answer(own, mac));
      case Frame.Gratuitous _, Frame.Answer _ -> {}
    }
  }

  List<Link> links() {
    return List.of(
        new Link(
            Life.LINK, "eth0", mac, carrier, List.of(new Link.Subnet(own, 24)), Optional.empty()));
  }

  boolean isAlive() {
    return life != null && life.isAlive();
  }
}
