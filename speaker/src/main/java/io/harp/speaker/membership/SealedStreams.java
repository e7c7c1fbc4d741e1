package io.harp.speaker.membership;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;

/**
 * A connection's bytes as sealed records: length (2), sealed bytes (at most {@link #RECORD} and the
 * overhead). Lengths are 16 bits, so no peer can make us reserve more.
 */
final class SealedStreams {

  /** Bytes of plain text in one record, at most. */
  static final int RECORD = 8192;

  private static final int SEALED = RECORD + Seal.OVERHEAD;

  private SealedStreams() {}

  /**
   * Gathers what is written and sends it with {@link #flush}, or when a record is full. From the
   * first write to the flush the stream belongs to the thread that writes: JGroups marks the end of
   * a connection from another thread, which must not come between a length and its message.
   */
  static final class Out extends OutputStream {

    /** Who marks the end does not wait for a send that hangs because nobody reads. */
    private static final long CLOSE_WAIT_MS = 20;

    private final OutputStream raw;
    private final Seal seal;
    private final Counters counters;
    private final ReentrantLock owned = new ReentrantLock();
    private final byte[] plain = new byte[RECORD];
    private final byte[] sealed = new byte[2 + SEALED];
    private int length;

    Out(OutputStream raw, Seal seal, Counters counters) {
      this.raw = raw;
      this.seal = seal;
      this.counters = counters;
    }

    @Override
    public void write(int b) throws IOException {
      write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int offset, int count) throws IOException {
      own();
      boolean written = false;
      try {
        gather(bytes, offset, count);
        written = true;
      } finally {
        if (!written) {
          owned.unlock();
        }
      }
    }

    @Override
    public void flush() throws IOException {
      own();
      try {
        if (length > 0) {
          send();
        }
      } finally {
        owned.unlock();
      }
    }

    private void gather(byte[] bytes, int offset, int count) throws IOException {
      for (int done = 0; done < count; ) {
        int n = Math.min(count - done, RECORD - length);
        System.arraycopy(bytes, offset + done, plain, length, n);
        length += n;
        done += n;
        if (length == RECORD) {
          send();
        }
      }
    }

    private void send() throws IOException {
      int n = seal.apply(plain, 0, length, sealed, 2);
      sealed[0] = (byte) (n >> 8);
      sealed[1] = (byte) n;
      length = 0;
      raw.write(sealed, 0, 2 + n);
      counters.sealed.increment();
    }

    private void own() throws IOException {
      try {
        if (!owned.isHeldByCurrentThread()
            && !owned.tryLock(CLOSE_WAIT_MS, TimeUnit.MILLISECONDS)) {
          throw new IOException("a send is under way and does not end");
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new InterruptedIOException();
      }
    }
  }

  /** Used by the one thread that reads the connection. */
  static final class In extends InputStream {

    private final InputStream raw;
    private final Seal seal;
    private final Counters counters;
    private final byte[] sealed = new byte[SEALED];
    private final byte[] plain = new byte[RECORD];
    private int next;
    private int end;

    In(InputStream raw, Seal seal, Counters counters) {
      this.raw = raw;
      this.seal = seal;
      this.counters = counters;
    }

    @Override
    public int read() throws IOException {
      return fill() ? plain[next++] & 0xff : -1;
    }

    @Override
    public int read(byte[] bytes, int offset, int count) throws IOException {
      if (count == 0) {
        return 0;
      }
      if (!fill()) {
        return -1;
      }
      int n = Math.min(count, end - next);
      System.arraycopy(plain, next, bytes, offset, n);
      next += n;
      return n;
    }

    @Override
    public int available() {
      return end - next;
    }

    private boolean fill() throws IOException {
      if (next < end) {
        return true;
      }
      int high = raw.read();
      if (high < 0) {
        return false;
      }
      int length = high << 8 | raw.read();
      if (length <= Seal.OVERHEAD || length > SEALED) {
        counters.damaged.increment();
        throw new IOException("a record of " + length + " bytes");
      }
      if (raw.readNBytes(sealed, 0, length) < length) {
        throw new EOFException();
      }
      open(length);
      return true;
    }

    private void open(int length) throws IOException {
      try {
        end = seal.apply(sealed, 0, length, plain, 0);
        next = 0;
        counters.opened.increment();
      } catch (IOException e) {
        counters.damaged.increment();
        throw e;
      }
    }
  }
}
