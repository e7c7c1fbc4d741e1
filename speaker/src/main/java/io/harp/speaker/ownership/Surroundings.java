package io.harp.speaker.ownership;

import io.harp.model.Address;
import io.harp.model.MacAddress;
import io.harp.speaker.protocol.Message.Group;
import io.harp.speaker.protocol.Trailer;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What the speaker around the holdings knows, asked at the moment of need. */
interface Surroundings {

  /** Whether a frame about an address may be sent now. */
  boolean maySend(long now);

  /**
   * The trailer of this speaker's frames about an address held since {@code since} (wall clock ms,
   * 0 for not held).
   */
  Trailer trailer(long since);

  /**
   * The interfaces on which to speak about an address: usable, and allowed by its advertisements.
   */
  Set<Integer> links(Address address);

  /** Whether the plan of the present view puts an address here; no other plan counts. */
  boolean plannedHere(Address address);

  /** Whether a MAC is known to be a speaker's. */
  boolean isSpeaker(MacAddress mac);

  /** The group of an address; null once nobody wants it any longer. */
  @Nullable Group group(Address address);

  /** The wall clock as it was at the start plus the time that passed since: it never jumps. */
  long wallMs(long now);
}
