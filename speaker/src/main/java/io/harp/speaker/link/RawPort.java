package io.harp.speaker.link;

import io.harp.speaker.link.PacketSocket.Statistics;
import io.harp.speaker.packet.EthernetFrame;
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
final class RawPort implements Port {

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
  private final MemorySegment outgoing = Arena.ofAuto().allocate(PacketSocket.SNAP);
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

  @Override
  public void start() {
    try {
      open();
    } catch (IOException e) {
      log.warn("{}: does not open ({}); trying again", name, e.getMessage());
    }
    thread.start();
  }

  @SuppressWarnings("ReferenceEquality") // The same array, not an equal one.
  @Override
  public boolean send(byte[] frame, int length) {
    synchronized (sending) {
      if (sockets == null) {
        return false;
      }
      if (frame != lastSent) {
        lastSent = frame;
        lastSentBytes = MemorySegment.ofArray(frame);
      }
      MemorySegment.copy(lastSentBytes, 0, outgoing, 0, length);
      PacketSocket socket = EthernetFrame.isArp(frame) ? sockets.arp : sockets.ndp;
      return socket.send(outgoing, length);
    }
  }

  @Override
  public Statistics statistics() {
    synchronized (sending) {
      if (sockets != null) {
        statistics = statistics.plus(sockets.statistics());
      }
      return statistics;
    }
  }

  private void run() {
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
      MemorySegment incoming = arena.allocate(PacketSocket.SNAP);
      byte[] frame = new byte[PacketSocket.SNAP];
      MemorySegment frameBytes = MemorySegment.ofArray(frame);
      while (!stopping) {
        if (Libc.poll(pollfds, -1) > 0) {
          drain(open.arp, pollfds, 0, incoming, frameBytes, frame);
          drain(open.ndp, pollfds, 1, incoming, frameBytes, frame);
          if (open.echo != null) {
            drain(open.echo, pollfds, 3, incoming, frameBytes, frame);
          }
        }
      }
    }
  }

  // Bounded, so that a flood of one protocol does not starve the other.
  private void drain(
      PacketSocket socket,
      MemorySegment pollfds,
      int position,
      MemorySegment incoming,
      MemorySegment frameBytes,
      byte[] frame)
      throws IOException {
    if (Libc.isBroken(pollfds, position)) {
      socket.check(incoming);
    }
    if (!Libc.isReady(pollfds, position)) {
      return;
    }
    for (int i = 0; i < 64; i++) {
      int length = socket.receive(incoming);
      if (length == 0) {
        return;
      }
      MemorySegment.copy(incoming, 0, frameBytes, 0, length);
      handle(frame, length);
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
