package io.harp.speaker;

import io.harp.model.Address;
import io.harp.model.NodeName;
import io.harp.model.ServiceKey;
import io.harp.speaker.link.WireCounters;
import io.harp.speaker.ownership.Journal.Release;
import io.harp.speaker.protocol.Message.Group;
import io.harp.speaker.protocol.Message.Reason;
import io.harp.speaker.protocol.View;
import io.prometheus.metrics.model.registry.MultiCollector;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.CounterSnapshot.CounterDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot.GaugeDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import io.prometheus.metrics.model.snapshots.UnknownSnapshot;
import io.prometheus.metrics.model.snapshots.UnknownSnapshot.UnknownDataPointSnapshot;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.DoubleSupplier;
import java.util.function.ToLongFunction;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What {@code /metrics} shows of a speaker. MetalLB's series keep MetalLB's names, also where those
 * break the rules of naming (counters without {@code _total}), since dashboards ask for them;
 * Harp's own begin with {@code harp_}.
 *
 * <p>Collected when asked: counting costs the protocol an increment and no lock.
 */
final class SpeakerMetrics implements MultiCollector {

  private final NodeName node;
  private final WireCounters wire;
  private final Map<Address, Group> held = new ConcurrentHashMap<>();
  private final Takeovers takeovers = new Takeovers();
  private final Map<String, LongAdder> transitions = new ConcurrentHashMap<>();
  private final Map<String, DoubleSupplier> gauges = new TreeMap<>();
  private final Map<String, DoubleSupplier> counters = new TreeMap<>();
  private final Map<Address, Boolean> conflicts = new ConcurrentHashMap<>();
  private final LongAdder won = new LongAdder();
  private final LongAdder lost = new LongAdder();
  private volatile boolean muted;
  private volatile long mutedSince;
  private volatile long mutedNanos;
  private volatile boolean planner;
  private volatile int planned;
  private volatile Set<NodeName> heldOff = Set.of();
  private volatile Map<Address, Group> wanted = Map.of();
  private volatile @Nullable View view;

  SpeakerMetrics(NodeName node, WireCounters wire) {
    this.node = node;
    this.wire = wire;
    // Alerts ask how much these grew, which needs a beginning.
    transition("conflict");
    for (Reason reason : Reason.values()) {
      transition(claimed(reason));
    }
  }

  /**
   * Adds a value that goes up and down; {@code name} without a suffix. To be called before the
   * server starts.
   */
  void gauge(String name, DoubleSupplier value) {
    gauges.put(name, value);
  }

  /**
   * Adds a value that only grows; {@code name} without {@code _total}. To be called before the
   * server starts.
   */
  void counter(String name, DoubleSupplier value) {
    counters.put(name, value);
  }

  void claimed(Address address, Group group, Reason reason) {
    held.put(address, group);
    count(claimed(reason));
  }

  void released(Address address, Release why) {
    held.remove(address);
    count("released_" + why.name().toLowerCase(Locale.ROOT));
  }

  /** What the API wants now; what it wanted before counts only where it is still held. */
  void groups(List<Group> groups) {
    Map<Address, Group> next = HashMap.newHashMap(groups.size());
    groups.forEach(g -> g.addresses().forEach(a -> next.put(a, g)));
    wanted = next;
  }

  @Nullable Group groupOf(Address address) {
    Group group = wanted.get(address);
    return group == null ? held.get(address) : group;
  }

  void count(String transition) {
    transition(transition).increment();
  }

  private LongAdder transition(String kind) {
    return transitions.computeIfAbsent(kind, _ -> new LongAdder());
  }

  private static String claimed(Reason reason) {
    return "claimed_" + reason.name().toLowerCase(Locale.ROOT);
  }

  void muted(boolean now) {
    if (now != muted) {
      long nanos = System.nanoTime();
      mutedNanos = now ? mutedNanos : mutedNanos + nanos - mutedSince;
      mutedSince = nanos;
    }
    muted = now;
    count(now ? "muted" : "unmuted");
  }

  /** How many addresses have an owner in the plan. */
  void planned(int now) {
    planned = now;
  }

  Takeovers takeovers() {
    return takeovers;
  }

  /** The state of this speaker, one thing a line. */
  String status() {
    View v = view;
    return """
    node: %s
    members: %s
    planner: %s
    muted: %s
    addresses held: %d
    nodes held off: %s
    """
        .formatted(
            node,
            v == null ? "none yet" : v,
            planner ? "this speaker" : "another one",
            muted ? "yes" : "no",
            held.size(),
            heldOff.isEmpty()
                ? "none"
                : heldOff.stream().map(NodeName::text).sorted().collect(Collectors.joining(", ")));
  }

  private double mutedSeconds() {
    long running = muted ? System.nanoTime() - mutedSince : 0;
    return (mutedNanos + running) / 1e9;
  }

  /** A dispute with another speaker was decided. */
  void disputed(boolean here) {
    (here ? won : lost).increment();
    count(here ? "dispute_won" : "dispute_lost");
  }

  /** A host that is no speaker uses an address, or no longer. */
  void conflict(Address address, boolean now) {
    if (now) {
      conflicts.put(address, true);
    } else {
      conflicts.remove(address);
    }
  }

