package io.harp.speaker.announcement;

import io.harp.model.Address;
import io.harp.speaker.protocol.Trailer;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The segment as the announcer sees it. Every method may be called from the loop thread only,
 * queues nothing and never blocks; a frame that cannot be sent (link down, interface gone) is
 * counted and forgotten, since bursts repeat it.
 */
public interface FramePort {

  /** What the port tells; called on its own threads. */
  interface Events {
    /** The usable interfaces, whenever anything about one of them changed. */
    void links(List<Link> links);

    /** Links that lost their carrier and have it again, too soon to be seen without it. */
    void flapped(List<String> names);

    /** A frame about a watched address. */
    void heard(Heard heard);
  }

  /**
   * Replaces what is answered and what is watched, at once for all interfaces. Joins the
   * solicited-node groups of the watched IPv6 addresses.
   *
   * @param watched addresses whose frames are reported; a superset of the held ones
   */
  void publish(Held held, Set<Address> watched);

  /**
   * Says that {@code address} is here: gratuitous ARP as request and as reply (RFC 5227 section 3),
   * or an unsolicited neighbor advertisement with Override to all nodes (RFC 4861 section 7.2.6).
   *
   * @param trailer carried where other hosts ignore it
   */
  void announce(int link, Address address, Optional<Trailer> trailer);

  /**
   * Asks whether anybody uses {@code address} without touching a cache: ARP probe (RFC 5227 section
   * 2.1.1), or a solicitation from the unspecified address (RFC 4862 section 5.4.2).
   */
  void probe(int link, Address address, Optional<Trailer> trailer);

  /**
   * When a frame of another host, any host at all, was last received on {@code link}, in the
   * milliseconds of {@link io.harp.loop.Clock#nowMs}; {@link Long#MIN_VALUE} for never.
   */
  long lastForeignMs(int link);
}
