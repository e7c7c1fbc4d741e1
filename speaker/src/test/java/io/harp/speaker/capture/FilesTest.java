package io.harp.speaker.capture;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.harp.speaker.capture.StoredFile.Form;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What lies on the disk, at any moment the process may have died. */
class FilesTest {

  private static final long NOON = 1_795_435_200;

  @TempDir private Path directory;

  @Test
  void aFileCutAnywhereIsWholeAfterItsRepair() throws IOException {
    Path whole = directory.resolve("whole.pcap");
    Random random = new Random(7);
    int[] lengths = random.ints(12, 1, 90).toArray();
    try (PcapFile file = PcapFile.create(whole, 1, 65_535, PcapFile.buffer())) {
      for (int length : lengths) {
        file.add(NOON, 5, new byte[length], 1_500);
      }
    }
    byte[] bytes = Files.readAllBytes(whole);
    for (int length = PcapFile.HEADER_BYTES; length < bytes.length; length++) {
      Path torn = directory.resolve("torn.pcap");
      Files.write(torn, Arrays.copyOf(bytes, length));
      long cut = Repair.cut(torn);
      assertEquals(wholeBytes(lengths, length), length - cut, "cut at " + length);
      assertEquals(length - cut, Files.size(torn));
      assertEquals(0, Repair.cut(torn), "a second repair found something");
    }
  }

  @Test
  void zerosBehindTheLastPacketAreCut() throws IOException {
    Path file = directory.resolve("zeros.pcap");
    try (PcapFile pcap = PcapFile.create(file, 1, 65_535, PcapFile.buffer())) {
      pcap.add(NOON, 5, new byte[60], 60);
    }
    byte[] bytes = Files.readAllBytes(file);
    Files.write(file, Arrays.copyOf(bytes, bytes.length + 4_096));
    assertEquals(4_096, Repair.cut(file));
    assertArrayEquals(bytes, Files.readAllBytes(file));
  }

  @Test
  void aFileOfAnotherKindIsLeftAlone() throws IOException {
    Path file = directory.resolve("other.pcap");
    Files.write(file, new byte[100]);
    assertEquals(0, Repair.cut(file));
  }

  @Test
  void whatADeadProcessLeftIsPutInOrder() throws IOException {
    Shelf shelf = new Shelf(directory, "n1");
    Files.writeString(directory.resolve("n1-20261123-120000.pcap.gz"), "whole");
    Files.writeString(directory.resolve("n1-20261123-120000.pcap"), "its twin");
    Files.writeString(directory.resolve("n1-20261123-130000.pcap.gz.part"), "half");
    Files.writeString(directory.resolve("n1-20261123-130000.pcap"), "finished, not compressed yet");
    Files.writeString(directory.resolve("n1-20261123-140000.pcap"), "short");
    Files.writeString(directory.resolve("n2-20261123-140000.pcap"), "of another host");
    shelf.tidy();
    assertEquals(
        List.of("n1-20261123-120000.pcap.gz", "n1-20261123-130000.pcap", "n2-20261123-140000.pcap"),
        names());
  }

  @Test
  void filesOfOneSecondGetDifferentNames() throws IOException {
    Recorder recorder = recorder(new Shelf(directory, "n1"), 200);
    for (int i = 0; i < 4; i++) {
      recorder.packet(NOON, i, new byte[100], 100);
    }
    recorder.close();
    assertEquals(
        List.of(
            "n1-20261123-120000-2.pcap",
            "n1-20261123-120000-3.pcap",
            "n1-20261123-120000-4.pcap",
            "n1-20261123-120000.pcap"),
        names());
    assertEquals(4, recorder.packets().sum());
    assertEquals(0, recorder.lost().sum());
  }

  @Test
  void aNewNameIsNewerThanDeletedOnesAndThanThoseOfAClockThatWentBack() throws IOException {
    Shelf shelf = new Shelf(directory, "n1");
    CaptureName first = shelf.unused(NOON);
    CaptureName second = shelf.unused(NOON);
    assertTrue(first.compareTo(second) < 0, "though no file of the first exists any more");
    assertTrue(second.compareTo(shelf.unused(NOON - 10)) < 0);
    assertEquals("n1-20261123-120001", shelf.unused(NOON + 1).toString());
  }

