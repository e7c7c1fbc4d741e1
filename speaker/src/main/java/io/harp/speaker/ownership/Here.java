package io.harp.speaker.ownership;

import io.harp.model.Address;
import io.harp.model.MacAddress;
import io.harp.speaker.protocol.Message.Group;
import io.harp.speaker.protocol.Trailer;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The surroundings of a real speaker, asked of its parts. */
record Here(
    Fence fence, Roster roster, Planning planning, Picture picture, Cards cards, long wallOffsetMs)
    implements Surroundings {

  @Override
  public boolean maySend(long now) {
    return fence.isOpen(now);
  }

  @Override
  public Trailer trailer(long since) {
    int seq = planning.present().map(p -> p.epoch().seq()).orElse(0);
    return Trailer.of(roster.self(), roster.view(), seq, since);
  }

  @Override
  public Set<Integer> links(Address address) {
    return cards.of(address, picture.group(address));
  }

  @Override
  public boolean plannedHere(Address address) {
    return planning.assignment(address).filter(a -> a.owner().equals(roster.self())).isPresent();
  }

  @Override
  public boolean isSpeaker(MacAddress mac) {
    return roster.isSpeaker(mac);
  }

  @Override
  public @Nullable Group group(Address address) {
    return picture.group(address);
  }

  @Override
  public long wallMs(long now) {
    return now + wallOffsetMs;
  }
}
