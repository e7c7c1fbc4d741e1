package io.harp.speaker.link;

import io.harp.loop.Clock;
import io.harp.model.Address;
import io.harp.model.Ipv4;
import io.harp.model.Ipv6;
import io.harp.model.MacAddress;
import io.harp.speaker.announcement.FramePort;
import io.harp.speaker.announcement.Gate;
import io.harp.speaker.announcement.Held;
import io.harp.speaker.announcement.Link;
import io.harp.speaker.flight.FlightRecorder;
import io.harp.speaker.link.Gateways.Gateway;
import io.harp.speaker.link.Responder.Self;
import io.harp.speaker.link.WireCounters.Drop;
import io.harp.speaker.packet.ArpPacket;
import io.harp.speaker.packet.EthernetFrame;
import io.harp.speaker.packet.NeighborAdvertisement;
import io.harp.speaker.packet.NeighborSolicitation;
import io.harp.speaker.protocol.Trailer;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The real segment: raw sockets on every interface that may speak, and what is sent through them.
 */
public final class RawFrames implements FramePort, AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(RawFrames.class);

  private final WireOptions options;
  private final Gate gate;
  private final Clock clock;
  private final WireCounters counters;
  private final FlightRecorder recorder;
  private final Groups groups;
  // Joining takes a lock of the kernel's that others may hold for long, so it has its own thread.
  private final ExecutorService joiner =
      Executors.newSingleThreadExecutor(Thread.ofPlatform().name("groups").daemon().factory());
  private final AtomicBoolean joinPending = new AtomicBoolean();
  private final byte[] frame = new byte[EthernetFrame.MAX_LENGTH];
  private final AtomicReference<Watched> watched = new AtomicReference<>(Watched.NOTHING);
  private volatile Map<Integer, Speaking> speaking = Map.of();
  private volatile List<Gateway> gateways = List.of();
  private volatile @Nullable LinkWatch watch;
  private volatile boolean closed;

  /**
   * Knows no interface yet; whatever is sent before {@link #start} is counted and forgotten.
   *
   * @param gate asked before each answer and announcement
   * @param recorder gets the frames about watched addresses
   * @throws NoRawSocket if the process lacks the capability NET_RAW
   */
  public RawFrames(
      WireOptions options, Gate gate, Clock clock, WireCounters counters, FlightRecorder recorder) {
    this.options = options;
    this.gate = gate;
    this.clock = clock;
    this.counters = counters;
    this.recorder = recorder;
    this.groups = new Groups();
  }

  /**
   * Starts to watch the interfaces, once; {@code events} gets the first list of them soon after,
   * when frames can already be sent on them.
   */
  public void start(Events events) {
    LinkWatch started =
        new LinkWatch(
            Sysfs.ofThisHost(),
            options.exclusions(),
            clock,
            new LinkWatch.Listener() {
              @Override
              public void changed(Interfaces now) {
                interfaces(now, events);
              }

              @Override
              public void flapped(List<String> names) {
                events.flapped(names);
              }
            });
    watch = started;
    started.start();
  }

  /**
   * Makes the first answers as quick as those after them; costs a tenth of a second of processor
   * time, on a thread of its own.
   */
  public static void warmUp() {
    WarmUp.start();
  }

  @Override
  public void publish(Held held, Set<Address> watching) {
    watched.set(Watched.of(held, watching, counters));
    joinSoon();
  }

  /** The default gateways, which are asked something in the name of each announced address. */
  public void gateways(List<Gateway> found) {
    gateways = List.copyOf(found);
  }

  @Override
  public void announce(int link, Address address, Optional<Trailer> trailer) {
    Speaking on = speaking.get(link);
    if (on == null) {
      counters.sendFailures.increment();
      return;
    }
    int sent =
        switch (address) {
          case Ipv4 a -> announce(on, a, trailer);
          case Ipv6 a -> announce(on, a, trailer);
        };
    counters.of(address).gratuitousSent.add(sent);
    for (Gateway gateway : gateways) {
      if (gateway.interfaceName().equals(on.name)) {
        counters.nudges.add(nudge(on, address, gateway, trailer));
      }
    }
  }

  // A router that ignores announcements still learns from who asks it.
  private int nudge(Speaking on, Address address, Gateway gateway, Optional<Trailer> trailer) {
    if (address instanceof Ipv4 a && gateway.address() instanceof Ipv4 g) {
      ArpPacket packet = ArpPacket.question(on.mac(), a, g, trailer);
      return sendIfAllowed(on, packet.encode(gateway.mac().orElse(MacAddress.BROADCAST), frame));
    }
    if (address instanceof Ipv6 a && gateway.address() instanceof Ipv6 g) {
      NeighborSolicitation packet = NeighborSolicitation.question(on.mac(), a, g, trailer);
      MacAddress group = MacAddress.multicast(packet.destination());
      return sendIfAllowed(on, packet.encode(group, frame));
    }
    return 0;
  }

  private int announce(Speaking on, Ipv4 address, Optional<Trailer> trailer) {
    int sent = 0;
    for (ArpPacket.Operation form : ArpPacket.Operation.values()) {
      ArpPacket packet = ArpPacket.announcement(form, on.mac(), address, trailer);
      sent += sendIfAllowed(on, packet.encode(MacAddress.BROADCAST, frame));
    }
    return sent;
  }

  private int announce(Speaking on, Ipv6 address, Optional<Trailer> trailer) {
    NeighborAdvertisement packet = NeighborAdvertisement.announcement(on.mac(), address, trailer);
    return sendIfAllowed(on, packet.encode(MacAddress.multicast(packet.destination()), frame));
  }

  private int sendIfAllowed(Speaking on, int length) {
    if (!gate.isOpen()) {
      counters.dropped(Drop.MUTE).increment();
      return 0;
    }
    if (!on.send(frame, length)) {
      return 0;
    }
    recorder.frame(on.self.link(), true, frame, length);
    return 1;
  }

  // A question claims nothing, so it may be asked while mute: that is how the right to speak is won
  // back.
  @Override
  public void probe(int link, Address address, Optional<Trailer> trailer) {
    Speaking on = speaking.get(link);
    if (on == null) {
      counters.sendFailures.increment();
      return;
    }
    int length =
        switch (address) {
          case Ipv4 a -> ArpPacket.probe(on.mac(), a, trailer).encode(MacAddress.BROADCAST, frame);
          case Ipv6 a ->
              NeighborSolicitation.probe(on.mac(), a, trailer)
                  .encode(MacAddress.multicast(a.solicitedNode()), frame);
        };
    if (on.send(frame, length) && watched.get().contains(address)) {
      recorder.frame(link, true, frame, length);
    }
  }

  @Override
  public long lastForeignMs(int link) {
    Speaking on = speaking.get(link);
    return on == null ? Long.MIN_VALUE : on.lastForeignMs;
  }

  /** What one interface captured since it came. */
  public record Capture(String interfaceName, long frames, long drops) {}

  /**
   * What each interface in use captured, and what the kernel dropped because its thread did not
   * keep up.
   */
  public List<Capture> captures() {
    return speaking.values().stream()
        .map(on -> {
          PacketSocket.Statistics s = on.port.statistics();
          return new Capture(on.name, s.frames(), s.drops());
        })
        .sorted(Comparator.comparing(Capture::interfaceName))
        .toList();
  }

  // On the watch's thread.
  private void interfaces(Interfaces now, Events events) {
    Map<Integer, Speaking> before = speaking;
    Map<Integer, Speaking> after = new HashMap<>();
    for (Link link : now.links()) {
      Self self = new Self(link.index(), link.mac(), now.macs());
      Speaking on = before.get(link.index());
      if (on == null || !on.name.equals(link.name())) {
        on = new Speaking(link.name(), self, events);
        recorder.named(link.index(), link.name());
        on.port.start();
        log.info("{}: speaking as {}", link.name(), link.mac());
      } else if (on.self.mac() != self.mac()) {
        log.info("{}: speaking as {} from now on", link.name(), link.mac());
      }
      on.self = self;
      after.put(link.index(), on);
    }
    speaking = Map.copyOf(after);
    before.forEach((index, on) -> {
      if (after.get(index) != on) {
        log.info("{}: speaking no more", on.name);
        on.port.close();
      }
    });
    joinSoon();
    events.links(now.links());
  }

  private void joinSoon() {
    if (!closed && joinPending.compareAndSet(false, true)) {
      joiner.execute(() -> {
        joinPending.set(false);
        groups.join(watched.get().ipv6(), speaking.keySet());
      });
    }
  }

  private void joinAgain(int link) {
    if (!closed) {
      joiner.execute(() -> groups.forget(link));
      joinSoon();
    }
  }

  /** Stops everything. Neither answers nor sends afterwards. */
  @Override
  public void close() {
    closed = true;
    LinkWatch watching = watch;
    if (watching != null) {
      watching.close();
    }
    speaking.values().forEach(on -> on.port.close());
    speaking = Map.of();
    joiner.shutdown();
    try {
      if (joiner.awaitTermination(1, TimeUnit.SECONDS)) {
        groups.close();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** One interface in use. */
  private final class Speaking implements RawPort.Receiver, Responder.Out {
    final String name;
    final RawPort port;
    private final Responder responder;
    volatile Self self;
    volatile long lastForeignMs = Long.MIN_VALUE;

    Speaking(String name, Self self, Events events) {
      this.name = name;
      this.self = self;
      this.port = new RawPort(self.link(), name, options, this, this::reopened);
      this.responder = new Responder(watched, gate, clock, counters, events::heard, recorder, this);
    }

    MacAddress mac() {
      return new MacAddress(self.mac());
    }

    @Override
    public boolean send(byte[] bytes, int length) {
      boolean sent = port.send(bytes, length);
      if (!sent) {
        counters.sendFailures.increment();
      }
      return sent;
    }

    @Override
    public void frame(byte[] bytes, int length) {
      if (responder.receive(bytes, length, self)) {
        lastForeignMs = clock.nowMs();
      }
    }

    private void reopened() {
      counters.reopened.increment();
      joinAgain(self.link());
    }
  }
}
