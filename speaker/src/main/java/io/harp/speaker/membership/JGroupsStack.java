package io.harp.speaker.membership;

import java.net.InetSocketAddress;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;
import org.jgroups.Address;
import org.jgroups.PhysicalAddress;
import org.jgroups.protocols.FRAG2;
import org.jgroups.protocols.pbcast.GMS;
import org.jgroups.protocols.pbcast.STABLE;
import org.jgroups.stack.DiagnosticsHandler;
import org.jgroups.stack.Protocol;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * JGroups' protocols, from the wire upwards, with a reason for every option that is not its own.
 */
final class JGroupsStack {

  private static final Logger log = LoggerFactory.getLogger(JGroupsStack.class);

  /** Larger messages travel in pieces of this many bytes, so that heartbeats get in between. */
  private static final int PIECE = 60_000;

  /** A piece with its headers, or a view of some thousand members. Longer is no message of ours. */
  private static final int MAX_LENGTH = 4 * PIECE;

  private final Timers timers;
  private final LaneTransport transport;
  private final Peers peers;
  private final Pulse pulse;
  private final Resending resending;

  /**
   * @param doubted hears of members that give cause for doubt
   */
  JGroupsStack(ClusterSettings settings, Counters counters, Consumer<Address> doubted)
      throws Exception {
    this.timers = settings.timers();
    this.transport = transport(settings, counters);
    this.resending = new Resending(timers, timers.lookMs(settings.peers().size()));
    this.peers = new Peers(timers, resending);
    Knock knock = new Knock(settings.bind().getAddress(), timers.knockMs());
    this.pulse = new Pulse(timers, counters, knock, doubted);
    this.transport.onFailure(this::refused, peers::unreachable);
    this.peers.onTrouble(transport::reconnect, this::alone);
    this.transport.onLoss(peers::stirred);
    setPeers(settings.peers());
  }

  /** Where speakers are expected from now on, this one included or not. */
  void setPeers(Collection<InetSocketAddress> places) {
    peers.set(places);
  }

  List<Protocol> protocols() {
    return List.of(
        transport,
        peers,
        // Looks for others every max/2 to max*3/2.
        resending.merge(),
        pulse,
        resending
            .multicast()
            // TCP has no multicast, so sending again to all would only cost.
            .useMcastXmit(false)
            // Messages of members that are being excluded or merged; there is nothing to be done.
            .logDiscardMessages(false)
            // Its default is made for thousands of messages a second: 100 rows of 1,024.
            .setXmitTableNumRows(5)
            .setXmitTableMsgsPerRow(128),
        resending.unicast(),
        // Every 20 s, or after 4 MB, members agree on what all have, and forget it.
        new STABLE().setDesiredAverageGossip(20_000).setMaxBytes(4 << 20),
        membership(),
        new FRAG2().setFragSize(PIECE));
  }

  private LaneTransport transport(ClusterSettings settings, Counters counters) throws Exception {
    LaneTransport tcp = new LaneTransport(counters);
    InetSocketAddress bind = settings.bind();
    tcp.setBindAddr(bind.getAddress());
    tcp.setBindPort(bind.getPort());
    // This port or none: peers could not find another.
    tcp.setPortRange(0);
    // A process that dies is told of by its kernel, at once and without another port.
    tcp.enableSuspectEvents(true);
    tcp.setSockConnTimeout(timers.connectMs());
    // The peer has just proved the secret; its greeting follows at once.
    tcp.setPeerAddrReadTimeout(timers.connectMs());
    // Messages are few and small, and must not wait for company.
    tcp.tcpNodelay(true);
    tcp.setBundlerType("no-bundler");
    // The sealed streams have their own buffers.
    tcp.setBufferedInputStreamSize(0);
    tcp.setBufferedOutputStreamSize(0);
    // They also keep threads apart.
    tcp.useLockToSend(false);
    tcp.setMaxLength(MAX_LENGTH);
    // Where a member that left was; kept for a while for messages on the way, not for 6 minutes.
    tcp.setLogicalAddrCacheExpiration(30_000);
    // A clock that is looked at to forget connections after minutes; it would tick twice a second.
    tcp.setValue("time_service_interval", 10_000L);
    tcp.setSocketFactory(new SealedSocketFactory(settings.key(), counters, timers.connectMs()));
    tcp.useVirtualThreads(true);
    tcp.logDetails(false);
    tcp.logAcceptError(false);
    // It would open UDP port 7500 to everybody.
    tcp.setDiagnosticsHandler(new DiagnosticsHandler().setEnabled(false));
    return tcp;
  }

  private GMS membership() {
    GMS gms = new GMS();
    gms.setJoinTimeout(timers.joinMs());
    // How long it may take is for discovery to say: attempts take 30 to 1,000 ms.
    gms.setMaxJoinAttempts(0);
    gms.setValue("all_clients_retry_timeout", timers.joinRetryMs());
    gms.setLeaveTimeout(timers.leaveMs());
    gms.setViewAckCollectionTimeout(timers.viewAckMs());
    gms.setMergeTimeout(1_000);
    gms.printLocalAddress(false);
    gms.logCollectMessages(false);
    gms.logViewWarnings(false);
    return gms;
  }

  private void alone() {
    log.warn(
        "In no view after {} ms, though other speakers answer: this one starts alone and merges"
            + " with them later",
        timers.joinAtMostMs());
  }

  private void refused(PhysicalAddress where) {
    Address member = transport.memberAt(where);
    if (member != null && !Objects.equals(member, transport.getAddress())) {
      pulse.gone(member);
    }
  }
}
