package io.harp.speaker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.harp.ops.BadSetting;
import io.harp.speaker.capture.CaptureSettings;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

class CaptureCommandTest {

  @Test
  void theDefaultsAreAnHourTwentyFourFilesAndAllInterfaces() {
    CaptureSettings settings = settings(Map.of("METALLB_NODE_NAME", "n/1"));
    assertEquals("n_1", settings.host());
    assertEquals(List.of("any"), settings.interfaces());
    assertEquals(3_600_000, settings.rotation().everyMs());
    assertEquals(24, settings.retention().keep());
    assertTrue(settings.compress());
  }

  @Test
  void whatCannotBeUsedIsNamed() {
    refused("--rotate-size", "--rotate-size=3Gi");
    refused("512Ki", "--rotate-size=3 GB");
    refused("--interface", "--interface=any,eth0");
    refused("--snaplen", "--snaplen=0");
    refused("--keep", "--keep=0");
    refused("--rotate-every", "--rotate-every=10ms");
    refused("--buffer", "--buffer=2Gi");
    refused("--metrics-port", "--metrics-port=0");
  }

  private static void refused(String word, String flag) {
    BadSetting refusal = assertThrows(BadSetting.class, () -> settings(Map.of(), flag));
    assertTrue(String.valueOf(refusal.getMessage()).contains(word), refusal.getMessage());
  }

  private static CaptureSettings settings(Map<String, String> env, String... flags) {
    CaptureCommand command = new CaptureCommand();
    new CommandLine(command).parseArgs(flags);
    return command.settings(env);
  }
}
