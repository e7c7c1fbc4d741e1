package io.harp.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.harp.e2e.net.LabProcess;
import io.harp.e2e.net.Namespace.Rights;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** A speaker that cannot work says why in one line, and ends. */
@NeedsLab
class SettingsLabTest {

  private static SpeakerLab speakers;

  @BeforeAll
  static void start() {
    speakers = SpeakerLab.build(LabOptions.harp().withNodes(2));
  }

  @AfterAll
  static void stop() {
    speakers.close();
  }

  @Test
  void anUnknownFlagIsNamed() {
    refused(
        speakers.node("n1").tryStart(Rights.RAW_SOCKETS, List.of("--fast"), "n1"),
        "--fast",
        "--help");
  }

  @Test
  void aMissingNodeNameIsNamed() {
    refused(
        speakers.node("n1").tryStart(Rights.RAW_SOCKETS, List.of(), ""),
        "METALLB_NODE_NAME",
        "spec.nodeName");
  }

  @Test
  void withoutNetRawItSaysWhichRightIsMissing() {
    refused(speakers.node("n1").tryStart(Rights.NONE, List.of(), "n1"), "NET_RAW");
  }

  @Test
  void portsInUseAreNamed() {
    LabNode node = speakers.node("n1");
    node.start();
    try {
      node.awaitReady(30_000);
      refused(
          node.tryStart(Rights.RAW_SOCKETS, List.of(), "n1"), "--metrics-port", "7473", "in use");
      refused(
          node.tryStart(Rights.RAW_SOCKETS, List.of("--metrics-port=7474"), "n1"),
          "METALLB_ML_BIND_PORT",
          "7472");
    } finally {
      node.kill();
    }
  }

  @Test
  void aSecondSpeakerOfTheSameNodeNameEnds() {
    LabNode node = speakers.node("n1");
    node.start();
    try {
      node.awaitReady(30_000);
      refused(
          speakers.node("n2").tryStart(Rights.RAW_SOCKETS, List.of(), "n1"),
          "already runs as node");
    } finally {
      node.kill();
    }
  }

  private static void refused(LabProcess speaker, String... words) {
    assertTrue(speaker.awaitEnd(40_000), speaker.tail(20));
    assertNotEquals(0, speaker.exitStatus());
    List<String> said =
        speaker.tail(100).lines().filter(line -> line.startsWith("speaker: ")).toList();
    assertEquals(1, said.size(), speaker.tail(20));
    for (String word : words) {
      assertTrue(said.getFirst().contains(word), "\"" + word + "\" in: " + said);
    }
  }
}
