package io.harp.speaker.ownership;

import io.harp.model.Address;
import io.harp.speaker.announcement.FramePort;
import io.harp.speaker.announcement.Held;
import io.harp.speaker.protocol.Trailer;
import java.util.Optional;
import java.util.Set;

/** A wire that takes every frame and brings none, unless a test says otherwise. */
class DeafPort implements FramePort {

  @Override
  public void publish(Held held, Set<Address> watched) {}

  @Override
  public void announce(int link, Address address, Optional<Trailer> trailer) {}

  @Override
  public void probe(int link, Address address, Optional<Trailer> trailer) {}

  @Override
  public long lastForeignMs(int link) {
    return Long.MIN_VALUE;
  }
}
