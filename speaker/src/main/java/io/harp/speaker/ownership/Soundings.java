package io.harp.speaker.ownership;

import io.harp.model.Address;
import io.harp.speaker.announcement.FramePort;
import io.harp.speaker.announcement.Link;
import io.harp.speaker.announcement.Link.Subnet;
import io.harp.speaker.ownership.Settings.Rule;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * Whether a segment still answers. Where nobody was heard for a while it asks for the peers' own
 * addresses, which their kernels answer, speaker or not, and for the gateway. So a segment that
 * works is never silent for long, and one that stays silent is dead although the cable is
 * connected.
 *
 * <p>Everybody hears the question and is quiet in turn, so a quiet segment carries a few of them a
 * second, however many speakers there are.
 */
final class Soundings {

  private static final int IMPATIENT = 20;
  private static final long PATIENT_MS = 1_000;

  /**
   * How early a question may be asked so that one look at the clock serves it and the fence, in
   * milliseconds.
   */
  static final long EARLY_MS = 5;

  /** A lone speaker that expects nobody asks after so many milliseconds. */
  private static final long UNHURRIED_MS = 1_000;

  /** Links whose segments ceased to answer, and those where they began to again. */
  record Turned(List<Link> silent, List<Link> back) {
    static final Turned NONE = new Turned(List.of(), List.of());

    boolean isEmpty() {
      return silent.isEmpty() && back.isEmpty();
    }

    private Turned with(Link link, boolean deaf) {
      return new Turned(deaf ? and(silent, link) : silent, deaf ? back : and(back, link));
    }

    private static List<Link> and(List<Link> links, Link more) {
      return Stream.concat(links.stream(), Stream.of(more)).toList();
    }
  }

  private static final class State {
    int asked;
    long firstAsked;
    long nextAsk = Long.MIN_VALUE;
    boolean deaf;
    // Whom to ask. Stays with who answers, or hosts that are gone would be asked again and again.
    int turn;
  }

  private final Settings settings;
  private final Roster roster;
  private final FramePort port;
  private final Map<Integer, State> states = new HashMap<>();
  private List<Address> gateways = List.of();
  private long next = Long.MAX_VALUE;
  private int expectedPeers;

  Soundings(Settings settings, Roster roster, FramePort port) {
    this.settings = settings;
    this.roster = roster;
    this.port = port;
  }

  /** How many speakers of other nodes should be there. */
  void expect(int peers) {
    expectedPeers = peers;
  }

  /** Where nobody else could own an address, a dead segment is only worth a line in the log. */
  private long afterMs() {
    boolean nobody = expectedPeers == 0 && roster.hasView() && roster.view().members().size() == 1;
    return nobody ? UNHURRIED_MS : settings.soundAfterMs();
  }

  /** Other hosts that can be asked. */
  void gateways(Set<Address> addresses) {
    gateways = List.copyOf(new TreeSet<>(addresses));
  }

  /** Whether the segment behind a link answers, as far as can be told. */
  boolean isAnswering(int link) {
    State state = states.get(link);
    return state == null || !state.deaf;
  }

  /** Asks where it is time to; gives the links whose segments ceased to answer, or began to. */
  Turned run(Collection<Link> links, long now) {
    Turned turned = Turned.NONE;
    next = Long.MAX_VALUE;
    if (settings.has(Rule.SOUNDING)) {
      for (Link link : links) {
        State state = states.computeIfAbsent(link.index(), _ -> new State());
        boolean before = state.deaf;
        next = Math.min(next, sound(link, state, now));
        if (before != state.deaf) {
          turned = turned.with(link, state.deaf);
        }
      }
    }
    return turned;
  }

  // Gives when to look again.
  private long sound(Link link, State state, long now) {
    boolean silent = now - afterMs() + EARLY_MS >= port.lastForeignMs(link.index());
    if (!link.carrier() || !silent) {
      state.asked = 0;
      state.deaf = false;
      return link.carrier()
          ? Math.max(state.nextAsk, port.lastForeignMs(link.index()) + afterMs())
          : Long.MAX_VALUE;
    }
    if (now >= state.nextAsk) {
      ask(link, state, now);
    }
    if (state.deaf) {
      // No event tells that it answers again.
      return now + settings.soundMs();
    }
    // What is still due had nobody to ask.
    return state.nextAsk > now ? state.nextAsk : Long.MAX_VALUE;
  }

  private void ask(Link link, State state, long now) {
    if (state.asked > 0) {
      state.turn++;
    }
    Optional<Address> whom = whom(link, state.turn);
    if (whom.isEmpty()) {
      return;
    }
    if (state.asked == 0) {
      state.firstAsked = now;
    }
    state.asked++;
    state.deaf |= now - state.firstAsked >= settings.deafMs();
    port.probe(link.index(), whom.get(), Optional.empty());
    state.nextAsk = now + untilNext(state.asked);
  }

  // Nearly always the first question is answered; looking whether it was can wait for a moment.
  private long untilNext(int asked) {
    if (asked == 1) {
      return 2 * settings.soundMs();
    }
    return asked < IMPATIENT ? settings.soundMs() : PATIENT_MS;
  }

  private Optional<Address> whom(Link link, int turn) {
    List<Address> near = new ArrayList<>();
    for (Address peer : roster.peerAddresses()) {
      addIfNear(near, peer, link);
    }
    for (Address gateway : gateways) {
      addIfNear(near, gateway, link);
    }
    return near.isEmpty()
        ? Optional.empty()
        : Optional.of(near.get(Math.floorMod(turn, near.size())));
  }

  // No streams here: on a quiet segment this is the most of what an idle speaker does.
  private static void addIfNear(List<Address> near, Address address, Link link) {
    for (Subnet subnet : link.subnets()) {
      if (subnet.address().sharesPrefix(address, subnet.prefixLength())) {
        near.add(address);
        return;
      }
    }
  }

  /**
   * When {@link #run} may next have something to do, unless links, peers or gateways change before;
   * {@link Long#MAX_VALUE} for never.
   */
  long next() {
    return next;
  }
}
