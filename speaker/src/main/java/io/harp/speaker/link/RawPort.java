package io.harp.speaker.link;

import io.harp.speaker.link.PacketSocket.Statistics;
import io.harp.speaker.packet.EthernetFrame;
import io.harp.speaker.scheduling.TimeSlice;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Raw sockets on one interface, for ARP, for neighbor discovery and perhaps for echo requests, and
 * the thread that reads them. If they break (the interface went down or was deleted) the thread
 * opens them again, after 50 ms at first and at most every 2 s, until the port is closed.
 */
final class RawPort implements AutoCloseable {

  /** What is done with a frame; called on the port's thread. */
  @FunctionalInterface
  interface Receiver {
    /** The first {@code length} bytes are the frame. The array is used again. */
    void frame(byte[] frame, int length);
  }

  private static final Logger log = LoggerFactory.getLogger(RawPort.class);

  private static final long FIRST_RETRY_MS = 50;
  private static final long LAST_RETRY_MS = 2_000;

  private final int link;
  private final String name;
  private final WireOptions options;
  private final Receiver receiver;
  private final Runnable reopened;
  private final Thread thread;
  private final int wake = Libc.eventfd();
  private final Object sending = new Object();
  // Wrapping an array costs 40 bytes, and it is nearly always the same one.
  private byte[] lastSent = new byte[0];
  private MemorySegment lastSentBytes = MemorySegment.ofArray(lastSent);
  private volatile boolean stopping;
  // Written and closed under the lock of sends, so that nobody sends into a closed descriptor.
  private @Nullable Sockets sockets;
  private Statistics statistics = Statistics.NONE;
  private boolean frameTrouble;

  private record Sockets(PacketSocket arp, PacketSocket ndp, @Nullable PacketSocket echo) {

    int echoFd() {
      return echo == null ? -1 : echo.fd();
    }

    Statistics statistics() {
      Statistics both = arp.statistics().plus(ndp.statistics());
      return echo == null ? both : both.plus(echo.statistics());
    }

    void close() {
      arp.close();
      ndp.close();
      if (echo != null) {
        echo.close();
      }
    }
  }

  /**
   * @param reopened called on the port's thread after broken sockets work again
   */
  RawPort(int link, String name, WireOptions options, Receiver receiver, Runnable reopened) {
    this.link = link;
    this.name = name;
    this.options = options;
    this.receiver = receiver;
    this.reopened = reopened;
    this.thread = Thread.ofPlatform().name("wire-" + name).daemon().unstarted(this::run);
  }

  /**
   * Opens the interface, so that the caller may send at once, and starts the thread, which tries
   * again if that failed.
   */
  void start() {
    try {
      open();
    } catch (IOException e) {
      log.warn("{}: does not open ({}); trying again", name, e.getMessage());
    }
    thread.start();
  }

  /**
   * Sends the first {@code length} bytes; false if they could not be. Never blocks. May be called
   * by anyone.
   */
  @SuppressWarnings("ReferenceEquality") // The same array, not an equal one.
  boolean send(byte[] frame, int length) {
    synchronized (sending) {
      if (sockets == null) {
        return false;
      }
      if (frame != lastSent) {
        lastSent = frame;
        lastSentBytes = MemorySegment.ofArray(frame);
      }
      PacketSocket socket = EthernetFrame.isArp(frame) ? sockets.arp : sockets.ndp;
      return socket.send(lastSentBytes, length);
    }
  }

  /** What the kernel passed on, and dropped because the thread did not keep up, since the start. */
  Statistics statistics() {
    synchronized (sending) {
      if (sockets != null) {
        statistics = statistics.plus(sockets.statistics());
      }
      return statistics;
    }
  }

  private void run() {
    TimeSlice.shorten();
    boolean broken = current() == null;
    long retryMs = FIRST_RETRY_MS;
    while (!stopping) {
      try {
        Sockets open = open();
        if (broken) {
          log.info("{}: heard again", name);
          broken = false;
          reopened.run();
        }
        receiveAll(open);
      } catch (IOException e) {
        if (!broken) {
          log.warn("{}: broke ({}); trying again", name, e.getMessage());
        }
        broken = true;
        release();
        LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(retryMs));
        retryMs = Math.min(LAST_RETRY_MS, 2 * retryMs);
      }
    }
    release();
  }

  private void receiveAll(Sockets open) throws IOException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment pollfds =
          Libc.pollfds(arena, open.arp.fd(), open.ndp.fd(), wake, open.echoFd());
      byte[] frame = new byte[PacketSocket.SNAP];
      MemorySegment incoming = MemorySegment.ofArray(frame);
      while (!stopping) {
        if (Libc.poll(pollfds, -1) > 0) {
          // Most frames are ARP, so it is taken before anybody asks who called.
          drain(open.arp, incoming, frame);
          check(pollfds, 0);
          if (Libc.isReady(pollfds, 1)) {
            drain(open.ndp, incoming, frame);
            check(pollfds, 1);
          }
          if (open.echo != null && Libc.isReady(pollfds, 3)) {
            drain(open.echo, incoming, frame);
            check(pollfds, 3);
          }
        }
      }
    }
  }

  // Bounded, so that a flood of one protocol does not starve the other.
  private void drain(PacketSocket socket, MemorySegment incoming, byte[] frame) {
    for (int i = 0; i < 64; i++) {
      int length = socket.receive(incoming);
      if (length == 0) {
        return;
      }
      handle(frame, length);
    }
  }

  // The kernel tells an error once, and reading has asked already; of packet sockets it is this one
  // (packet(7): ENETDOWN).
  private static void check(MemorySegment pollfds, int position) throws IOException {
    if (Libc.isBroken(pollfds, position)) {
      throw new IOException("the interface is down or gone");
    }
  }

  private void handle(byte[] frame, int length) {
    try {
      receiver.frame(frame, length);
      if (frameTrouble) {
        frameTrouble = false;
        log.info("{}: frames are handled again", name);
      }
    } catch (RuntimeException e) {
      if (!frameTrouble) {
        frameTrouble = true;
        log.error("{}: a frame of {} bytes could not be handled", name, length, e);
      }
    }
  }

  private @Nullable Sockets current() {
    synchronized (sending) {
      return sockets;
    }
  }

  private Sockets open() throws IOException {
    synchronized (sending) {
      if (sockets == null) {
        sockets = openAll();
      }
      return sockets;
    }
  }

  private Sockets openAll() throws IOException {
    List<PacketSocket> opened = new ArrayList<>();
    try {
      opened.add(PacketSocket.arp(link, options.promiscuous()));
      opened.add(PacketSocket.ndp(link, options.promiscuous(), options.answerPing()));
      if (options.answerPing()) {
        opened.add(PacketSocket.echo(link));
      }
    } catch (IOException e) {
      opened.forEach(PacketSocket::close);
      throw e;
    }
    return new Sockets(opened.get(0), opened.get(1), options.answerPing() ? opened.get(2) : null);
  }

  private void release() {
    synchronized (sending) {
      if (sockets != null) {
        statistics = statistics.plus(sockets.statistics());
        sockets.close();
        sockets = null;
      }
    }
  }

  /** Stops the thread and closes the interface; waits for that at most a second. */
  @Override
  public void close() {
    stopping = true;
    Libc.wake(wake);
    LockSupport.unpark(thread);
    try {
      thread.join(1000);
      if (!thread.isAlive()) {
        Libc.close(wake);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
