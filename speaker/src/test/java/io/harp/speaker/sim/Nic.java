package io.harp.speaker.sim;

import io.harp.model.Ipv4;
import io.harp.model.MacAddress;
import io.harp.speaker.announcement.Link;
import io.harp.speaker.sim.Lan.Frame;
import java.util.List;

/** A network card of a machine, with the address for which the machine's kernel answers. */
final class Nic implements Lan.Station {

  final Machine machine;
  final Lan lan;
  final int link;
  final int station;
  boolean carrier = true;
  private final MacAddress mac;
  private final Ipv4 own;

  /**
   * @param index 0 for the first card
   */
  Nic(Machine machine, Lan lan, int index) {
    this.machine = machine;
    this.lan = lan;
    this.link = 2 + index;
    // The order of the MACs is another one on every segment, and never that of the names.
    int order = index == 0 ? machine.number * 7 % 16 : 15 - machine.number * 3 % 16;
    this.mac = new MacAddress(0x0200_0000_0000L + (index + 1) * 0x100L + order);
    this.own = new Ipv4((index == 0 ? 0xc000_0200 : 0xc633_6400) + 100 + machine.number);
    this.station = lan.add(this);
  }

  @Override
  public MacAddress mac() {
    return mac;
  }

  @Override
  public void receive(Frame frame) {
    Life life = machine.life;
    if (!machine.up || !carrier) {
      return;
    }
    if (frame.address().equals(own)) {
      answer(frame);
    }
    if (life != null) {
      life.receive(this, frame);
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

  Link facts() {
    List<Link.Subnet> subnets = List.of(new Link.Subnet(own, 24));
    return new Link(link, "eth" + (link - 2), mac, carrier, subnets);
  }

  @Override
  public String toString() {
    return machine.name + (link == 2 ? "" : "'");
  }
}
