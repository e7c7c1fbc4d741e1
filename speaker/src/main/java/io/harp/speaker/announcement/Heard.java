package io.harp.speaker.announcement;

import io.harp.model.Address;
import io.harp.model.MacAddress;
import io.harp.speaker.protocol.Trailer;
import java.util.Optional;

/**
 * What another host said on the segment about an address this speaker watches. Own frames are never
 * reported.
 *
 * <p>{@code trailer} is what another speaker added; empty in frames of all other hosts, and where
 * something on the way strips padding.
 */
public sealed interface Heard {

  /** The interface it was heard on. */
  int link();

  Address address();

  MacAddress sender();

  /**
   * Someone asks whether the address is in use: ARP sender 0.0.0.0, or a solicitation from {@code
   * ::}.
   */
  record Probe(int link, Address address, MacAddress sender, Optional<Trailer> trailer)
      implements Heard {}

  /**
   * Someone says it has the address: any ARP packet whose sender is the address, or an
   * advertisement for it.
   *
   * @param solicited it was sent to this host alone, as the answer to a question, rather than to
   *     all
   */
  record Claim(
      int link, Address address, MacAddress sender, boolean solicited, Optional<Trailer> trailer)
      implements Heard {}
}
