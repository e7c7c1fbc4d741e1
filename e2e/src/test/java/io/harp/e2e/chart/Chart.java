package io.harp.e2e.chart;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The chart with some values, as a user would give them with {@code -f} and {@code --set}. */
record Chart(List<Path> files, Map<String, String> settings, String kubeVersion) {

  /** The repository: tests run in the directory of their module. */
  static final Path ROOT = Path.of("..").toAbsolutePath().normalize();

  static final Path DIRECTORY = ROOT.resolve("charts/harp");
  static final String NAMESPACE = "metallb-system";

  /** The values files in {@code ci}, by the first part of their names. */
  static final List<String> ALL = List.of("default", "everything", "metallb", "manifests");

  static Chart of(String values) {
    return new Chart(
        List.of(DIRECTORY.resolve("ci/" + values + "-values.yaml")), Map.of(), "1.34.4");
  }

  Chart with(String key, String value) {
    Map<String, String> more = new LinkedHashMap<>(settings);
    more.put(key, value);
    return new Chart(files, more, kubeVersion);
  }

  Chart on(String version) {
    return new Chart(files, settings, version);
  }

  /**
   * Renders without asking any cluster.
   *
   * @throws HelmRefused with Helm's reason
   */
  Rendered render() {
    List<String> arguments =
        new ArrayList<>(
            List.of("template", "harp", DIRECTORY.toString(), "--namespace", NAMESPACE));
    arguments.addAll(List.of("--kube-version", kubeVersion));
    arguments.addAll(values());
    return new Rendered(Helm.offline().run(arguments));
  }

  /** These values as arguments for Helm. */
  List<String> values() {
    List<String> arguments = new ArrayList<>();
    files.forEach(file -> arguments.addAll(List.of("--values", file.toString())));
    settings.forEach((key, value) -> arguments.addAll(List.of("--set", key + "=" + value)));
    return arguments;
  }
}
