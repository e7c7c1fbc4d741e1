package io.harp.e2e.cluster;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * One suite's right to a cluster's directory: a locked file in it. The lock goes with the process,
 * however that ends; what stands in the file stays. So a file that says "up" and is not locked
 * tells of a suite that was killed, and a cluster that is up without one belongs to somebody else.
 */
final class Claim implements AutoCloseable {

  private static final String FILE = "suite.claim";

  private final FileChannel channel;

  private Claim(FileChannel channel) {
    this.channel = channel;
  }

  /**
   * Takes the right to a directory.
   *
   * @throws IllegalStateException if another suite has it
   */
  static Claim of(Path directory) {
    try {
      FileChannel channel =
          FileChannel.open(
              directory.resolve(FILE),
              StandardOpenOption.CREATE,
              StandardOpenOption.READ,
              StandardOpenOption.WRITE);
      if (!locked(channel)) {
        channel.close();
        throw new IllegalStateException("another suite runs in " + directory + ": wait for it");
      }
      return new Claim(channel);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Whether a suite before this one did not come to its end. */
  boolean isLeftOver() {
    try {
      return channel.size() > 0;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Says that the cluster is this suite's. */
  void write() {
    try {
      channel.truncate(0).write(ByteBuffer.wrap("up\n".getBytes(StandardCharsets.UTF_8)), 0);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  boolean isHeld() {
    return channel.isOpen();
  }

  @Override
  public void close() {
    try {
      channel.truncate(0).close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static boolean locked(FileChannel channel) throws IOException {
    try {
      return channel.tryLock() != null;
    } catch (OverlappingFileLockException e) {
      return false;
    }
  }
}
