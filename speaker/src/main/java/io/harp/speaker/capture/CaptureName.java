package io.harp.speaker.capture;

import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.Comparator;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The name of a capture, without the ending: {@code HOST-YYYYMMDD-HHMMSS} in UTC, the second the
 * file was begun. Further files of the same second carry {@code -2}, {@code -3} and so on.
 *
 * @param host the node
 * @param second since 1970 UTC
 * @param copy 1 and up
 */
record CaptureName(String host, long second, int copy) implements Comparable<CaptureName> {

  private static final DateTimeFormatter STAMP = DateTimeFormatter.ofPattern("uuuuMMdd-HHmmss");
  private static final Pattern REST = Pattern.compile("-(\\d{8}-\\d{6})(?:-(\\d{1,6}))?");
  private static final Comparator<CaptureName> OLDEST_FIRST =
      Comparator.comparingLong(CaptureName::second).thenComparingInt(CaptureName::copy);

  /** The name that {@code text} is; empty if it is none of this host. */
  static Optional<CaptureName> parse(String host, String text) {
    if (!text.startsWith(host)) {
      return Optional.empty();
    }
    Matcher matcher = REST.matcher(text.substring(host.length()));
    if (!matcher.matches()) {
      return Optional.empty();
    }
    try {
      long second = LocalDateTime.parse(matcher.group(1), STAMP).toEpochSecond(ZoneOffset.UTC);
      int copy = matcher.group(2) == null ? 1 : Integer.parseInt(matcher.group(2));
      return Optional.of(new CaptureName(host, second, copy));
    } catch (DateTimeParseException e) {
      return Optional.empty();
    }
  }

  CaptureName next() {
    return new CaptureName(host, second, copy + 1);
  }

  @Override
  public int compareTo(CaptureName other) {
    return OLDEST_FIRST.compare(this, other);
  }

  @Override
  public String toString() {
    String stamp = STAMP.format(Instant.ofEpochSecond(second).atOffset(ZoneOffset.UTC));
    return host + "-" + stamp + (copy == 1 ? "" : "-" + copy);
  }
}
