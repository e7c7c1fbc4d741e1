package io.harp.speaker.capture;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import java.util.zip.GZIPOutputStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Compresses finished captures, the oldest first, one at a time, on its own thread. It rests as
 * long as it works, so it takes half a core at most. What waits is what lies on the disk; retention
 * bounds that.
 */
final class Compressor implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(Compressor.class);

  /** How often it looks for work. */
  private static final long IDLE_NS = 1_000_000_000;

  /** After a failure, usually a full disk. */
  private static final long TROUBLE_NS = 30_000_000_000L;

  private static final int CHUNK_BYTES = 1 << 18;
  private static final int JOIN_MS = 2_000;

  /** Half of the work of gzip's usual level, and files a sixth larger at most. */
  private static final int LEVEL = 4;

  private final Shelf shelf;
  private final Supplier<Optional<CaptureName>> current;
  private final Thread thread;
  private volatile boolean closed;

  Compressor(Shelf shelf, Supplier<Optional<CaptureName>> current) {
    this.shelf = shelf;
    this.current = current;
    this.thread = Thread.ofPlatform().daemon().name("capture-gzip").unstarted(this::work);
  }

  void start() {
    thread.start();
  }

  /** Leaves what it is at; the next start begins that file again. */
  @Override
  public void close() {
    closed = true;
    LockSupport.unpark(thread);
    try {
      thread.join(JOIN_MS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void work() {
    boolean troubled = false;
    while (!closed) {
      try {
        Optional<StoredFile> next = next();
        if (next.isPresent()) {
          compress(next.get().name());
        } else {
          LockSupport.parkNanos(IDLE_NS);
        }
        troubled = false;
      } catch (IOException | RuntimeException e) {
        if (!troubled) {
          troubled = true;
          log.warn("A finished capture cannot be compressed, it stays as it is: {}", e.toString());
        }
        LockSupport.parkNanos(TROUBLE_NS);
      }
    }
  }

  private Optional<StoredFile> next() throws IOException {
    // Asked before the directory is read: a file begun in between counts as current next time.
    Optional<CaptureName> writing = current.get();
    return shelf.files().stream()
        .filter(f -> f.form() == StoredFile.Form.PLAIN)
        .filter(f -> writing.isEmpty() || f.name().compareTo(writing.get()) < 0)
        .findFirst();
  }

  private void compress(CaptureName name) throws IOException {
    Path part = shelf.path(name, StoredFile.Form.PART);
    try {
      if (copy(shelf.path(name, StoredFile.Form.PLAIN), part)) {
        shelf.publish(name);
      }
    } catch (NoSuchFileException e) {
      // Retention was faster.
      return;
    } finally {
      Files.deleteIfExists(part);
    }
  }

  /** Whether all of it was copied; not when this is being closed. */
  private boolean copy(Path from, Path to) throws IOException {
    byte[] chunk = new byte[CHUNK_BYTES];
    try (InputStream in = Files.newInputStream(from);
        FileChannel channel =
            FileChannel.open(
                to,
                StandardOpenOption.CREATE,
                StandardOpenOption.TRUNCATE_EXISTING,
                StandardOpenOption.WRITE);
        Gzip gzip = new Gzip(Channels.newOutputStream(channel))) {
      long before = System.nanoTime();
      for (int n = in.read(chunk); n >= 0; n = in.read(chunk)) {
        gzip.write(chunk, 0, n);
        if (closed) {
          return false;
        }
        LockSupport.parkNanos(System.nanoTime() - before);
        before = System.nanoTime();
      }
      gzip.finish();
      channel.force(true);
      return true;
    }
  }

  private static final class Gzip extends GZIPOutputStream {
    Gzip(OutputStream out) throws IOException {
      super(out, 1 << 16);
      def.setLevel(LEVEL);
    }
  }
}
