package io.harp.speaker.capture;

/**
 * When a file is finished and the next one begins.
 *
 * @param everyMs the longest time one file covers, in milliseconds, 1 or more
 * @param maxBytes the greatest size of a file, 1 or more; one that holds a single record may be
 *     longer
 */
public record Rotation(long everyMs, long maxBytes) {

  public Rotation {
    if (everyMs < 1 || maxBytes < 1) {
      throw new IllegalArgumentException("every " + everyMs + " ms, at " + maxBytes + " bytes");
    }
  }

  /**
   * Whether the present file has covered its time. A file without packets goes on: a quiet night is
   * no reason to push yesterday's captures out.
   */
  boolean isOver(long openedMs, long nowMs, boolean empty) {
    return !empty && nowMs - openedMs >= everyMs;
  }

  /** Whether a record of {@code more} bytes belongs into the next file. */
  boolean isFull(long bytes, long more, boolean empty) {
    return !empty && bytes + more > maxBytes;
  }
}
