package io.harp.speaker.membership;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.Optional;
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

  private final GroupKey key;
  private final Counters counters;
  private final Refusals refusals;
  private final int timeoutMs;
  private final Set<SealedSocket> pending = new LinkedHashSet<>();

  /** Proved connections; empty is the word that there will be no more. */
  private final BlockingQueue<Optional<SealedSocket>> ready = new LinkedBlockingQueue<>(READY);

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
      if (!isClosed()) {
        Optional<SealedSocket> socket = ready.take();
        if (socket.isPresent()) {
          return socket.get();
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
    ready.forEach(waiting -> waiting.ifPresent(GuardedServerSocket::closeQuietly));
    ready.clear();
    var _ = ready.offer(Optional.empty());
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
      if (isClosed() || !ready.offer(Optional.of(socket))) {
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
