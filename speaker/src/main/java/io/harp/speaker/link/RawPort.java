package io.harp.speaker.link;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

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
  private volatile boolean stopping;
  // Written and closed under the lock of sends, so that nobody sends into a closed descriptor.
  private @Nullable Sockets sockets;
  private long drops;
  private boolean frameTrouble;

  private record Sockets(PacketSocket arp, PacketSocket ndp, @Nullable PacketSocket echo) {

    int echoFd() {
      return echo == null ? -1 : echo.fd();
    }

    int drops() {
      return arp.drops() + ndp.drops() + (echo == null ? 0 : echo.drops());
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

  @Override
  public boolean send(byte[] frame, int length) {
    synchronized (sending) {
      if (sockets == null) {
        return false;
      }
      MemorySegment.copy(frame, 0, outgoing, JAVA_BYTE, 0, length);
      PacketSocket socket = EthernetFrame.isArp(frame) ? sockets.arp : sockets.ndp;
      return socket.send(outgoing, length);
    }
  }

  @Override
  public long kernelDrops() {
    synchronized (sending) {
      if (sockets != null) {
        drops += sockets.drops();
      }
      return drops;
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
      while (!stopping) {
        Libc.poll(pollfds, -1);
        if (Libc.isReady(pollfds, 0)) {
          drain(open.arp, incoming, frame);
        }
        if (Libc.isReady(pollfds, 1)) {
          drain(open.ndp, incoming, frame);
        }
        if (open.echo != null && Libc.isReady(pollfds, 3)) {
          drain(open.echo, incoming, frame);
        }
      }
    }
  }

  // Bounded, so that a flood of one protocol does not starve the other.
  private void drain(PacketSocket socket, MemorySegment incoming, byte[] frame) throws IOException {
    for (int i = 0; i < 64; i++) {
      int length = socket.receive(incoming);
      if (length == 0) {
        return;
      }
      MemorySegment.copy(incoming, JAVA_BYTE, 0, frame, 0, length);
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
        drops += sockets.drops();
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
