package io.harp.speaker.membership;

import io.harp.speaker.protocol.Member;
import io.harp.speaker.protocol.View;
import io.harp.speaker.protocol.ViewId;
import java.io.IOException;
import java.io.ObjectInputFilter;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import org.jgroups.Address;
import org.jgroups.BytesMessage;
import org.jgroups.Event;
import org.jgroups.JChannel;
import org.jgroups.MergeView;
import org.jgroups.Message;
import org.jgroups.Receiver;
import org.jgroups.stack.IpAddress;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The membership by JGroups. One object is one life: to come back under a new incarnation, close it
 * and {@link #join} again.
 */
public final class JGroupsCluster implements Cluster {

  /** The longest that leaving takes, in milliseconds. */
  public static final long LEAVE_MS = 1_000;

  private static final Logger log = LoggerFactory.getLogger(JGroupsCluster.class);
  private static final String NAME = "harp";

  static {
    JGroupsNumbers.use();
    // JGroups can read Java objects from a message, and without a secret messages come from
    // anybody.
    // No speaker sends any.
    if (ObjectInputFilter.Config.getSerialFilter() == null) {
      ObjectInputFilter.Config.setSerialFilter(_ -> ObjectInputFilter.Status.REJECTED);
    }
  }

  private final ClusterSettings settings;
  private final Events events;
  private final Counters counters = new Counters();
  private final JGroupsStack stack;
  private final JChannel channel;
  private volatile org.jgroups.View view = new org.jgroups.View();
  private volatile boolean closed;

  private JGroupsCluster(ClusterSettings settings, Events events) throws Exception {
    this.settings = settings;
    this.events = events;
    this.stack = new JGroupsStack(settings, counters, this::doubted);
    this.channel = new JChannel(stack.protocols());
    channel.setName(settings.self().node().text());
    channel.addAddressGenerator(() -> Identity.address(settings.self(), settings.bind()));
    channel.setDiscardOwnMessages(true);
    channel.setReceiver(new FromJGroups());
  }

  /**
   * Joins the speakers that answer, or goes first. Returns when this member is in a view, which
   * {@code events} has then been told of; with healthy peers that takes some 10 ms, with peers that
   * swallow connections half a second. Not for the loop's thread.
   *
   * @throws IOException if the port is taken or the address is not this host's
   */
  public static JGroupsCluster join(ClusterSettings settings, Events events) throws IOException {
    if (!settings.key().isSecret()) {
      log.warn(
          "The membership has no secret: every host that reaches port {} can take part",
          settings.bind().getPort());
    }
    JGroupsCluster cluster;
    try {
      cluster = new JGroupsCluster(settings, events);
    } catch (Exception e) {
      throw new IOException("the membership cannot be set up: " + e.getMessage(), e);
    }
    try {
      cluster.channel.connect(NAME);
      return cluster;
    } catch (Exception e) {
      cluster.close();
      throw new IOException(
          "the membership cannot use " + settings.bind() + ": " + e.getMessage(), e);
    }
  }

  @Override
  public Member self() {
    return settings.self();
  }

  /** Replaces the list of places where speakers are expected; the full list, this one or not. */
  public void setPeers(Collection<InetSocketAddress> peers) {
    stack.setPeers(peers);
  }

  /** Whether strangers are kept out. */
  public boolean isSecret() {
    return settings.key().isSecret();
  }

  /** What happened since the start. */
  public Counters counters() {
    return counters;
  }

  @Override
  public void broadcast(byte[] message, Delivery delivery) {
    send((Address) null, message, delivery);
  }

  @Override
  public void send(Member to, byte[] message, Delivery delivery) {
    for (Address address : view.getMembersRaw()) {
      if (Identity.member(address).filter(to::equals).isPresent()) {
        send(address, message, delivery);
      }
    }
  }

  @Override
  public void close() {
    leave(LEAVE_MS);
  }

  /**
   * Leaves. Where the others do not confirm it within {@code withinMs} milliseconds, at most {@link
   * #LEAVE_MS}, it is left to them to find out.
   */
  public void leave(long withinMs) {
    closed = true;
    Thread leaving = Thread.ofVirtual().name("membership-leave").start(channel::close);
    try {
      leaving.join(Duration.ofMillis(Math.clamp(withinMs, 1, LEAVE_MS)));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void send(@Nullable Address to, byte[] message, Delivery delivery) {
    if (message.length > MAX_MESSAGE) {
      throw new IllegalArgumentException(
          "a message of " + message.length + " bytes; at most " + MAX_MESSAGE + " can be sent");
    }
    Message wrapped = new BytesMessage(to, message).setFlag(Message.TransientFlag.DONT_LOOPBACK);
    if (delivery == Delivery.DATAGRAM) {
      wrapped.setFlag(Message.Flag.OOB, Message.Flag.NO_RELIABILITY, Message.Flag.DONT_BUNDLE);
    }
    try {
      channel.send(wrapped);
    } catch (Exception e) {
      // Closed meanwhile: whoever sends to a group that it leaves is heard by nobody.
      log.debug("not sent", e);
    }
  }

  private void doubted(Address address) {
    if (!closed) {
      Identity.member(address).ifPresent(events::suspected);
    }
  }

  private final class FromJGroups implements Receiver {

    @Override
    public void viewAccepted(org.jgroups.View next) {
      view = next;
      counters.views.increment();
      boolean merged = next instanceof MergeView;
      if (merged) {
        counters.merges.increment();
      }
      List<Member> members =
          next.getMembers().stream().map(Identity::member).flatMap(Optional::stream).toList();
      Optional<Member> creator = Identity.member(next.getCreator());
      if (!closed && creator.isPresent()) {
        ViewId id = new ViewId(next.getViewId().getId(), creator.get());
        events.view(new View(id, members, merged));
        reportDuplicate(next);
      }
    }

    @Override
    public void receive(Message message) {
      Optional<Member> from = Identity.member(message.getSrc());
      if (closed || from.isEmpty() || !message.hasArray() || message.getLength() > MAX_MESSAGE) {
        counters.unexpected.increment();
        return;
      }
      byte[] bytes = new byte[message.getLength()];
      System.arraycopy(message.getArray(), message.getOffset(), bytes, 0, bytes.length);
      events.message(from.get(), bytes);
    }
  }

  /** Another speaker of this node's name elsewhere, not an earlier life of this one. */
  private void reportDuplicate(org.jgroups.View next) {
    for (Address address : next.getMembersRaw()) {
      if (address.equals(channel.getAddress())) {
        return;
      }
      Identity.member(address)
          .filter(other -> other.node().equals(self().node()))
          .ifPresent(other -> reportDuplicate(other, address));
    }
  }

  private void reportDuplicate(Member other, Address address) {
    if (channel.down(new Event(Event.GET_PHYSICAL_ADDRESS, address)) instanceof IpAddress ip
        && !ip.getIpAddress().equals(settings.bind().getAddress())) {
      events.duplicate(other, new InetSocketAddress(ip.getIpAddress(), ip.getPort()));
    }
  }
}
