package io.harp.ops;

import io.prometheus.metrics.model.registry.Collector;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot.GaugeDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import picocli.CommandLine.IVersionProvider;

/** The version of this build, which it writes into a file beside this class. */
public final class Version implements IVersionProvider {

  @Override
  public String[] getVersion() {
    return new String[] {"harp " + text()};
  }

  /** {@code harp_build_info}: 1, with the version as a label. */
  public static Collector metric() {
    return () ->
        GaugeSnapshot.builder()
            .name("harp_build_info")
            .help("The version of this build")
            .dataPoint(
                GaugeDataPointSnapshot.builder()
                    .value(1)
                    .labels(Labels.of("version", text()))
                    .build())
            .build();
  }

  private static String text() {
    try (InputStream in = Objects.requireNonNull(Version.class.getResourceAsStream("version"))) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8).strip();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
