package io.harp.speaker;

import com.sun.net.httpserver.HttpHandler;
import io.harp.loop.Loop;
import io.harp.ops.OpsServer;
import io.harp.ops.Version;
import io.harp.speaker.host.HostMetrics;
import io.harp.speaker.link.RawFrames;
import io.harp.speaker.link.WireCounters;
import io.harp.speaker.status.MoveRecorder;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.io.IOException;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** What the metrics port shows: metrics, and whether the speaker is alive and ready. */
final class Pages implements AutoCloseable {

  /** A loop that has not turned for so long is not healthy, in milliseconds. */
  private static final long STALLED_MS = 3_000;

  private final Loop loop;
  private final BooleanSupplier fresh;
  private final HttpHandler framesPage;
  private @Nullable OpsServer ops;
  private volatile boolean ready;

  /**
   * @param fresh whether what the API said is current
   * @param framesPage serves what the wire carried
   */
  Pages(Loop loop, BooleanSupplier fresh, HttpHandler framesPage) {
    this.loop = loop;
    this.fresh = fresh;
    this.framesPage = framesPage;
  }

  /**
   * Opens the port.
   *
   * @throws IOException if it is taken, saying which setting to change
   */
  void serve(
      Settings settings,
      SpeakerMetrics metrics,
      WorldBook world,
      MoveRecorder recorder,
      WireCounters wire,
      RawFrames frames,
      LateCluster cluster)
      throws IOException {
    metrics.gauge("metallb_k8s_client_config_loaded_bool", () -> world.isConfigLoaded() ? 1 : 0);
    metrics.gauge("metallb_k8s_client_config_stale_bool", () -> world.isConfigStale() ? 1 : 0);
    metrics.counter("metallb_k8s_client_updates", world::updates);
    metrics.gauge("harp_membership_encrypted", () -> settings.key().isSecret() ? 1 : 0);
    metrics.gauge("harp_api_fresh", () -> fresh.getAsBoolean() ? 1 : 0);
    metrics.gauge("harp_loop_waiting", loop::waiting);
    metrics.counter("harp_loop_dropped", loop::dropped);
    metrics.counter("harp_api_writes", recorder::written);
    metrics.counter("harp_api_write_failures", recorder::failed);
    metrics.counter("harp_membership_doubts", () -> cluster.count(c -> c.doubts.sum()));
    metrics.counter("harp_membership_suspicions", () -> cluster.count(c -> c.suspicions.sum()));
    metrics.counter("harp_detections", () -> cluster.count(c -> c.detections.sum()));
    metrics.counter(
        "harp_detection_seconds", () -> cluster.count(c -> c.detectionMs.sum()) / 1000.0);
    metrics.counter("harp_membership_refused", () -> cluster.count(c -> c.refused.sum()));
    metrics.counter("harp_membership_stalls", () -> cluster.count(c -> c.stalls.sum()));
    metrics.counter("harp_membership_merges", () -> cluster.count(c -> c.merges.sum()));
    PrometheusRegistry registry = new PrometheusRegistry();
    registry.register(Version.metric());
    registry.register(metrics);
    registry.register(new WireMetrics(wire, frames));
    settings.hostMetrics().map(HostMetrics::new).ifPresent(registry::register);
    try {
      ops =
          OpsServer.start(
              settings.metrics(),
              registry,
              this::unhealthy,
              this::notReady,
              Map.of("/debug/frames.pcap", framesPage, "/status", new StatusPage(metrics)));
    } catch (IOException e) {
      throw new IOException(
          "--metrics-port: "
              + settings.metrics().getPort()
              + " cannot be used ("
              + e.getMessage()
              + "): free it, or choose another one",
          e);
    }
  }

  /** From now on the speaker counts as ready. */
  void ready() {
    ready = true;
  }

  private Optional<String> unhealthy() {
    long stalled = loop.stalledMs();
    return stalled > STALLED_MS
        ? Optional.of("the loop has not turned for " + stalled + " ms")
        : Optional.empty();
  }

  private Optional<String> notReady() {
    return ready
        ? unhealthy()
        : Optional.of("the first view or the first full list of the API is still missing");
  }

  @Override
  public void close() {
    if (ops != null) {
      ops.close();
    }
  }
}
