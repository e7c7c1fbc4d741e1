package io.harp.speaker.flight;

import io.harp.model.Address;
import io.harp.model.Ipv4;
import io.harp.model.Ipv6;
import io.harp.speaker.flight.Noted.Decided;
import io.harp.speaker.flight.Noted.Frame;
import io.harp.speaker.packet.ArpPacket;
import io.harp.speaker.packet.NeighborAdvertisement;
import io.harp.speaker.packet.NeighborSolicitation;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.function.LongSupplier;

/**
 * Keeps the last {@value #FRAMES} frames and {@value #DECISIONS} decisions about addresses; the
 * oldest make room for new ones. Takes 3.0 MB for frames, and less than 1 MB for decisions, however
 * busy the segment is.
 *
 * <p>Writing a frame down is a copy into an array that is there since the start.
 */
public final class FlightRecorder implements FrameLog {

  public static final int FRAMES = 20_000;
  public static final int DECISIONS = 4_000;

  /** Longer frames are cut, longer texts too. Every frame a speaker sends is shorter. */
  static final int CUT = 128;

  private static final int LONGEST_TEXT = 200;

  /** So many frames are copied for a reader at once, which takes some 10 microseconds. */
  private static final int AT_ONCE = 256;

  private final LongSupplier nanoTime;
  private final byte[] bytes;
  private final long[] times;
  private final int[] links;
  private final short[] lengths;
  private final boolean[] sent;
  private final ArrayDeque<Decided> decided = new ArrayDeque<>();
  private final Map<Integer, String> names = new ConcurrentSkipListMap<>();
  private long written;

  public FlightRecorder() {
    this(FRAMES, System::nanoTime);
  }

  FlightRecorder(int frames, LongSupplier nanoTime) {
    this.nanoTime = nanoTime;
    bytes = new byte[frames * CUT];
    times = new long[frames];
    links = new int[frames];
    lengths = new short[frames];
    sent = new boolean[frames];
  }

  /** The interface of that index has this name from now on. */
  public void named(int link, String name) {
    names.put(link, name);
  }

  @Override
  public synchronized void frame(int link, boolean out, byte[] frame, int length) {
    int slot = (int) (written++ % times.length);
    System.arraycopy(frame, 0, bytes, slot * CUT, Math.min(length, CUT));
    times[slot] = nanoTime.getAsLong();
    links[slot] = link;
    lengths[slot] = (short) length;
    sent[slot] = out;
  }

  /**
   * Notes a decision of this speaker.
   *
   * @param address empty if it concerns all
   */
  public void decided(Optional<Address> address, String what) {
    String text = what.length() <= LONGEST_TEXT ? what : what.substring(0, LONGEST_TEXT);
    synchronized (decided) {
      if (decided.size() == DECISIONS) {
        decided.removeFirst();
      }
      decided.add(new Decided(nanoTime.getAsLong(), address, text));
    }
  }

  /** The names of the interfaces by index. */
  Map<Integer, String> names() {
    return names;
  }

  /**
   * What was noted in the last {@code lastNanos}, oldest first. Frames that are overwritten while
   * they are collected are left out.
   *
   * @param about only what concerns this address; empty for everything
   */
  List<Noted> last(long lastNanos, Optional<Address> about) {
    long now = nanoTime.getAsLong();
    List<Noted> all = new ArrayList<>();
    long end = count();
    for (long next = Math.max(0, end - times.length); next < end; next += AT_ONCE) {
      collect(next, Math.min(end, next + AT_ONCE), all);
    }
    synchronized (decided) {
      all.addAll(decided);
    }
    all.removeIf(noted -> now - noted.nanos() > lastNanos || !concerns(noted, about));
    all.sort(Comparator.comparingLong(noted -> noted.nanos() - now));
    return all;
  }

  private synchronized long count() {
    return written;
  }

  private synchronized void collect(long from, long to, List<Noted> into) {
    for (long i = Math.max(from, written - times.length); i < to; i++) {
      int slot = (int) (i % times.length);
      int length = lengths[slot];
      byte[] copy = Arrays.copyOfRange(bytes, slot * CUT, slot * CUT + Math.min(length, CUT));
      into.add(new Frame(times[slot], links[slot], sent[slot], copy, length));
    }
  }

  private static boolean concerns(Noted noted, Optional<Address> about) {
    return about.isEmpty()
        || switch (noted) {
          case Decided d -> d.address().isEmpty() || d.address().equals(about);
          case Frame f -> concerns(f, about.get());
        };
  }

  private static boolean concerns(Frame frame, Address address) {
    byte[] bytes = frame.bytes();
    return switch (address) {
      case Ipv4 a ->
          ArpPacket.decode(bytes, bytes.length)
              .filter(p -> p.sender().equals(a) || p.target().equals(a))
              .isPresent();
      case Ipv6 a ->
          NeighborSolicitation.decode(bytes, bytes.length)
                  .filter(p -> p.target().equals(a) || p.source().equals(a))
                  .isPresent()
              || NeighborAdvertisement.decode(bytes, bytes.length)
                  .filter(p -> p.target().equals(a))
                  .isPresent();
    };
  }
}