  void planner(boolean now) {
    planner = now;
  }

  void heldOff(Set<NodeName> now) {
    heldOff = now;
  }

  Set<NodeName> heldOff() {
    return heldOff;
  }

  void view(View now) {
    view = now;
  }

  @Override
  public MetricSnapshots collect() {
    List<MetricSnapshot> all = new ArrayList<>();
    all.add(announced());
    all.add(perAddress("metallb_layer2_requests_received", c -> c.requestsReceived.sum()));
    all.add(perAddress("metallb_layer2_responses_sent", c -> c.responsesSent.sum()));
    all.add(perAddress("metallb_layer2_gratuitous_sent", c -> c.gratuitousSent.sum()));
    all.add(gauge("harp_speaker_muted", "1 while this speaker may not send", muted ? 1 : 0));
    all.add(gauge("harp_planner", "1 while it is this speaker's turn to plan", planner ? 1 : 0));
    View v = view;
    all.add(gauge("harp_members", "speakers in the view", v == null ? 0 : v.members().size()));
    all.add(gauge("harp_held_addresses", "addresses answered here", held.size()));
    gauges.forEach((name, value) -> all.add(gauge(name, name, value.getAsDouble())));
    counters.forEach((name, value) -> all.add(counter(name, value.getAsDouble())));
    all.add(gauge("harp_planned_addresses", "addresses with an owner in the plan", planned));
    all.add(takeovers.collect());
    all.add(transitions());
    all.add(conflicts());
    all.add(arbitrations());
    all.add(counter("harp_muted_seconds", mutedSeconds()));
    all.add(heldOffNodes());
    return new MetricSnapshots(all);
  }

  private GaugeSnapshot announced() {
    GaugeSnapshot.Builder series =
        GaugeSnapshot.builder()
            .name("metallb_speaker_announced")
            .help("1 for each address this node answers for; the series goes when it is released");
    held.forEach((address, group) -> {
      for (ServiceKey service : group.services()) {
        series.dataPoint(
            GaugeDataPointSnapshot.builder()
                .value(1)
                .labels(
                    Labels.of(
                        "ip", address.toString(),
                        "node", node.text(),
                        "protocol", "layer2",
                        "service", service.toString()))
                .build());
      }
    });
    return series.build();
  }

  private GaugeSnapshot heldOffNodes() {
    GaugeSnapshot.Builder series =
        GaugeSnapshot.builder()
            .name("harp_node_held_off")
            .help("1 for each node that left too often lately and is chosen last");
    for (NodeName each : heldOff) {
      series.dataPoint(
          GaugeDataPointSnapshot.builder()
              .value(1)
              .labels(Labels.of("held_node", each.text()))
              .build());
    }
    return series.build();
  }

  private GaugeSnapshot conflicts() {
    GaugeSnapshot.Builder series =
        GaugeSnapshot.builder()
            .name("harp_address_conflict")
            .help("1 for each address a host that is no speaker uses; the series goes with that");
    conflicts
        .keySet()
        .forEach(address ->
            series.dataPoint(
                GaugeDataPointSnapshot.builder()
                    .value(1)
                    .labels(Labels.of("ip", address.toString()))
                    .build()));
    return series.build();
  }

  private CounterSnapshot arbitrations() {
    return CounterSnapshot.builder()
        .name("harp_arbitrations")
        .help("disputes with other speakers that were decided on the wire")
        .dataPoint(arbitration("won", won))
        .dataPoint(arbitration("lost", lost))
        .build();
  }

  private static CounterDataPointSnapshot arbitration(String result, LongAdder count) {
    return CounterDataPointSnapshot.builder()
        .value((double) count.sum())
        .labels(Labels.of("result", result))
        .build();
  }

  private UnknownSnapshot perAddress(String name, ToLongFunction<WireCounters.Counts> value) {
    UnknownSnapshot.Builder series = UnknownSnapshot.builder().name(name).help(name);
    // The count goes on when the address comes back, so the series goes but never jumps back.
    wire.byAddress()
        .forEach((address, counts) -> {
          if (held.containsKey(address)) {
            series.dataPoint(
                UnknownDataPointSnapshot.builder()
                    .value((double) value.applyAsLong(counts))
                    .labels(Labels.of("ip", address.toString()))
                    .build());
          }
        });
    return series.build();
  }

  private CounterSnapshot transitions() {
    CounterSnapshot.Builder series =
        CounterSnapshot.builder()
            .name("harp_transitions")
            .help("what happened to addresses and to the right to send");
    transitions.forEach((kind, count) ->
        series.dataPoint(
            CounterDataPointSnapshot.builder()
                .value((double) count.sum())
                .labels(Labels.of("kind", kind))
                .build()));
    return series.build();
  }

  private static GaugeSnapshot gauge(String name, String help, double value) {
    return GaugeSnapshot.builder()
        .name(name)
        .help(help)
        .dataPoint(GaugeDataPointSnapshot.builder().value(value).build())
        .build();
  }

  private static CounterSnapshot counter(String name, double value) {
    return CounterSnapshot.builder()
        .name(name)
        .help(name)
        .dataPoint(CounterDataPointSnapshot.builder().value(value).build())
        .build();
  }
}
