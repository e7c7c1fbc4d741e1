package io.harp.kube;

import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.ObjectMapper;

/** YAML as far as commands need it. */
public final class Yaml {

  private static final KubernetesSerialization SERIALIZATION =
      new KubernetesSerialization(new ObjectMapper(), false);

  private Yaml() {}

  /**
   * Reads one object.
   *
   * @throws IllegalArgumentException in one line, if that is not what the text is
   */
  public static Fields read(String text) {
    try {
      return Fields.of("", SERIALIZATION.unmarshal(text, Map.class));
    } catch (RuntimeException e) {
      throw new IllegalArgumentException(
          "no YAML object: " + String.valueOf(e.getMessage()).lines().findFirst().orElse(""), e);
    }
  }

  /** Writes one object. */
  public static List<String> lines(Map<String, ?> object) {
    return object.isEmpty()
        ? List.of()
        : SERIALIZATION.asYaml(object).lines().filter(line -> !line.equals("---")).toList();
  }
}
