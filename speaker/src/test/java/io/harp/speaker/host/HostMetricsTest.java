package io.harp.speaker.host;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.prometheus.metrics.expositionformats.PrometheusTextFormatWriter;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HostMetricsTest {

  private static final Pattern IGNORED = Pattern.compile("^(veth.*|cali.*|flannel.*|docker0)$");

  @TempDir private Path root;

  @BeforeEach
  void aHostWithOneCardAndAPod() throws IOException {
    Files.createDirectories(root.resolve("proc/net"));
    Files.writeString(
        root.resolve("proc/net/dev"),
        """
        Inter-|   Receive                                                |  Transmit
         face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs drop fifo colls carrier compressed
          eth0: 801724144   41041    1    2    3     4          5         6 3646704   30462    7    8    9    10      11         12
        veth12:12345678901234567 1 0 0 0 0 0 0 0 0 0 0 0 0 0 0
        """);
    device("eth0", Map.of("operstate", "up", "flags", "0x1003", "speed", "10000", "mtu", "1500"));
    device("veth12", Map.of("operstate", "up", "flags", "0x1003"));
    device("dummy0", Map.of("operstate", "down", "flags", "0x1002", "speed", "-1"));
    Files.writeString(root.resolve("sys/class/net/bonding_masters"), "");
  }

  @Test
  void everyFigureOfTheCardIsShownUnderItsName() throws IOException {
    String text = text();
    for (String line :
        List.of(
            "node_network_receive_bytes_total{device=\"eth0\"} 8.01724144E8",
            "node_network_receive_multicast_total{device=\"eth0\"} 6.0",
            "node_network_transmit_errs_total{device=\"eth0\"} 7.0",
            "node_network_transmit_compressed_total{device=\"eth0\"} 12.0",
            "node_network_speed_bytes{device=\"eth0\"} 1.25E9",
            "node_network_speed_bytes{device=\"dummy0\"} -125000.0",
            "node_network_flags{device=\"eth0\"} 4099.0",
            "node_network_up{device=\"eth0\"} 1.0",
            "node_network_up{device=\"dummy0\"} 0.0")) {
      assertTrue(text.contains(line + "\n"), line + " in\n" + text);
    }
    assertTrue(text.contains("adminstate=\"down\",broadcast=\"\",device=\"dummy0\""), text);
  }

  @Test
  void ignoredInterfacesAndOtherFilesAreNotShown() throws IOException {
    String text = text();
    assertFalse(text.contains("veth12"), text);
    assertFalse(text.contains("bonding_masters"), text);
  }

  @Test
  void whatTheKernelDoesNotSayIsLeftOut() throws IOException {
    assertFalse(text().contains("node_network_mtu_bytes{device=\"dummy0\"}"));
  }

  @Test
  void missingDirectoriesAreNamed() {
    HostFiles files = new HostFiles(root.resolve("nowhere"), root.resolve("sys"), IGNORED);
    assertEquals(List.of(root.resolve("nowhere/net/dev") + " is not there"), files.complaints());
  }

  private void device(String name, Map<String, String> files) throws IOException {
    Path directory = Files.createDirectories(root.resolve("sys/class/net").resolve(name));
    for (Map.Entry<String, String> file : files.entrySet()) {
      Files.writeString(directory.resolve(file.getKey()), file.getValue() + "\n");
    }
  }

  private String text() throws IOException {
    HostFiles files = new HostFiles(root.resolve("proc"), root.resolve("sys"), IGNORED);
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    PrometheusTextFormatWriter.create().write(out, new HostMetrics(files).collect());
    return out.toString(StandardCharsets.UTF_8);
  }
}