  @Test
  void whileTheDiskIsFullPacketsAreCountedAndNotWritten() throws IOException {
    Recorder recorder = recorder(new Shelf(directory, "n1"), 1_000_000);
    recorder.tick(0, NOON);
    recorder.pause(true);
    recorder.packet(NOON, 0, new byte[100], 100);
    recorder.pause(false);
    recorder.packet(NOON, 0, new byte[100], 100);
    recorder.close();
    assertEquals(1, recorder.lost().sum());
    assertEquals(24 + 116, Files.size(directory.resolve("n1-20261123-120000.pcap")));
  }

  @Test
  void aDirectoryThatIsGoneCostsPacketsAndNothingElse() throws IOException {
    Path gone = Files.createDirectory(directory.resolve("gone"));
    Recorder recorder = recorder(new Shelf(gone, "n1"), 1_000_000);
    Files.delete(gone);
    recorder.packet(NOON, 0, new byte[100], 100);
    recorder.tick(0, NOON);
    assertEquals(1, recorder.lost().sum());
    Files.createDirectory(gone);
    recorder.packet(NOON, 0, new byte[100], 100);
    recorder.close();
    assertEquals(1, recorder.lost().sum());
  }

  @Test
  void aFileBeginsWhenItsTimeIsOverAndNotBefore() throws IOException {
    Recorder recorder = recorder(new Shelf(directory, "n1"), 1_000_000);
    recorder.tick(0, NOON);
    recorder.tick(3_600_000, NOON + 3_600);
    assertEquals(1, names().size(), "an empty file was finished");
    recorder.packet(NOON + 3_600, 0, new byte[100], 100);
    recorder.tick(3_600_001, NOON + 3_601);
    assertEquals(List.of("n1-20261123-120000.pcap", "n1-20261123-130001.pcap"), names());
    recorder.packet(NOON + 3_601, 0, new byte[100], 100);
    recorder.tick(7_200_000, NOON + 7_200);
    assertEquals(2, names().size());
    recorder.close();
  }

  @Test
  void finishedFilesAreCompressedAndThePresentOneIsNot() throws Exception {
    Shelf shelf = new Shelf(directory, "n1");
    byte[] content = new byte[700_000];
    new Random(3).nextBytes(content);
    Files.write(directory.resolve("n1-20261123-120000.pcap"), content);
    Files.write(directory.resolve("n1-20261123-130000.pcap"), content);
    CaptureName present = CaptureName.parse("n1", "n1-20261123-130000").orElseThrow();
    try (Compressor compressor = new Compressor(shelf, () -> Optional.of(present))) {
      compressor.start();
      awaitGone(directory.resolve("n1-20261123-120000.pcap"));
    }
    assertEquals(List.of("n1-20261123-120000.pcap.gz", "n1-20261123-130000.pcap"), names());
    try (GZIPInputStream in =
        new GZIPInputStream(
            Files.newInputStream(directory.resolve("n1-20261123-120000.pcap.gz")))) {
      assertArrayEquals(content, in.readAllBytes());
    }
  }

  @Test
  void aCaptureDeletedWhileItIsCompressedDoesNotComeBack() throws IOException {
    Shelf shelf = new Shelf(directory, "n1");
    CaptureName name = new CaptureName("n1", NOON, 1);
    Files.writeString(shelf.path(name, Form.PART), "compressed");
    shelf.publish(name);
    assertFalse(Files.exists(shelf.path(name, Form.GZIP)));
    assertTrue(names().isEmpty());
  }

  private static Recorder recorder(Shelf shelf, long maxBytes) {
    return new Recorder(shelf, new Rotation(3_600_000, maxBytes), 1, 65_535);
  }

  private static void awaitGone(Path file) throws InterruptedException {
    for (int i = 0; i < 200 && Files.exists(file); i++) {
      Thread.sleep(50);
    }
  }

  private List<String> names() throws IOException {
    try (var files = Files.list(directory)) {
      return files.map(f -> String.valueOf(f.getFileName())).sorted().toList();
    }
  }

  private static long wholeBytes(int[] lengths, int end) {
    long whole = PcapFile.HEADER_BYTES;
    for (int length : lengths) {
      long next = whole + PcapFile.RECORD_HEADER_BYTES + length;
      if (next > end) {
        return whole;
      }
      whole = next;
    }
    return whole;
  }
}
