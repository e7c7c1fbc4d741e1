package io.harp.speaker.capture;

import static java.nio.file.StandardOpenOption.WRITE;

import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Cuts a capture behind its last whole record. A killed process leaves a torn one only if it was
 * killed inside of a write; a power loss may also leave zeros at the end.
 */
final class Repair {

  private static final int BUFFER_BYTES = 1 << 16;

  private Repair() {}

  /** Returns how many bytes were cut; a file that is none of ours is left as it is. */
  static long cut(Path file) throws IOException {
    long size = Files.size(file);
    long whole = wholeBytes(file, size);
    if (whole < size) {
      try (FileChannel channel = FileChannel.open(file, WRITE)) {
        channel.truncate(whole);
        channel.force(true);
      }
    }
    return size - whole;
  }

  private static long wholeBytes(Path file, long size) throws IOException {
    if (size < PcapFile.HEADER_BYTES) {
      return 0;
    }
    try (InputStream raw = Files.newInputStream(file);
        DataInputStream in = new DataInputStream(new BufferedInputStream(raw, BUFFER_BYTES))) {
      if (in.readInt() != PcapFile.MAGIC) {
        return size;
      }
      in.skipNBytes(PcapFile.HEADER_BYTES - Integer.BYTES);
      return records(in, size);
    }
  }

  private static long records(DataInputStream in, long size) throws IOException {
    long whole = PcapFile.HEADER_BYTES;
    try {
      while (whole < size) {
        int second = in.readInt();
        in.readInt();
        int length = in.readInt();
        in.readInt();
        long end = whole + PcapFile.RECORD_HEADER_BYTES + length;
        if (second == 0 || length < 0 || length > PcapFile.MAX_SNAP_LENGTH || end > size) {
          return whole;
        }
        in.skipNBytes(length);
        whole = end;
      }
    } catch (EOFException e) {
      return whole;
    }
    return whole;
  }
}
