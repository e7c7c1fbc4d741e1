package io.harp.e2e.chart;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.EnvVar;
import java.io.IOException;
import java.lang.reflect.AccessibleObject;
import java.lang.reflect.InvocationTargetException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import picocli.CommandLine;

/** The daemons of this build take the arguments and the environment the chart gives them. */
@NeedsHelm
class ArgumentsTest {

  /** What the kubelet would put for {@code fieldRef}. */
  private static final Map<String, String> FIELDS =
      Map.of(
          "spec.nodeName", "n1",
          "metadata.name", "pod-1",
          "metadata.namespace", "metallb-system",
          "status.hostIP", "192.0.2.1",
          "status.podIP", "192.0.2.1");

  @TempDir static Path secret;

  static List<String> matrix() {
    return Chart.ALL;
  }

  @ParameterizedTest
  @MethodSource("matrix")
  void areUnderstood(String values) throws ReflectiveOperationException, IOException {
    Files.writeString(secret.resolve("secretkey"), "a secret of the speakers");
    Rendered rendered = Chart.of(values).render();
    understood("controller", rendered.controller().getContainers().getFirst());
    understood("speaker", rendered.daemons("speaker").getContainers().getFirst());
  }

  @Test
  void areUnderstoodByThePacketMonitor() throws ReflectiveOperationException {
    Container monitor =
        Chart.of("everything").render().daemons("packet-monitor").getContainers().getFirst();
    assertEquals(List.of("speaker", "capture"), monitor.getCommand());
    Object command =
        open(Class.forName("io.harp.speaker.CaptureCommand").getDeclaredConstructor())
            .newInstance();
    new CommandLine(command).parseArgs(monitor.getArgs().toArray(String[]::new));
  }

  /** The daemons' own options and settings, which nobody else has to see. */
  private static void understood(String daemon, Container container)
      throws ReflectiveOperationException {
    assertEquals(List.of(daemon), container.getCommand());
    Class<?> type = Class.forName("io.harp." + daemon + ".Options");
    Object options = open(type.getDeclaredConstructor()).newInstance();
    new CommandLine(options).parseArgs(container.getArgs().toArray(String[]::new));
    open(type.getDeclaredMethod("environment", Map.class)).invoke(options, environment(container));
    Class<?> settings = Class.forName("io.harp." + daemon + ".Settings");
    try {
      open(settings.getDeclaredMethod("of", type)).invoke(null, options);
    } catch (InvocationTargetException e) {
      throw new AssertionError(daemon + ": " + e.getCause(), e);
    }
  }

  private static Map<String, String> environment(Container container) {
    Map<String, String> environment = new HashMap<>();
    for (EnvVar variable : container.getEnv()) {
      environment.put(
          variable.getName(),
          Optional.ofNullable(variable.getValue())
              .orElseGet(() -> field(variable.getValueFrom().getFieldRef().getFieldPath())));
    }
    environment.computeIfPresent("METALLB_ML_SECRET_KEY_PATH", (_, _) -> secret.toString());
    return environment;
  }

  private static String field(String path) {
    return Optional.ofNullable(FIELDS.get(path)).orElseThrow();
  }

  private static <T extends AccessibleObject> T open(T member) {
    member.setAccessible(true);
    return member;
  }
}
