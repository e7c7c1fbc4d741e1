package io.harp.model;

/**
 * An IPv6 address (RFC 4291).
 *
 * @param high the first 64 bits
 * @param low the last 64 bits
 */
public record Ipv6(long high, long low) implements Address {

  /** {@code ::}, the source of a duplicate address detection probe (RFC 4862 section 5.4.2). */
  public static final Ipv6 ANY = new Ipv6(0, 0);

  /**
   * Reads the text forms of RFC 4291 section 2.2, including a dotted decimal tail. Zone ids are
   * refused.
   *
   * @throws IllegalArgumentException with a message that quotes the text
   */
  public static Ipv6 parse(String text) {
    int gap = text.indexOf("::");
    if (gap < 0) {
      int[] all = groups(text, text);
      if (all.length != 8) {
        throw bad(text);
      }
      return of(all);
    }
    if (text.indexOf("::", gap + 1) >= 0) {
      throw bad(text);
    }
    int[] head = groups(text.substring(0, gap), text);
    int[] tail = groups(text.substring(gap + 2), text);
    if (head.length + tail.length > 7 || text.substring(0, gap).indexOf('.') >= 0) {
      throw bad(text);
    }
    int[] all = new int[8];
    System.arraycopy(head, 0, all, 0, head.length);
    System.arraycopy(tail, 0, all, 8 - tail.length, tail.length);
    return of(all);
  }

  /** The address whose sixteen bytes begin at {@code offset}. */
  public static Ipv6 at(byte[] frame, int offset) {
    return new Ipv6(long64(frame, offset), long64(frame, offset + 8));
  }

  /** Writes the sixteen bytes of this address at {@code offset}. */
  public void put(byte[] frame, int offset) {
    for (int i = 0; i < 8; i++) {
      frame[offset + i] = (byte) (high >>> 56 - 8 * i);
      frame[offset + 8 + i] = (byte) (low >>> 56 - 8 * i);
    }
  }

  /** Its solicited-node multicast address, {@code ff02::1:ffXX:XXXX} (RFC 4291 section 2.7.1). */
  public Ipv6 solicitedNode() {
    return new Ipv6(0xff02_0000_0000_0000L, 0x1_ff00_0000L | low & 0xff_ffffL);
  }

  public boolean isLinkLocal() {
    return high >>> 54 == 0xfe80L >>> 6;
  }

  public boolean isMulticast() {
    return high >>> 56 == 0xff;
  }

  @Override
  public int compareTo(Address other) {
    if (!(other instanceof Ipv6 same)) {
      return 1;
    }
    int first = Long.compareUnsigned(high, same.high);
    return first != 0 ? first : Long.compareUnsigned(low, same.low);
  }

  @Override
  public boolean sharesPrefix(Address other, int length) {
    return other instanceof Ipv6 same
        && agree(high, same.high, Math.min(length, Long.SIZE))
        && agree(low, same.low, Math.max(0, length - Long.SIZE));
  }

  private static boolean agree(long a, long b, int bits) {
    return bits == 0 || (a ^ b) >>> (Long.SIZE - bits) == 0;
  }

  @Override
  public Family family() {
    return Family.IPV6;
  }

  @Override
  public byte[] bytes() {
    byte[] bytes = new byte[16];
    put(bytes, 0);
    return bytes;
  }

  @Override
  public Ipv6 plus(long n) {
    long sum = low + n;
    boolean carry =
        n >= 0 ? Long.compareUnsigned(sum, low) < 0 : Long.compareUnsigned(sum, low) > 0;
    return new Ipv6(carry ? high + Long.signum(n) : high, sum);
  }

  /**
   * RFC 5952: the longest run of two or more zero groups is compressed, the first one among equals.
   */
  @Override
  public String toString() {
    if (high == 0 && low >>> 32 == 0xffff) {
      return "::ffff:" + new Ipv4((int) low);
    }
    int bestStart = -1;
    int bestLength = 1;
    for (int i = 0; i < 8; i++) {
      int length = 0;
      while (i + length < 8 && group(i + length) == 0) {
        length++;
      }
      if (length > bestLength) {
        bestStart = i;
        bestLength = length;
      }
      i += length;
    }
    StringBuilder text = new StringBuilder(39);
    for (int i = 0; i < 8; i++) {
      if (i == bestStart) {
        text.append("::");
        i += bestLength - 1;
        continue;
      }
      if (i > 0 && i != bestStart + bestLength || i > 0 && bestStart < 0) {
        text.append(':');
      }
      text.append(Integer.toHexString(group(i)));
    }
    return text.toString();
  }

  private int group(int i) {
    return (int) ((i < 4 ? high : low) >>> 48 - 16 * (i & 3)) & 0xffff;
  }

  private static Ipv6 of(int[] groups) {
    long high = 0;
    long low = 0;
    for (int i = 0; i < 4; i++) {
      high = high << 16 | groups[i];
      low = low << 16 | groups[i + 4];
    }
    return new Ipv6(high, low);
  }

  private static int[] groups(String part, String text) {
    if (part.isEmpty()) {
      return new int[0];
    }
    String[] words = part.split(":", -1);
    boolean dotted = words[words.length - 1].indexOf('.') >= 0;
    int[] groups = new int[words.length + (dotted ? 1 : 0)];
    for (int i = 0; i < words.length - (dotted ? 1 : 0); i++) {
      groups[i] = group(words[i], text);
    }
    if (dotted) {
      int bits = tail(words[words.length - 1], text);
      groups[groups.length - 2] = bits >>> 16;
      groups[groups.length - 1] = bits & 0xffff;
    }
    return groups;
  }

  private static int tail(String word, String text) {
    try {
      return Ipv4.parse(word).bits();
    } catch (IllegalArgumentException e) {
      throw bad(text);
    }
  }

  private static int group(String word, String text) {
    if (word.isEmpty() || word.length() > 4) {
      throw bad(text);
    }
    int group = 0;
    for (int i = 0; i < word.length(); i++) {
      char c = word.charAt(i);
      int digit = c < 128 ? Character.digit(c, 16) : -1;
      if (digit < 0) {
        throw bad(text);
      }
      group = group << 4 | digit;
    }
    return group;
  }

  private static long long64(byte[] frame, int offset) {
    long value = 0;
    for (int i = 0; i < 8; i++) {
      value = value << 8 | frame[offset + i] & 0xff;
    }
    return value;
  }

  private static IllegalArgumentException bad(String text) {
    return new IllegalArgumentException(
        "\""
            + text
            + "\" is no IPv6 address: groups of hexadecimal digits without a zone, as in 2001:db8::10");
  }
}
