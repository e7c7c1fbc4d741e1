package io.harp.speaker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.harp.ops.BadSetting;
import io.harp.speaker.ownership.Settings.Rule;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;

class SettingsTest {

  private static final Map<String, String> USUAL =
      Map.of(
          "METALLB_NODE_NAME", "n1",
          "METALLB_HOST", "192.0.2.1",
          "METALLB_ML_BIND_ADDR", "192.0.2.1",
          "METALLB_ML_LABELS", "app=metallb,component=speaker",
          "METALLB_ML_BIND_PORT", "7472");

  @Test
  void theUsualDaemonSetWorksUnchanged() {
    Settings settings = settings(USUAL, "--port=7472", "--log-level=info");
    assertEquals("n1", settings.node().text());
    assertEquals("/192.0.2.1:7472", settings.membership().toString());
    assertEquals(7473, settings.metrics().getPort());
    assertEquals(Optional.of("app=metallb,component=speaker"), settings.labels());
    assertFalse(settings.key().isSecret());
    assertEquals(250, settings.protocol().detectionMs());
  }

  @Test
  void thePortFlagIsTheMembershipsUnlessTheEnvironmentSaysOtherwise() {
    Map<String, String> env = new HashMap<>(USUAL);
    env.remove("METALLB_ML_BIND_PORT");
    assertEquals(8000, settings(env, "--port=8000").membership().getPort());
    assertEquals(7472, settings(USUAL, "--port=8000").membership().getPort());
    assertEquals(8001, settings(USUAL, "--port=8000", "--ml-bindport=8001").membership().getPort());
  }

  @Test
  void flagsOfEveryMetalLbVersionAreAccepted() {
    settings(
        USUAL,
        "-host=192.0.2.1",
        "-log-level",
        "debug",
        "--enable-pprof",
        "--ml-wan-config=false",
        "--tls-min-version=VersionTLS13",
        "--health-probe-port=17472",
        "--bgp-debounce-timeout=3000",
        "--frrk8s-secret-passthrough=false",
        "--ignore-exclude-lb");
  }

  @Test
  void anUnknownFlagIsNamed() {
    ParameterException e =
        assertThrows(ParameterException.class, () -> settings(USUAL, "--protocol=bgp"));
    assertTrue(String.valueOf(e.getMessage()).contains("--protocol"), e.getMessage());
  }

  @ParameterizedTest
  @CsvSource({
    "METALLB_NODE_NAME,'',METALLB_NODE_NAME",
    "METALLB_ML_BIND_PORT,70000,METALLB_ML_BIND_PORT",
    "METALLB_ML_BIND_PORT,many,METALLB_ML_BIND_PORT",
    "METALLB_ML_BIND_ADDR,node-1,METALLB_ML_BIND_ADDR",
    "METALLB_ML_SECRET_KEY_PATH,/nowhere,METALLB_ML_SECRET_KEY_PATH"
  })
  void aBadVariableIsNamedInTheRefusal(String variable, String value, String named) {
    Map<String, String> env = new HashMap<>(USUAL);
    env.put(variable, value);
    BadSetting e = assertThrows(BadSetting.class, () -> settings(env));
    assertTrue(String.valueOf(e.getMessage()).contains(named), e.getMessage());
  }

  @ParameterizedTest
  @CsvSource({
    "--detection-time=10ms,100ms-10000ms",
    "--detection-time=fast,no duration",
    "--interface-subnets=some,neither any nor matching",
    "--metrics-port=0,no port",
    "--hold-off=never,no duration",
    "--rebalance=fast,no rate",
    "--rebalance=0/min,no rate",
    "--rebalance=61/min,no rate",
    "--without=gravity,no rule"
  })
  void aBadFlagIsNamedWithWhatWouldBeRight(String flag, String said) {
    BadSetting e = assertThrows(BadSetting.class, () -> settings(USUAL, flag));
    String message = String.valueOf(e.getMessage());
    assertTrue(message.startsWith(flag.substring(0, flag.indexOf('='))), message);
    assertTrue(message.contains(said), message);
  }

  @Test
  void aShortSecretIsRefusedAndNotPrinted(@TempDir Path dir) throws IOException {
    Files.writeString(dir.resolve("secretkey"), "tooshort");
    Map<String, String> env = new HashMap<>(USUAL);
    env.put("METALLB_ML_SECRET_KEY_PATH", dir.toString());
    BadSetting e = assertThrows(BadSetting.class, () -> settings(env));
    String message = String.valueOf(e.getMessage());
    assertTrue(message.contains("at least 16"), message);
    assertFalse(message.contains("tooshort"), message);
  }

  @Test
  void balanceAndHoldOffCanBeSetAndSwitchedOff() {
    assertEquals(1, settings(USUAL).protocol().rebalancePerMinute());
    assertEquals(600_000, settings(USUAL).protocol().holdOffMs());
    assertEquals(6, settings(USUAL, "--rebalance=6/min").protocol().rebalancePerMinute());
    assertEquals(0, settings(USUAL, "--rebalance=off").protocol().rebalancePerMinute());
    assertEquals(0, settings(USUAL, "--hold-off=off").protocol().holdOffMs());
    assertEquals(30_000, settings(USUAL, "--hold-off=30s").protocol().holdOffMs());
  }

  @Test
  void rulesCanBeSwitchedOffToShowTheirWorth() {
    assertFalse(settings(USUAL, "--without=ceded-lease,fence").protocol().has(Rule.CEDED_LEASE));
    assertTrue(settings(USUAL).protocol().has(Rule.CEDED_LEASE));
  }

  private static Settings settings(Map<String, String> env, String... args) {
    Options options = new Options();
    new CommandLine(options).parseArgs(io.harp.ops.Inherited.withTwoDashes(args));
    options.environment(env);
    return Settings.of(options);
  }
}
