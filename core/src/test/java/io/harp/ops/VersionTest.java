package io.harp.ops;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot.GaugeDataPointSnapshot;
import org.junit.jupiter.api.Test;

class VersionTest {

  @Test
  void itIsTheVersionOfTheBuild() {
    String[] lines = new Version().getVersion();
    assertEquals(1, lines.length);
    assertTrue(lines[0].matches("harp \\d+\\.\\d+\\.\\d+.*"), lines[0]);
  }

  @Test
  void metricsTellItToo() {
    GaugeSnapshot metric = (GaugeSnapshot) Version.metric().collect();
    assertEquals("harp_build_info", metric.getMetadata().getPrometheusName());
    GaugeDataPointSnapshot point = metric.getDataPoints().getFirst();
    assertEquals(1, point.getValue());
    assertEquals(new Version().getVersion()[0], "harp " + point.getLabels().get("version"));
  }
}
