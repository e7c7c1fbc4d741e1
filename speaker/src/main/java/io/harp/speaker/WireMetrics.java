package io.harp.speaker;

import io.harp.speaker.link.RawFrames;
import io.harp.speaker.link.RawFrames.Capture;
import io.harp.speaker.link.WireCounters;
import io.prometheus.metrics.model.registry.MultiCollector;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.CounterSnapshot.CounterDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.ToLongFunction;

/** What {@code /metrics} shows of the wire that is not about one address. */
final class WireMetrics implements MultiCollector {

  private final WireCounters wire;
  private final RawFrames frames;

  WireMetrics(WireCounters wire, RawFrames frames) {
    this.wire = wire;
    this.frames = frames;
  }

  @Override
  public MetricSnapshots collect() {
    List<Capture> captures = frames.captures();
    List<MetricSnapshot> all =
        List.of(
            drops(),
            perInterface(
                "harp_capture_frames",
                "frames of interest an interface received, the dropped ones included",
                captures,
                Capture::frames),
            perInterface(
                "harp_capture_drops",
                "frames the kernel dropped because the capture did not keep up",
                captures,
                Capture::drops),
            counter(
                "harp_kernel_drops",
                "harp_capture_drops of all interfaces in use",
                captures.stream().mapToLong(Capture::drops).sum()),
            counter("harp_gateway_nudges", "questions to gateways about a move", wire.nudges),
            counter("harp_pings_answered", "echo requests answered", wire.pings),
            counter("harp_send_failures", "frames that could not be sent", wire.sendFailures),
            counter("harp_capture_reopened", "times a capture broke and came back", wire.reopened));
    return new MetricSnapshots(all);
  }

  private CounterSnapshot drops() {
    CounterSnapshot.Builder series =
        CounterSnapshot.builder()
            .name("harp_frames_dropped")
            .help("received frames not looked at further, and answers not sent");
    for (WireCounters.Drop reason : WireCounters.Drop.values()) {
      series.dataPoint(
          CounterDataPointSnapshot.builder()
              .value((double) wire.dropped(reason).sum())
              .labels(Labels.of("reason", reason.name().toLowerCase(Locale.ROOT)))
              .build());
    }
    return series.build();
  }

  private static CounterSnapshot perInterface(
      String name, String help, List<Capture> captures, ToLongFunction<Capture> value) {
    CounterSnapshot.Builder series = CounterSnapshot.builder().name(name).help(help);
    for (Capture capture : captures) {
      series.dataPoint(
          CounterDataPointSnapshot.builder()
              .value((double) value.applyAsLong(capture))
              .labels(Labels.of("interface", capture.interfaceName()))
              .build());
    }
    return series.build();
  }

  private static CounterSnapshot counter(String name, String help, LongAdder value) {
    return counter(name, help, value.sum());
  }

  private static CounterSnapshot counter(String name, String help, long value) {
    return CounterSnapshot.builder()
        .name(name)
        .help(help)
        .dataPoint(CounterDataPointSnapshot.builder().value((double) value).build())
        .build();
  }
}
