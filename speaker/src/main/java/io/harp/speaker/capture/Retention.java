package io.harp.speaker.capture;

import java.util.ArrayList;
import java.util.List;

/**
 * How much may lie on the disk.
 *
 * @param keep most files, the present one included, 1 or more
 * @param maxTotalBytes most bytes of all files together
 * @param minFreeBytes what has to stay free on the disk for everybody else
 */
public record Retention(int keep, long maxTotalBytes, long minFreeBytes) {

  public Retention {
    if (keep < 1 || maxTotalBytes < 1 || minFreeBytes < 0) {
      throw new IllegalArgumentException(
          "keep " + keep + ", " + maxTotalBytes + " bytes, " + minFreeBytes + " free");
    }
  }

  /**
   * The finished files that have to go: the oldest ones, and as few as will do. The present file is
   * never among them.
   *
   * @param finished all but the present file, oldest first
   * @param currentBytes size of the present file, 0 for none
   * @param freeBytes what is free on the disk now
   */
  List<StoredFile> surplus(List<StoredFile> finished, long currentBytes, long freeBytes) {
    long total = currentBytes + finished.stream().mapToLong(StoredFile::bytes).sum();
    long free = freeBytes;
    int count = finished.size() + 1;
    List<StoredFile> going = new ArrayList<>();
    for (StoredFile oldest : finished) {
      if (count <= keep && total <= maxTotalBytes && free >= minFreeBytes) {
        break;
      }
      going.add(oldest);
      count--;
      total -= oldest.bytes();
      free += oldest.bytes();
    }
    return going;
  }

  /** Whether the present file may grow once there is nothing left to delete. */
  boolean mayGrow(long freeBytes) {
    return freeBytes >= minFreeBytes;
  }
}
