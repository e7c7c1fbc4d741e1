package io.harp.controller;

import io.harp.controller.allocation.PoolUse;
import io.harp.controller.status.Tally;
import io.harp.ops.Version;
import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.core.metrics.Gauge;
import io.prometheus.metrics.core.metrics.GaugeWithCallback;
import io.prometheus.metrics.core.metrics.Histogram;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.function.IntSupplier;

/** The controller's metrics, under MetalLB's names, so that its dashboards and alerts work. */
final class ControllerMetrics implements Tally {

  private final Gauge total;
  private final Gauge inUse;
  private final Gauge total4;
  private final Gauge total6;
  private final Gauge inUse4;
  private final Gauge inUse6;
  private final Counter updates;
  private final Counter errors;
  private final Gauge loaded;
  private final Gauge stale;
  private final Counter terms;
  private final Histogram writes;
  private final Counter retries;
  private Set<String> pools = Set.of();

  /**
   * @param leads whether this controller leads
   * @param waiting events that wait for the loop
   * @param unwritten Services whose write waits or is under way
   */
  ControllerMetrics(
      PrometheusRegistry registry,
      BooleanSupplier leads,
      IntSupplier waiting,
      IntSupplier unwritten) {
    registry.register(Version.metric());
    total = perPool(registry, "addresses_total", "Usable addresses of a pool");
    inUse = perPool(registry, "addresses_in_use_total", "Addresses of a pool in use");
    total4 = perPool(registry, "ipv4_addresses_total", "Usable IPv4 addresses of a pool");
    total6 = perPool(registry, "ipv6_addresses_total", "Usable IPv6 addresses of a pool");
    inUse4 = perPool(registry, "ipv4_addresses_in_use_total", "IPv4 addresses in use");
    inUse6 = perPool(registry, "ipv6_addresses_in_use_total", "IPv6 addresses in use");
    updates =
        Counter.builder()
            .name("metallb_k8s_client_updates_total")
            .help("Changes of Services and configuration handled")
            .register(registry);
    errors =
        Counter.builder()
            .name("metallb_k8s_client_update_errors_total")
            .help("Changes that could not be handled as wanted, and writes that failed")
            .register(registry);
    loaded = flag(registry, "config_loaded_bool", "1 once a configuration was read");
    stale = flag(registry, "config_stale_bool", "1 while the newest configuration has problems");
    asked(registry, "leader", "1 while this controller leads", () -> leads.getAsBoolean() ? 1 : 0);
    asked(registry, "loop_waiting", "Events that wait for the loop", waiting);
    asked(registry, "queue", "Services whose status waits to be written, or is", unwritten);
    terms =
        Counter.builder()
            .name("harp_controller_terms_total")
            .help("How often this controller became the leader")
            .register(registry);
    writes =
        Histogram.builder()
            .name("harp_controller_write_seconds")
            .help("How long the API took for writes that succeeded")
            .labelNames("what")
            .classicOnly()
            .classicUpperBounds(.002, .005, .01, .02, .05, .1, .2, .5, 1, 2, 5, 10)
            .register(registry);
    retries =
        Counter.builder()
            .name("harp_controller_write_retries_total")
            .help("Writes that have to be made again: somebody else was first, or it failed")
            .labelNames("what", "reason")
            .register(registry);
  }

  void termBegan() {
    terms.inc();
  }

  @Override
  public void written(What what, double seconds) {
    writes.labelValues(label(what)).observe(seconds);
  }

  @Override
  public void conflict(What what) {
    retries.labelValues(label(what), "conflict").inc();
  }

  @Override
  public void failed(What what) {
    retries.labelValues(label(what), "failure").inc();
    failed();
  }

  void updated() {
    updates.inc();
  }

  void failed() {
    errors.inc();
  }

  void configured(boolean sound) {
    loaded.set(1);
    stale.set(sound ? 0 : 1);
  }

  void usage(List<PoolUse> usage) {
    Set<String> now = new HashSet<>();
    for (PoolUse use : usage) {
      now.add(use.pool());
      total.labelValues(use.pool()).set((double) use.capacity4() + use.capacity6());
      inUse.labelValues(use.pool()).set((double) use.used4() + use.used6());
      total4.labelValues(use.pool()).set((double) use.capacity4());
      total6.labelValues(use.pool()).set((double) use.capacity6());
      inUse4.labelValues(use.pool()).set((double) use.used4());
      inUse6.labelValues(use.pool()).set((double) use.used6());
    }
    pools.stream().filter(p -> !now.contains(p)).forEach(this::forget);
    pools = now;
  }

  private void forget(String pool) {
    List.of(total, inUse, total4, total6, inUse4, inUse6).forEach(g -> g.remove(pool));
  }

  private static String label(What what) {
    return what.name().toLowerCase(Locale.ROOT);
  }

  private static void asked(
      PrometheusRegistry registry, String name, String help, IntSupplier value) {
    GaugeWithCallback.builder()
        .name("harp_controller_" + name)
        .help(help)
        .callback(callback -> callback.call(value.getAsInt()))
        .register(registry);
  }

  private static Gauge perPool(PrometheusRegistry registry, String name, String help) {
    return Gauge.builder()
        .name("metallb_allocator_" + name)
        .help(help)
        .labelNames("pool")
        .register(registry);
  }

  private static Gauge flag(PrometheusRegistry registry, String name, String help) {
    return Gauge.builder().name("metallb_k8s_client_" + name).help(help).register(registry);
  }
}
