package io.harp.speaker.membership;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Lets JGroups see only connections whose other side has proved the secret. JGroups accepts on one
 * thread and reads the peer's greeting there; a stranger who connects and says nothing would hold
 * up every member for a second.
 *
 * <p>At most {@link #PENDING} connections are proving at a time; at the bound the oldest is closed.
 * A member needs a few milliseconds, so it gets through even while a stranger opens thousands of
 * connections a second. At most {@link #READY} proved ones wait for JGroups; more are closed.
 */
final class GuardedServerSocket extends ServerSocket {

  static final int PENDING = 128;
  private static final int READY = 128;
  private static final int ACCEPT_POLL_MS = 1_000;

  private final GroupKey key;
  private final Counters counters;
  private final Refusals refusals;
  private final int timeoutMs;
  private final Set<SealedSocket> pending = new LinkedHashSet<>();
  private final BlockingQueue<SealedSocket> ready = new LinkedBlockingQueue<>(READY);
  private @Nullable Thread guard;

  GuardedServerSocket(GroupKey key, Counters counters, Refusals refusals, int timeoutMs)
      throws IOException {
    this.key = key;
    this.counters = counters;
    this.refusals = refusals;
    this.timeoutMs = timeoutMs;
  }

  @Override
  public Socket accept() throws IOException {
    start();
    try {
      while (!isClosed()) {
        SealedSocket socket = ready.poll(ACCEPT_POLL_MS, TimeUnit.MILLISECONDS);
        if (socket != null) {
          return socket;
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException();
    }
    throw new SocketException("closed");
  }

  @Override
  public void close() throws IOException {
    super.close();
    synchronized (pending) {
      pending.forEach(GuardedServerSocket::closeQuietly);
    }
    ready.forEach(GuardedServerSocket::closeQuietly);
  }

  private synchronized void start() {
    if (guard == null) {
      guard = Thread.ofVirtual().name("membership-guard").start(this::guard);
    }
  }

  private void guard() {
    while (!isClosed()) {
      SealedSocket socket = new SealedSocket(key, counters, refusals);
      try {
        implAccept(socket);
        admit(socket);
      } catch (IOException e) {
        closeQuietly(socket);
        pauseIfOpen();
      }
    }
  }

  private void admit(SealedSocket socket) {
    synchronized (pending) {
      if (pending.size() == PENDING) {
        Iterator<SealedSocket> oldest = pending.iterator();
        closeQuietly(oldest.next());
        oldest.remove();
      }
      pending.add(socket);
    }
    Thread.startVirtualThread(() -> prove(socket));
  }

  private void prove(SealedSocket socket) {
    try {
      socket.serve(timeoutMs);
      if (isClosed() || !ready.offer(socket)) {
        closeQuietly(socket);
      }
    } catch (Handshake.NothingSaid e) {
      counters.knocks.increment();
      closeQuietly(socket);
    } catch (IOException | RuntimeException e) {
      counters.refused.increment();
      refusals.incoming(socket.getRemoteSocketAddress(), e);
      closeQuietly(socket);
    } finally {
      synchronized (pending) {
        pending.remove(socket);
      }
    }
  }

  /** Out of file descriptors, most likely: spinning would make it worse. */
  private void pauseIfOpen() {
    if (!isClosed()) {
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(20));
    }
  }

  private static void closeQuietly(Socket socket) {
    try {
      socket.close();
    } catch (IOException e) {
      // It is of no use any more, closed or not.
    }
  }
}
