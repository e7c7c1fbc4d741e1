package io.harp.controller;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.harp.ops.BadSetting;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SettingsTest {

  @Test
  void everyFlagOfMetalLbIsAccepted() {
    Options options = new Options();
    Main.commandLine(options)
        .parseArgs(
            io.harp.ops.Inherited.withTwoDashes(
                new String[] {
                  "--port=9120",
                  "--health-probe-port=17472",
                  "--namespace=other",
                  "--pod-name=controller-0",
                  "--deployment=controller",
                  "--ml-secret-name=memberlist",
                  "-log-level=debug",
                  "--lb-class=harp",
                  "--webhook-mode=disabled",
                  "--webhook-secret=metallb-webhook-cert",
                  "--webhook-http2",
                  "--disable-cert-rotation=true",
                  "--cert-dir=/certs",
                  "--cert-service-name=metallb-webhook-service",
                  "--tls-min-version=VersionTLS13",
                  "--tls-cipher-suites=",
                  "--tls-curve-preferences=",
                  "--metrics-cert-dir=",
                  "--pprof-bind-address=",
                  "--enable-pprof=false"
                }));
    Settings settings = Settings.of(options);
    assertEquals("other", settings.namespace());
    assertEquals("harp", settings.lbClass().orElse(""));
    assertEquals("controller-0", settings.podName());
    assertEquals("debug", options.observability.logLevel());
  }

  @Test
  void theEnvironmentFillsInWhatNoFlagSays() {
    Options options = new Options();
    options.environment(
        Map.of("METALLB_NAMESPACE", "metallb-system", "METALLB_POD_NAME", "controller-1"));
    assertEquals("metallb-system", Settings.of(options).namespace());
    assertEquals("controller-1", Settings.of(options).podName());
    assertEquals(7473, Settings.of(options).metrics().getPort());
    assertTrue(Settings.of(options).lbClass().isEmpty());
  }

  @ParameterizedTest
  @CsvSource({
    "--webhook-mode=sometimes, --webhook-mode",
    "--metrics-port=70000, --metrics-port",
    "--metrics-bind-address=no.such.host.invalid, --metrics-bind-address",
  })
  void aValueThatCannotBeIsRefusedByName(String flag, String name) {
    Options options = new Options();
    options.namespace = "metallb-system";
    Main.commandLine(options).parseArgs(flag);
    BadSetting refusal = assertThrows(BadSetting.class, () -> Settings.of(options));
    assertTrue(String.valueOf(refusal.getMessage()).startsWith(name), refusal.getMessage());
  }

  @Test
  void anUnknownFlagIsNamedInOneLine() {
    PrintStream before = System.err;
    ByteArrayOutputStream said = new ByteArrayOutputStream();
    System.setErr(new PrintStream(said, true, StandardCharsets.UTF_8));
    try {
      assertEquals(2, Main.run(new String[] {"--no-such-flag"}));
    } finally {
      System.setErr(before);
    }
    String text = said.toString(StandardCharsets.UTF_8);
    assertEquals(1, text.lines().count(), text);
    assertTrue(text.contains("--no-such-flag"), text);
  }
}
