package io.harp.speaker.membership;

import java.net.InetSocketAddress;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jgroups.Address;
import org.jgroups.BytesMessage;
import org.jgroups.Event;
import org.jgroups.Message;
import org.jgroups.PhysicalAddress;
import org.jgroups.View;
import org.jgroups.conf.ClassConfigurator;
import org.jgroups.protocols.Discovery;
import org.jgroups.protocols.PingData;
import org.jgroups.protocols.PingHeader;
import org.jgroups.stack.IpAddress;
import org.jgroups.util.NameCache;
import org.jgroups.util.Responses;
import org.jspecify.annotations.Nullable;

/**
 * Discovery from a list that others keep up to date: all peers, always.
 *
 * <p>Who starts need not wait for a time to pass. It asks every peer, and as soon as each has
 * answered, or could not be reached, it knows who is there: a coordinator to join, or joiners like
 * itself, of which the lowest address goes first, or nobody. Who has found that it goes first
 * answers others only when it has its view: an answer before that would let them go first as well.
 * Where a member answers but its coordinator does not, nobody goes first: the member is asked for
 * the coordinator.
 */
final class Peers extends Discovery {

  private static final short ID = 1701;

  /** Requests kept for later, at most; more are dropped, and asked again by their senders. */
  private static final int LATER = 256;

  static {
    ClassConfigurator.addProtocol(ID, Peers.class);
  }

  private record Request(PingHeader header, Message message) {}

  private final Timers timers;
  private final long askAgainMs;
  private final long joinAtMostMs;
  private final Unheard unheard;
  private Consumer<PhysicalAddress> reconnect = _ -> {};
  private Runnable alone = () -> {};
  private final Resending resending;
  private final Vigilance vigilance;
  private volatile List<PhysicalAddress> peers = List.of();
  private final Set<PhysicalAddress> outstanding = ConcurrentHashMap.newKeySet();
  private final Deque<Request> later = new ArrayDeque<>();
  private @Nullable Responses initial;
  private @Nullable Responses firstRound;
  private boolean goingFirst;
  private volatile long joiningSince;
  private int looks;

  /**
   * @param resending is told when to be quick, and when there is no need
   */
  Peers(Timers timers, Resending resending) {
    this.timers = timers;
    this.resending = resending;
    this.vigilance = new Vigilance(resending, nowMs());
    // Two that connect to each other at the same moment lose the one or the other question.
    this.askAgainMs = timers.joinRetryMs();
    this.joinAtMostMs = timers.joinAtMostMs();
    this.unheard = new Unheard(timers.unheardMs());
  }

  /**
   * @param reconnect hears of peers that do not answer although they are connected
   * @param alone hears that this member gives up joining and goes first
   */
  void onTrouble(Consumer<PhysicalAddress> reconnect, Runnable alone) {
    this.reconnect = reconnect;
    this.alone = alone;
  }

  /** Something may have got lost. */
  void stirred() {
    vigilance.stirred(nowMs());
  }

  @Override
  public void start() throws Exception {
    super.start();
    resending.start(timer);
  }

  @Override
  public void stop() {
    resending.stop();
    super.stop();
  }

  /** Replaces the list; this member itself may be in it. */
  void set(Collection<InetSocketAddress> addresses) {
    List<PhysicalAddress> next =
        addresses.stream()
            .filter(a -> !a.isUnresolved())
            .<PhysicalAddress>map(a -> new IpAddress(a.getAddress(), a.getPort()))
            .distinct()
            .toList();
    if (!next.equals(peers)) {
      peers = next;
      unheard.retain(next);
      stirred();
    }
  }

  /** No connection to that peer came about: do not wait for it. */
  void unreachable(PhysicalAddress peer) {
    unheard.settled(peer);
    settled(peer);
  }

  @Override
  public boolean isDynamic() {
    // The others have the list from elsewhere, so the coordinator need not spread addresses.
    return true;
  }

