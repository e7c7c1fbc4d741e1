package io.harp.speaker.sim;

import io.harp.model.Address;
import io.harp.model.MacAddress;
import io.harp.speaker.sim.Lan.Frame;
import java.util.Optional;

/** A host that is no speaker and has an address of the pool, as long as it is told to. */
final class Stranger implements Lan.Station {

  private final Lan lan;
  private final Address address;
  private final int station;
  boolean there = true;
  int defences;

  /**
   * @param address what it has
   */
  Stranger(Lan lan, Address address) {
    this.lan = lan;
    this.address = address;
    this.station = lan.add(this);
  }

  /** Says that it has the address. */
  void claim() {
    lan.broadcast(station, new Frame.Gratuitous(address, mac(), Optional.empty()));
  }

  @Override
  public MacAddress mac() {
    return new MacAddress(0x0200_0000_e0ffL);
  }

  @Override
  public void receive(Frame frame) {
    if (!there || !frame.address().equals(address)) {
      return;
    }
    switch (frame) {
      case Frame.Gratuitous _ -> defences++;
      case Frame.Probe p -> lan.unicast(station, p.sender(), new Frame.Answer(address, mac()));
      case Frame.Request r -> lan.unicast(station, r.sender(), new Frame.Answer(address, mac()));
      case Frame.Answer _ -> {}
    }
  }
}
