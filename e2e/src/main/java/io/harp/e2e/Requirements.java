package io.harp.e2e;

import io.harp.e2e.api.ApiServer;
import io.harp.e2e.api.RealApi;
import io.harp.e2e.net.Namespace;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** What a lab needs of the machine it runs on. */
public final class Requirements {

  private static final List<String> TOOLS =
      List.of("ip", "nft", "unshare", "nsenter", "setpriv", "mount");

  private Requirements() {}

  /** What is missing for a lab and how to get it, in one line; empty when nothing is. */
  public static Optional<String> missing() {
    List<String> tools = TOOLS.stream().filter(t -> !onPath(t)).toList();
    if (!tools.isEmpty()) {
      return Optional.of(
          "not found: "
              + String.join(", ", tools)
              + " (Debian: apt-get install iproute2 nftables util-linux mount libpcap0.8)");
    }
    if (!hasPcap()) {
      return Optional.of("not found: libpcap.so (Debian: apt-get install libpcap0.8)");
    }
    try (Namespace _ = Namespace.create("probe", null)) {
      return Optional.empty();
    } catch (RuntimeException e) {
      return Optional.of(
          "no network namespaces here: run as root or allow user namespaces ("
              + e.getMessage()
              + ")");
    }
  }

  /** What is missing for the real API server; empty when nothing is. */
  public static Optional<String> missingRealApi() {
    return RealApi.binaries().isPresent()
        ? Optional.empty()
        : Optional.of("no kube-apiserver and etcd: run e2e/kube-apiserver/build");
  }

  /** What is missing for a lab with this API server; empty when nothing is. */
  public static Optional<String> missing(ApiServer.Kind api) {
    return switch (api) {
      case EMBEDDED -> missing();
      case REAL -> missing().or(Requirements::missingRealApi);
    };
  }

  /** node_exporter, for the test that compares: Debian's package, or where ./dev unpacked it. */
  public static Optional<Path> nodeExporter() {
    String name = "prometheus-node-exporter";
    return Stream.concat(
            directories().stream(),
            RealApi.caches("node-exporter").stream().map(c -> c.resolve("usr/bin").toString()))
        .map(dir -> Path.of(dir, name))
        .filter(Files::isExecutable)
        .findFirst();
  }

  /** What is missing for a comparison with node_exporter; empty when nothing is. */
  public static Optional<String> missingNodeExporter() {
    return nodeExporter().isPresent()
        ? Optional.empty()
        : Optional.of(
            "no prometheus-node-exporter: ./dev test fetches it on Debian and Ubuntu (package of"
                + " that name)");
  }

  /** Helm, for the tests of the chart: {@code HELM}, on the path, or where ./dev built it. */
  public static Optional<Path> helm() {
    return Stream.concat(
            Optional.ofNullable(System.getenv("HELM")).stream(),
            Stream.concat(
                directories().stream().map(dir -> dir + "/helm"),
                RealApi.caches("helm").stream().map(c -> c.resolve("helm").toString())))
        .map(Path::of)
        .filter(Files::isExecutable)
        .findFirst();
  }

  /** What is missing for the tests of the chart; empty when nothing is. */
  public static Optional<String> missingHelm() {
    return helm().isPresent()
        ? Optional.empty()
        : Optional.of("no helm: ./dev test builds it where Go is, or set HELM to one");
  }

  /** promtool, for the tests of the alerts: on the path, or where ./dev unpacked it. */
  public static Optional<Path> promtool() {
    return Stream.concat(
            directories().stream(),
            RealApi.caches("promtool").stream().map(c -> c.resolve("usr/bin").toString()))
        .map(dir -> Path.of(dir, "promtool"))
        .filter(Files::isExecutable)
        .findFirst();
  }

  /** What is missing for the tests of the alerts; empty when nothing is. */
  public static Optional<String> missingPromtool() {
    return promtool().isPresent()
        ? Optional.empty()
        : Optional.of(
            "no promtool: ./dev test fetches it on Debian and Ubuntu (package prometheus)");
  }

  private static boolean onPath(String tool) {
    return directories().stream().anyMatch(dir -> Files.isExecutable(Path.of(dir, tool)));
  }

  private static List<String> directories() {
    List<String> path = new ArrayList<>(List.of(System.getenv("PATH").split(":", -1)));
    path.addAll(List.of("/usr/sbin", "/sbin"));
    return path;
  }

  private static boolean hasPcap() {
    try (var dirs = Files.walk(Path.of("/usr/lib"), 3)) {
      return dirs.anyMatch(f -> f.getFileName().toString().startsWith("libpcap.so"));
    } catch (java.io.IOException | java.io.UncheckedIOException e) {
      // Some directory cannot be read; the library loader will tell.
      return true;
    }
  }
}
