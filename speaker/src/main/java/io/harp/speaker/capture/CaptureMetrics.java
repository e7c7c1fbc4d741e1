package io.harp.speaker.capture;

import io.prometheus.metrics.core.metrics.CounterWithCallback;
import io.prometheus.metrics.core.metrics.GaugeWithCallback;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.util.List;
import java.util.function.DoubleSupplier;

/** What {@code /metrics} shows of the packet monitor. */
final class CaptureMetrics {

  private final PrometheusRegistry registry = new PrometheusRegistry();

  CaptureMetrics(List<Sniffer> sniffers, Recorder recorder) {
    counter("packets", "packets seen", () -> (double) recorder.packets().sum());
    counter(
        "bytes", "bytes of these packets, as far as kept", () -> (double) recorder.bytes().sum());
    CounterWithCallback.builder()
        .name("harp_capture_drops")
        .help("packets in no file: the buffer of the kernel, the interface or the disk was full")
        .labelNames("reason")
        .callback(c -> {
          c.call((double) sniffers.stream().mapToLong(Sniffer::kernelDrops).sum(), "kernel");
          c.call((double) sniffers.stream().mapToLong(Sniffer::interfaceDrops).sum(), "interface");
          c.call((double) recorder.lost().sum(), "disk");
        })
        .register(registry);
    GaugeWithCallback.builder()
        .name("harp_capture_running")
        .help("1 while packets of this interface are captured")
        .labelNames("interface")
        .callback(c -> sniffers.forEach(s -> c.call(s.isRunning() ? 1 : 0, s.name())))
        .register(registry);
  }

  /** Adds a value that goes up and down; to be called before the server starts. */
  void gauge(String name, String help, DoubleSupplier value) {
    GaugeWithCallback.builder()
        .name("harp_capture_" + name)
        .help(help)
        .callback(c -> c.call(value.getAsDouble()))
        .register(registry);
  }

  PrometheusRegistry registry() {
    return registry;
  }

  private void counter(String name, String help, DoubleSupplier value) {
    CounterWithCallback.builder()
        .name("harp_capture_" + name)
        .help(help)
        .callback(c -> c.call(value.getAsDouble()))
        .register(registry);
  }
}
