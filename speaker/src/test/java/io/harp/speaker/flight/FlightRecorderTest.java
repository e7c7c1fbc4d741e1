package io.harp.speaker.flight;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.harp.model.Address;
import io.harp.model.Ipv4;
import io.harp.model.Ipv6;
import io.harp.model.MacAddress;
import io.harp.speaker.flight.Noted.Decided;
import io.harp.speaker.flight.Noted.Frame;
import io.harp.speaker.packet.ArpPacket;
import io.harp.speaker.packet.ArpPacket.Operation;
import io.harp.speaker.packet.NeighborAdvertisement;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FlightRecorderTest {

  private static final long ALL = Long.MAX_VALUE;
  private static final int LINK = 3;
  private static final MacAddress MAC = MacAddress.parse("02:00:00:00:00:07");
  private static final Ipv4 ADDRESS = Ipv4.parse("10.0.0.100");
  private static final Ipv4 OTHER = Ipv4.parse("10.0.0.101");
  private static final Ipv6 ADDRESS6 = Ipv6.parse("2001:db8::64");

  private long now = 1_000_000_000L;
  private final FlightRecorder recorder = new FlightRecorder(8, () -> now);

  @Test
  void tellsWhatHappenedToAnAddressInOrder() {
    recorder.decided(Optional.empty(), "view 1");
    recorder.decided(Optional.of(ADDRESS), "claimed: placed");
    now += 1_000_000;
    byte[] frame = announcement(ADDRESS);
    recorder.frame(LINK, true, frame, frame.length);
    byte[] other = announcement(OTHER);
    recorder.frame(LINK, true, other, other.length);
    recorder.decided(Optional.of(OTHER), "claimed: placed");
    now += 1_000_000;
    recorder.decided(Optional.of(ADDRESS), "released: handed over");

    List<Noted> told = recorder.last(ALL, Optional.of(ADDRESS));
    assertEquals(4, told.size());
    assertEquals("claimed: placed", ((Decided) told.get(1)).what());
    assertArrayEquals(frame, ((Frame) told.get(2)).bytes());
    assertEquals("released: handed over", ((Decided) told.get(3)).what());
    assertEquals(6, recorder.last(ALL, Optional.empty()).size());
  }

  @Test
  void tellsOfTheLastSecondsOnly() {
    recorder.decided(Optional.of(ADDRESS), "old");
    now += 60_000_000_000L;
    recorder.decided(Optional.of(ADDRESS), "new");
    List<Noted> told = recorder.last(30_000_000_000L, Optional.empty());
    assertEquals(List.of("new"), told.stream().map(d -> ((Decided) d).what()).toList());
  }

  @Test
  void forgetsTheOldestFrameForANewOne() {
    for (int i = 0; i < 20; i++) {
      byte[] frame = announcement(ADDRESS.plus(i));
      recorder.frame(LINK, true, frame, frame.length);
    }
    List<Noted> told = recorder.last(ALL, Optional.empty());
    assertEquals(8, told.size());
    assertArrayEquals(announcement(ADDRESS.plus(12)), ((Frame) told.getFirst()).bytes());
    assertArrayEquals(announcement(ADDRESS.plus(19)), ((Frame) told.getLast()).bytes());
  }

  @Test
  void forgetsTheOldestDecisionForANewOne() {
    for (int i = 0; i <= FlightRecorder.DECISIONS; i++) {
      recorder.decided(Optional.of(ADDRESS), "" + i);
    }
    List<Noted> told = recorder.last(ALL, Optional.empty());
    assertEquals(FlightRecorder.DECISIONS, told.size());
    assertEquals("1", ((Decided) told.getFirst()).what());
  }

  @Test
  void staysBelowFourMegabytes() {
    long frames = (long) FlightRecorder.FRAMES * (FlightRecorder.CUT + 8 + 4 + 2 + 1);
    // A decision: its text, the record, the optional, and the address, which lives elsewhere too.
    long decisions = FlightRecorder.DECISIONS * (200L + 56);
    assertTrue(frames + decisions <= 4 << 20, frames + " + " + decisions);
  }

  @Test
  void cutsLongFrames() {
    recorder.frame(LINK, false, new byte[2048], 2048);
    Frame frame = (Frame) recorder.last(ALL, Optional.empty()).getFirst();
    assertEquals(2048, frame.length());
    assertEquals(FlightRecorder.CUT, frame.bytes().length);
  }

  @Test
  void refusesParametersItDoesNotHave() {
    assertEquals(
        Map.of("address", "2001:db8::64", "last", "5m"),
        FramesPage.parameters("address=2001%3Adb8%3A%3A64&last=5m"));
    assertEquals(300_000_000_000L, FramesPage.nanos("5m"));
    for (String wrong : List.of("adress=10.0.0.1", "", "&")) {
      if (!wrong.isEmpty()) {
        assertThrows(IllegalArgumentException.class, () -> FramesPage.parameters(wrong));
      }
    }
    assertThrows(IllegalArgumentException.class, () -> FramesPage.nanos("60"));
  }

  @Test
  void tcpdumpReadsTheFile(@TempDir Path dir) throws IOException, InterruptedException {
    byte[] arp = announcement(ADDRESS);
    byte[] na = new byte[NeighborAdvertisement.MAX_LENGTH];
    int naLength =
        NeighborAdvertisement.announcement(MAC, ADDRESS6, Optional.empty())
            .encode(MacAddress.multicast(NeighborAdvertisement.ALL_NODES), na);
    recorder.named(LINK, "eth0");
    recorder.decided(Optional.of(ADDRESS), "claimed: former owner left");
    recorder.frame(LINK, true, arp, arp.length);
    now += 2_000_000;
    recorder.frame(LINK + 1, false, na, naLength);
    Path file = dir.resolve("frames.pcap");
    try (OutputStream out = Files.newOutputStream(file)) {
      PcapNg.write(recorder.last(ALL, Optional.empty()), recorder.names(), 0, out);
    }
    byte[] bytes = Files.readAllBytes(file);
    // The packet comment: code 1, its length, and the text.
    String latin = new String(bytes, StandardCharsets.ISO_8859_1);
    String comment = "10.0.0.100: claimed: former owner left";
    assertTrue(latin.contains("\u0001\0" + (char) comment.length() + "\0" + comment));

    assumeTrue(isInstalled(), "needs tcpdump");
    String text = tcpdump(file);
    assertTrue(text.contains("00:00:01.000000 ARP, Request who-has 10.0.0.100"), text);
    assertTrue(text.contains("00:00:01.002000 IP6 2001:db8::64 > ff02::1"), text);
    assertTrue(text.contains("0x88b5"), text);
    assertEquals(3, text.lines().filter(l -> l.startsWith("00:00:01")).count(), text);
  }

  private static boolean isInstalled() {
    return System.getenv().getOrDefault("HARP_REQUIRE", "").contains("lab")
        || Arrays.stream(System.getenv("PATH").split(":", -1))
            .anyMatch(d -> Files.isExecutable(Path.of(d, "tcpdump")));
  }

  private static String tcpdump(Path file) throws IOException, InterruptedException {
    ProcessBuilder builder = new ProcessBuilder("tcpdump", "-n", "-r", file.toString());
    builder.environment().put("TZ", "UTC");
    Process process = builder.redirectErrorStream(true).start();
    ByteArrayOutputStream text = new ByteArrayOutputStream();
    process.getInputStream().transferTo(text);
    assertEquals(0, process.waitFor(), text.toString(StandardCharsets.UTF_8));
    return text.toString(StandardCharsets.UTF_8);
  }

  private static byte[] announcement(Address address) {
    byte[] frame = new byte[ArpPacket.LENGTH_WITH_TRAILER];
    int length =
        ArpPacket.announcement(Operation.REQUEST, MAC, (Ipv4) address, Optional.empty())
            .encode(MacAddress.BROADCAST, frame);
    return Arrays.copyOf(frame, length);
  }
}