  @Override
  public @Nullable Object down(Event event) {
    if (event.getType() == Event.CONNECT) {
      firstRound = null;
      joiningSince = nowMs();
    }
    Object result = super.down(event);
    if (event.getType() == Event.BECOME_SERVER) {
      answerLater();
    }
    if (event.getType() == Event.VIEW_CHANGE) {
      stirred();
    }
    return result;
  }

  @Override
  protected void findMembers(List<Address> members, boolean first, Responses responses) {
    PhysicalAddress here = here();
    List<PhysicalAddress> others = places().stream().filter(p -> !p.equals(here)).toList();
    Set<PhysicalAddress> inView = inView();
    if (first && nowMs() - joiningSince > joinAtMostMs) {
      // Without an answer the member goes first.
      start(List.of(), responses);
      responses.clear();
      alone.run();
      return;
    }
    if (first) {
      start(others, responses);
    } else if (members == null) {
      others = toLookAt(others, inView);
    }
    PingData me = new PingData(local_addr, false, NameCache.get(local_addr), here);
    if (members != null && members.size() <= max_members_in_discovery_request) {
      me.mbrs(members);
    }
    others.forEach(peer -> ask(peer, inView, me, first));
    if (first) {
      var _ = timer.schedule(() -> askAgain(responses, me), askAgainMs, TimeUnit.MILLISECONDS);
      finishIfSettled();
    }
  }

  /**
   * Merging looks for peers outside the view, which costs nothing while all are in it. Every so
   * many times it looks at all: members may have different views that look alike.
   */
  private List<PhysicalAddress> toLookAt(
      List<PhysicalAddress> others, Set<PhysicalAddress> inView) {
    List<PhysicalAddress> outside = others.stream().filter(p -> !inView.contains(p)).toList();
    boolean calm = vigilance.looked(outside.isEmpty(), nowMs());
    return ++looks % timers.looksAtAll(others.size(), calm) == 0 ? others : outside;
  }

  /** The list, or, for who started without one, everybody who has been heard of. */
  private Collection<PhysicalAddress> places() {
    if (!peers.isEmpty()) {
      return peers;
    }
    Map<Address, PhysicalAddress> known =
        super.down(new Event(Event.GET_LOGICAL_PHYSICAL_MAPPINGS, true))
                instanceof Map<?, ?> mappings
            ? typed(mappings)
            : Map.of();
    return Set.copyOf(known.values());
  }

  @SuppressWarnings("unchecked")
  private static Map<Address, PhysicalAddress> typed(Map<?, ?> mappings) {
    return (Map<Address, PhysicalAddress>) mappings;
  }

  private void start(List<PhysicalAddress> others, Responses responses) {
    synchronized (later) {
      outstanding.clear();
      outstanding.addAll(others);
      initial = responses;
      goingFirst = false;
      forgetEarlierRounds(responses);
    }
    answerLater();
  }

  /**
   * JGroups adds what each round brings to the answers of the first. A joiner that has died since
   * would be waited for as long as its address is the lowest.
   */
  private void forgetEarlierRounds(Responses responses) {
    if (firstRound == null) {
      firstRound = responses;
    } else {
      firstRound.clear();
    }
  }

  private void askAgain(Responses responses, PingData me) {
    if (!responses.isDone()) {
      Set<PhysicalAddress> inView = inView();
      if (outstanding.isEmpty()) {
        // Asked like this they tell of the others in their view as well.
        followers(responses).forEach(peer -> ask(peer, inView, me, false));
      } else {
        outstanding.forEach(peer -> ask(peer, inView, me, true));
      }
      var _ = timer.schedule(() -> askAgain(responses, me), askAgainMs, TimeUnit.MILLISECONDS);
    }
  }

  private Set<PhysicalAddress> inView() {
    View current = view;
    Set<PhysicalAddress> places = new HashSet<>();
    if (current != null) {
      for (Address member : current.getMembersRaw()) {
        if (super.down(new Event(Event.GET_PHYSICAL_ADDRESS, member))
            instanceof PhysicalAddress p) {
          places.add(p);
        }
      }
    }
    return places;
  }

