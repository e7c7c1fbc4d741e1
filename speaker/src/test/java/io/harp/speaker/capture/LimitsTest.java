package io.harp.speaker.capture;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.harp.speaker.capture.StoredFile.Form;
import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;

/** The rules of what is begun and what is deleted, whatever happens when. */
class LimitsTest {

  /** A packet: how long after the one before, and how long. */
  record Arrival(long afterMs, int length) {}

  @Property
  void noFileIsLongerOrOlderThanAllowedNorEmpty(
      @ForAll("arrivals") List<Arrival> arrivals,
      @ForAll @LongRange(min = 1, max = 5_000) long everyMs,
      @ForAll @LongRange(min = 100, max = 10_000) long maxBytes) {
    Rotation rotation = new Rotation(everyMs, maxBytes);
    long now = 0;
    long opened = 0;
    long bytes = PcapFile.HEADER_BYTES;
    int packets = 0;
    for (Arrival arrival : arrivals) {
      now += arrival.afterMs;
      boolean over = rotation.isOver(opened, now, packets == 0);
      if (over || rotation.isFull(bytes, arrival.length, packets == 0)) {
        assertTrue(packets > 0, "an empty file was finished");
        opened = now;
        bytes = PcapFile.HEADER_BYTES;
        packets = 0;
      }
      bytes += arrival.length;
      packets++;
      assertTrue(bytes <= maxBytes || packets == 1, bytes + " bytes in " + packets + " packets");
      assertTrue(now - opened < everyMs || packets == 1, "a file of " + (now - opened) + " ms");
    }
  }

  @Property
  void afterDeletingEverythingFitsOrNothingIsLeftToDelete(
      @ForAll("sizes") List<Long> sizes,
      @ForAll @IntRange(min = 1, max = 12) int keep,
      @ForAll @LongRange(min = 1, max = 2_000) long maxTotal,
      @ForAll @LongRange(max = 2_000) long minFree,
      @ForAll @LongRange(max = 1_000) long current,
      @ForAll @LongRange(max = 3_000) long free) {
    Retention retention = new Retention(keep, maxTotal, minFree);
    List<StoredFile> finished = files(sizes);
    List<StoredFile> going = retention.surplus(finished, current, free);
    List<StoredFile> staying = finished.subList(going.size(), finished.size());
    assertEquals(finished.subList(0, going.size()), going, "the oldest go first");
    assertTrue(staying.isEmpty() || fits(retention, staying, going, current, free));
    if (!going.isEmpty()) {
      List<StoredFile> oneMore = finished.subList(going.size() - 1, finished.size());
      List<StoredFile> oneLess = going.subList(0, going.size() - 1);
      assertFalse(fits(retention, oneMore, oneLess, current, free), "one went needlessly");
    }
  }

  @Property
  void namesAreReadBackAndSortByAge(
      @ForAll @LongRange(max = 253_402_300_799L) long second,
      @ForAll @LongRange(max = 253_402_300_799L) long other,
      @ForAll @IntRange(min = 1, max = 999_999) int copy) {
    CaptureName name = new CaptureName("node-1", second, copy);
    assertEquals(name, CaptureName.parse("node-1", name.toString()).orElseThrow());
    assertEquals(
        Long.signum(Long.compare(second, other)),
        Integer.signum(new CaptureName("n", second, 1).compareTo(new CaptureName("n", other, 1))));
    assertTrue(name.compareTo(name.next()) < 0);
  }

  @Property
  void aCounterThatWrapsAndBeginsAnewIsSummedUp(
      @ForAll @LongRange(max = 4_000_000_000L) long first,
      @ForAll @LongRange(max = 4_000_000_000L) long more,
      @ForAll @LongRange(max = 4_000_000_000L) long anew) {
    Drops drops = new Drops();
    drops.now(first);
    drops.now((first + more) % (1L << 32));
    drops.restart();
    drops.now(anew);
    assertEquals(first + more + anew, drops.sum());
  }

  @Provide
  Arbitrary<List<Arrival>> arrivals() {
    Arbitrary<Long> after = Arbitraries.longs().between(0, 700);
    Arbitrary<Integer> length = Arbitraries.integers().between(16, 3_000);
    return net.jqwik.api.Combinators.combine(after, length).as(Arrival::new).list().ofMaxSize(60);
  }

  @Provide
  Arbitrary<List<Long>> sizes() {
    return Arbitraries.longs().between(0, 500).list().ofMaxSize(15);
  }

  private static List<StoredFile> files(List<Long> sizes) {
    List<StoredFile> files = new ArrayList<>();
    for (long size : sizes) {
      files.add(new StoredFile(new CaptureName("n", files.size(), 1), Form.GZIP, size));
    }
    return files;
  }

  private static boolean fits(
      Retention limits,
      List<StoredFile> staying,
      List<StoredFile> gone,
      long current,
      long freeBefore) {
    long total = current + staying.stream().mapToLong(StoredFile::bytes).sum();
    long free = freeBefore + gone.stream().mapToLong(StoredFile::bytes).sum();
    return staying.size() + 1 <= limits.keep()
        && total <= limits.maxTotalBytes()
        && free >= limits.minFreeBytes();
  }
}
