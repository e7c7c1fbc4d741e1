package io.harp.speaker.membership;

import java.net.InetSocketAddress;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jgroups.Address;
import org.jgroups.BytesMessage;
import org.jgroups.Event;
import org.jgroups.Message;
import org.jgroups.PhysicalAddress;
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
 * itself, of which the lowest address goes first, or nobody.
 */
final class Peers extends Discovery {

  private static final short ID = 1701;

  static {
    ClassConfigurator.addProtocol(ID, Peers.class);
  }

  private volatile List<PhysicalAddress> peers = List.of();
  private final Set<PhysicalAddress> outstanding = ConcurrentHashMap.newKeySet();
  private volatile @Nullable Responses initial;

  /** Replaces the list; this member itself may be in it. */
  void set(Collection<InetSocketAddress> addresses) {
    peers =
        addresses.stream()
            .filter(a -> !a.isUnresolved())
            .<PhysicalAddress>map(a -> new IpAddress(a.getAddress(), a.getPort()))
            .distinct()
            .toList();
  }

  /** No connection to that peer came about: do not wait for it. */
  void unreachable(PhysicalAddress peer) {
    settled(peer);
  }

  @Override
  public boolean isDynamic() {
    // The others have the list from elsewhere, so the coordinator need not spread addresses.
    return true;
  }

  @Override
  protected void findMembers(List<Address> members, boolean first, Responses responses) {
    PhysicalAddress here = hereOrNull();
    List<PhysicalAddress> others = peers.stream().filter(p -> !p.equals(here)).toList();
    if (first) {
      is_coord = false;
      outstanding.clear();
      outstanding.addAll(others);
      initial = responses;
    }
    PingData me = new PingData(local_addr, false, NameCache.get(local_addr), here);
    if (members != null && members.size() <= max_members_in_discovery_request) {
      me.mbrs(members);
    }
    others.forEach(peer -> ask(peer, me, first));
    if (first) {
      finishIfSettled();
    }
  }

  private void ask(PhysicalAddress peer, PingData me, boolean first) {
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
  protected void handleDiscoveryResponse(PingData data, Address sender) {
    super.handleDiscoveryResponse(data, sender);
    if (data != null && data.getPhysicalAddr() != null) {
      settled(data.getPhysicalAddr());
    }
  }

  private void settled(PhysicalAddress peer) {
    if (outstanding.remove(peer)) {
      finishIfSettled();
    }
  }

  private void finishIfSettled() {
    Responses responses = initial;
    if (responses == null || !outstanding.isEmpty()) {
      return;
    }
    initial = null;
    // Whoever asks from now on must not hear that there is nobody yet: it would go first as well.
    is_coord = !is_server && first(responses);
    responses.done();
  }

  private boolean first(Responses responses) {
    for (PingData other : responses) {
      if (other.isCoord() || other.getAddress().compareTo(local_addr) < 0) {
        return false;
      }
    }
    return true;
  }

  private @Nullable PhysicalAddress hereOrNull() {
    return (PhysicalAddress) down(new Event(Event.GET_PHYSICAL_ADDRESS, local_addr));
  }
}
