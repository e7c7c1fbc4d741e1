package io.harp.speaker.capture;

import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.List;

/**
 * What to capture, and where to keep it.
 *
 * @param host the node, as the files are named after
 * @param interfaces names, or {@code any} alone
 * @param filter a BPF expression (pcap-filter(7)), empty for all packets
 * @param snapLength how many bytes of a packet are kept, 1-262144
 * @param bufferBytes of the kernel's buffer for each interface
 * @param promiscuous whether to see frames for other hosts
 * @param compress whether finished files are compressed
 * @param metrics where metrics are served
 */
public record CaptureSettings(
    String host,
    List<String> interfaces,
    String filter,
    int snapLength,
    int bufferBytes,
    boolean promiscuous,
    Path directory,
    Rotation rotation,
    Retention retention,
    boolean compress,
    InetSocketAddress metrics) {

  public CaptureSettings {
    interfaces = List.copyOf(interfaces);
  }

  /** A host's name as a part of file names: other characters than these become underscores. */
  public static String safeHost(String host) {
    return host.replaceAll("[^A-Za-z0-9._-]", "_");
  }
}
