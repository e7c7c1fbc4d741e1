package io.harp.speaker.ownership;

import io.harp.model.Address;
import io.harp.model.MacAddress;
import io.harp.speaker.protocol.Member;
import io.harp.speaker.protocol.Message.Group;
import io.harp.speaker.protocol.Trailer;
import io.harp.speaker.protocol.View;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Everything may be sent and is planned here, on one link; nobody else is known. */
class OpenSurroundings implements Surroundings {

  private final Member self;
  private final View view;

  OpenSurroundings(Member self, View view) {
    this.self = self;
    this.view = view;
  }

  @Override
  public boolean maySend(long at) {
    return true;
  }

  @Override
  public Trailer trailer(long since) {
    return Trailer.of(self, view, 1, since);
  }

  @Override
  public Set<Integer> links(Address address) {
    return Set.of(1);
  }

  @Override
  public boolean plannedHere(Address address) {
    return true;
  }

  @Override
  public boolean isSpeaker(MacAddress mac) {
    return false;
  }

  @Override
  public @Nullable Group group(Address address) {
    return null;
  }

  @Override
  public long wallMs(long at) {
    return 1_760_000_000_000L + at;
  }
}
