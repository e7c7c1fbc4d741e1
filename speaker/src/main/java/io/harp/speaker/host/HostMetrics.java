package io.harp.speaker.host;

import io.prometheus.metrics.model.registry.MultiCollector;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.CounterSnapshot.CounterDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot.GaugeDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.InfoSnapshot;
import io.prometheus.metrics.model.snapshots.InfoSnapshot.InfoDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * The node's interfaces in the names and labels of node_exporter's collectors netdev and netclass,
 * so dashboards and alerts made for those work. Files are read when asked, at most once a scrape.
 */
public final class HostMetrics implements MultiCollector {

  /** IFF_UP, netdevice(7). */
  private static final long UP = 1;

  private static final double BYTES_PER_MEGABIT = 1_000_000 / 8.0;

  /** Names of metrics and of the files they are read from. */
  private record Property(String metric, String file) {}

  private static final List<Property> GAUGES =
      List.of(
          new Property("address_assign_type", "addr_assign_type"),
          new Property("carrier", "carrier"),
          new Property("device_id", "dev_id"),
          new Property("dormant", "dormant"),
          new Property("flags", "flags"),
          new Property("iface_id", "ifindex"),
          new Property("iface_link", "iflink"),
          new Property("iface_link_mode", "link_mode"),
          new Property("mtu_bytes", "mtu"),
          new Property("name_assign_type", "name_assign_type"),
          new Property("net_dev_group", "netdev_group"),
          new Property("protocol_type", "type"),
          new Property("transmit_queue_length", "tx_queue_len"));

  private static final List<Property> COUNTERS =
      List.of(
          new Property("carrier_changes", "carrier_changes"),
          new Property("carrier_down_changes", "carrier_down_count"),
          new Property("carrier_up_changes", "carrier_up_count"));

  private final Supplier<List<Device>> devices;

  public HostMetrics(HostFiles files) {
    this(files::read);
  }

  HostMetrics(Supplier<List<Device>> devices) {
    this.devices = devices;
  }

  @Override
  public MetricSnapshots collect() {
    List<Device> now = devices.get();
    List<MetricSnapshot> all = new ArrayList<>();
    all.add(info(now));
    all.add(gauge("up", now, d -> OptionalDouble.of(d.text("operstate").equals("up") ? 1 : 0)));
    all.add(gauge("speed_bytes", now, HostMetrics::speed));
    for (Property p : GAUGES) {
      all.add(gauge(p.metric, now, d -> Numbers.parse(d.text(p.file))));
    }
    for (Property p : COUNTERS) {
      all.add(counter(p.metric, now, d -> Numbers.parse(d.text(p.file))));
    }
    List<String> columns = new ArrayList<>(NetDev.COLUMNS);
    columns.add("receive_nohandler");
    for (String column : columns) {
      all.add(counter(column, now, d -> counted(d, column)));
    }
    return new MetricSnapshots(all);
  }

  private static OptionalDouble counted(Device device, String column) {
    Double value = device.counters().get(column);
    return value == null ? OptionalDouble.empty() : OptionalDouble.of(value);
  }

  // An unknown speed is -1 Mbit/s, and stays so: node_exporter's users filter it.
  private static OptionalDouble speed(Device device) {
    OptionalDouble megabits = Numbers.parse(device.text("speed"));
    return megabits.isEmpty()
        ? megabits
        : OptionalDouble.of(megabits.getAsDouble() * BYTES_PER_MEGABIT);
  }

  private static InfoSnapshot info(List<Device> devices) {
    InfoSnapshot.Builder series =
        InfoSnapshot.builder()
            .name("node_network")
            .help("Non-numeric data from /sys/class/net/<iface>, value is always 1.");
    for (Device d : devices) {
      series.dataPoint(
          InfoDataPointSnapshot.builder()
              .labels(
                  Labels.of(
                      "device", d.name(),
                      "address", d.text("address"),
                      "broadcast", d.text("broadcast"),
                      "duplex", d.text("duplex"),
                      "operstate", d.text("operstate"),
                      "adminstate", adminState(d),
                      "ifalias", d.text("ifalias")))
              .build());
    }
    return series.build();
  }

  private static String adminState(Device device) {
    OptionalDouble flags = Numbers.parse(device.text("flags"));
    if (flags.isEmpty()) {
      return "unknown";
    }
    return ((long) flags.getAsDouble() & UP) != 0 ? "up" : "down";
  }

  private static GaugeSnapshot gauge(
      String name, List<Device> devices, Function<Device, OptionalDouble> value) {
    GaugeSnapshot.Builder series =
        GaugeSnapshot.builder()
            .name("node_network_" + name)
            .help(
                name.equals("up")
                    ? "Value is 1 if operstate is 'up', 0 otherwise."
                    : "Network device property: " + name);
    for (Device d : devices) {
      value
          .apply(d)
          .ifPresent(v ->
              series.dataPoint(
                  GaugeDataPointSnapshot.builder()
                      .value(v)
                      .labels(Labels.of("device", d.name()))
                      .build()));
    }
    return series.build();
  }

  private static CounterSnapshot counter(
      String name, List<Device> devices, Function<Device, OptionalDouble> value) {
    CounterSnapshot.Builder series =
        CounterSnapshot.builder()
            .name("node_network_" + name)
            .help("Network device statistic " + name + ".");
    for (Device d : devices) {
      value
          .apply(d)
          .ifPresent(v ->
              series.dataPoint(
                  CounterDataPointSnapshot.builder()
                      .value(v)
                      .labels(Labels.of("device", d.name()))
                      .build()));
    }
    return series.build();
  }
}
