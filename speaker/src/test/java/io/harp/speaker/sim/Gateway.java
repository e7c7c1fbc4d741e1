package io.harp.speaker.sim;

import io.harp.model.Ipv4;
import io.harp.model.MacAddress;
import io.harp.speaker.sim.Lan.Frame;

/** A host that only answers for its own address. */
final class Gateway implements Lan.Station {

  static final Ipv4 ADDRESS = Ipv4.parse("192.0.2.1");

  private final Lan lan;
  private final int station;

  Gateway(Lan lan) {
    this.lan = lan;
    this.station = lan.add(this);
  }

  @Override
  public MacAddress mac() {
    return new MacAddress(0x0200_0000_e001L);
  }

  @Override
  public void receive(Frame frame) {
    if (frame.address().equals(ADDRESS) && frame instanceof Frame.Probe) {
      lan.unicast(station, frame.sender(), new Frame.Answer(ADDRESS, mac()));
    }
  }
}