  private void ask(PhysicalAddress peer, Set<PhysicalAddress> inView, PingData me, boolean first) {
    if (unheard.asked(peer, inView.contains(peer), nowMs())) {
      reconnect.accept(peer);
    }
    PingHeader header =
        new PingHeader(PingHeader.GET_MBRS_REQ).clusterName(cluster_name).initialDiscovery(first);
    down_prot.down(
        new BytesMessage(peer)
            .setFlag(Message.Flag.DONT_BUNDLE, Message.Flag.OOB)
            .setFlag(Message.TransientFlag.DONT_LOOPBACK)
            .putHeader(id, header)
            .setArray(marshal(me)));
  }

  @Override
  protected @Nullable Object handle(PingHeader header, Message message) {
    if (header.type() == PingHeader.GET_MBRS_REQ) {
      synchronized (later) {
        if (goingFirst) {
          if (later.size() < LATER) {
            later.add(new Request(header, message));
          }
          return null;
        }
      }
    }
    Object result = super.handle(header, message);
    if (header.type() == PingHeader.GET_MBRS_REQ && !header.initialDiscovery()) {
      introduce(message.getSrc());
    }
    return result;
  }

  /**
   * Tells one that is in another view where the members of this one are. Who started while the API
   * server was away has no list, and two of those never met: each knows only who has a list.
   */
  private void introduce(Address to) {
    View current = view;
    if (current == null || to == null || current.containsMember(to)) {
      return;
    }
    for (Address member : current.getMembersRaw()) {
      if (!member.equals(local_addr)
          && super.down(new Event(Event.GET_PHYSICAL_ADDRESS, member))
              instanceof PhysicalAddress where) {
        sendDiscoveryResponse(member, where, NameCache.get(member), to, isCoord(member));
      }
    }
  }

  private void answerLater() {
    List<Request> requests;
    synchronized (later) {
      goingFirst = false;
      requests = List.copyOf(later);
      later.clear();
    }
    requests.forEach(request -> super.handle(request.header, request.message));
  }

  @Override
  protected void handleDiscoveryResponse(PingData data, Address sender) {
    super.handleDiscoveryResponse(data, sender);
    if (data != null && data.getPhysicalAddr() != null) {
      if (Objects.equals(data.getAddress(), sender)) {
        unheard.settled(data.getPhysicalAddr());
      }
      settled(data.getPhysicalAddr());
    }
  }

  private void settled(PhysicalAddress peer) {
    outstanding.remove(peer);
    finishIfSettled();
  }

  private void finishIfSettled() {
    synchronized (later) {
      Responses responses = initial;
      if (responses == null || !outstanding.isEmpty() || !followers(responses).isEmpty()) {
        return;
      }
      initial = null;
      goingFirst = !is_server && goesFirst(responses);
      responses.done();
    }
  }

  /** Where members answer that have a view, as long as none that leads one does. */
  private static Set<PhysicalAddress> followers(Responses responses) {
    Set<PhysicalAddress> followers = new HashSet<>();
    for (PingData other : responses) {
      if (other.isCoord()) {
        return Set.of();
      }
      if (other.isServer() && other.getPhysicalAddr() != null) {
        followers.add(other.getPhysicalAddr());
      }
    }
    return followers;
  }

  private boolean goesFirst(Responses responses) {
    for (PingData other : responses) {
      if (other.isCoord() || other.getAddress().compareTo(local_addr) < 0) {
        return false;
      }
    }
    return true;
  }

  private static long nowMs() {
    return System.nanoTime() / 1_000_000;
  }

  private @Nullable PhysicalAddress here() {
    return (PhysicalAddress) super.down(new Event(Event.GET_PHYSICAL_ADDRESS, local_addr));
  }
}
