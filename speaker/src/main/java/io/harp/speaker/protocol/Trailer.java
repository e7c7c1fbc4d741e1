package io.harp.speaker.protocol;

import java.nio.charset.StandardCharsets;
import java.util.Comparator;
import java.util.Optional;

/**
 * What a speaker adds to its own frames about an address, where other hosts ignore it: the 18 bytes
 * by which an ARP packet of 28 falls short of Ethernet's minimum payload, or an experimental
 * neighbor discovery option. Two speakers that disagree settle it by these constants alone, so both
 * sides come to the same result.
 *
 * <p>It is not authenticated, as ARP is not: a forger on the segment can do no more with it than
 * with ARP itself.
 *
 * @param memberHash 24 bits that stand for the member
 * @param creatorHash 16 bits that stand for the creator of its view
 * @param viewNumber the lower 24 bits of the number of its view
 * @param seq the lower 16 bits of the sequence number of its plan
 * @param viewSize members of its view, at most 255
 * @param since when it began to hold the address, wall clock, in units of 4 ms, 40 bits; 0 for not
 *     holding
 */
public record Trailer(
    int memberHash, int creatorHash, int viewNumber, int seq, int viewSize, long since) {

  /** Bytes on the wire. */
  public static final int LENGTH = 18;

  private static final int MAGIC = 0x4841;

  public static Trailer of(Member member, View view, int seq, long sinceWallMs) {
    return new Trailer(
        hash(member) & 0xff_ffff,
        hash(view.id().creator()) & 0xffff,
        (int) view.id().number() & 0xff_ffff,
        seq & 0xffff,
        Math.min(255, view.members().size()),
        sinceUnits(sinceWallMs));
  }

  /** A moment of the wall clock as the frame carries it: units of 4 ms, 40 bits (139 years). */
  public static long sinceUnits(long wallMs) {
    return wallMs >> 2 & 0xff_ffff_ffffL;
  }

  /** The 24 bits that stand for a member. */
  public static int memberHash(Member member) {
    return hash(member) & 0xff_ffff;
  }

  /** Whether the frame came from a member of this very view. */
  public boolean sameView(View view) {
    return creatorHash == (hash(view.id().creator()) & 0xffff)
        && viewNumber == ((int) view.id().number() & 0xff_ffff);
  }

  /** Whether its view has a higher number; the number wraps around, so the nearer way counts. */
  public boolean isAheadOf(View view) {
    return (viewNumber - (int) view.id().number()) << 8 > 0;
  }

  /**
   * Reads the trailer at {@code offset}; empty if there are fewer than 18 bytes or they are not
   * Harp's, as with another host's padding or a switch that stripped it.
   */
  public static Optional<Trailer> read(byte[] frame, int offset, int end) {
    if (end - offset < LENGTH || number(frame, offset, 2) != MAGIC) {
      return Optional.empty();
    }
    return Optional.of(
        new Trailer(
            (int) number(frame, offset + 2, 3),
            (int) number(frame, offset + 5, 2),
            (int) number(frame, offset + 7, 3),
            (int) number(frame, offset + 10, 2),
            (int) number(frame, offset + 12, 1),
            number(frame, offset + 13, 5)));
  }

  /** Writes the 18 bytes at {@code offset}. */
  public void put(byte[] frame, int offset) {
    put(frame, offset, 2, MAGIC);
    put(frame, offset + 2, 3, memberHash);
    put(frame, offset + 5, 2, creatorHash);
    put(frame, offset + 7, 3, viewNumber);
    put(frame, offset + 10, 2, seq);
    put(frame, offset + 12, 1, viewSize);
    put(frame, offset + 13, 5, since);
  }

  /**
   * The order of two claims: the greater one keeps the address. A larger view wins, then the longer
   * tenure, then the greater hash. Both sides compare the constants of the frames, never live
   * values, so they cannot both win.
   */
  public static final Comparator<Trailer> RANK =
      Comparator.comparingInt(Trailer::viewSize)
          .thenComparing(Comparator.comparingLong(Trailer::tenure).reversed())
          .thenComparingInt(Trailer::memberHash);

  // Somebody who holds nothing yet is younger than everybody who does.
  private long tenure() {
    return since == 0 ? Long.MAX_VALUE : since;
  }

  private static int hash(Member member) {
    // FNV-1a: stable across processes and versions, and good enough for a tie-break.
    int hash = 0x811c9dc5;
    for (byte b : member.node().text().getBytes(StandardCharsets.UTF_8)) {
      hash = (hash ^ b) * 0x01000193;
    }
    for (int shift = 0; shift < 64; shift += 8) {
      hash = (hash ^ (int) (member.incarnation() >>> shift & 0xff)) * 0x01000193;
    }
    return hash ^ hash >>> 15;
  }

  private static long number(byte[] frame, int offset, int length) {
    long value = 0;
    for (int i = 0; i < length; i++) {
      value = value << 8 | frame[offset + i] & 0xff;
    }
    return value;
  }

  private static void put(byte[] frame, int offset, int length, long value) {
    for (int i = 0; i < length; i++) {
      frame[offset + i] = (byte) (value >>> 8 * (length - 1 - i));
    }
  }
}
