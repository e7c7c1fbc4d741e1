package io.harp.speaker.link;

import io.harp.speaker.packet.EthernetFrame;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.pcap4j.core.BpfProgram.BpfCompileMode;
import org.pcap4j.core.NotOpenException;
import org.pcap4j.core.PcapHandle;
import org.pcap4j.core.PcapNativeException;
import org.pcap4j.core.PcapNetworkInterface.PromiscuousMode;
import org.pcap4j.core.PcapStat;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A capture on one interface and the thread that reads it. If the capture breaks (the interface was
 * deleted, or is down) the thread opens it again, after 50 ms at first and at most every 2 s, until
 * the port is closed.
 */
final class PcapPort implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(PcapPort.class);

  /**
   * What the speaker reads: others' ARP, solicitations and advertisements. The kernel drops the
   * rest, and all that this host sends.
   */
  private static final String FILTER =
      "inbound and (arp or (icmp6 and (ip6[40] == 135 or ip6[40] == 136)))";

  private static final long FIRST_RETRY_MS = 50;
  private static final long LAST_RETRY_MS = 2_000;

  /** What is done with a frame; called on the port's thread. */
  @FunctionalInterface
  interface Receiver {
    /** The array is the receiver's. */
    void frame(byte[] frame);
  }

  private final String name;
  private final boolean promiscuous;
  private final Receiver receiver;
  private final Runnable reopened;
  private final Thread thread;
  private volatile @Nullable PcapHandle handle;
  private volatile boolean stopping;
  private boolean frameTrouble;

  /**
   * @param reopened called on the port's thread after a broken capture works again
   */
  PcapPort(String name, boolean promiscuous, Receiver receiver, Runnable reopened) {
    this.name = name;
    this.promiscuous = promiscuous;
    this.receiver = receiver;
    this.reopened = reopened;
    this.thread = Thread.ofPlatform().name("wire-" + name).daemon().unstarted(this::run);
  }

  /**
   * Opens the capture, so that the caller may send at once, and starts the thread, which tries
   * again if that failed.
   */
  void start() {
    try {
      handle = open();
    } catch (PcapNativeException | NotOpenException | RuntimeException | LinkageError e) {
      log.warn("{}: capture does not open ({}); trying again", name, e.getMessage());
    }
    thread.start();
  }

  /** Sends the first {@code length} bytes; false if they could not be. May be called by anyone. */
  boolean send(byte[] frame, int length) {
    PcapHandle open = handle;
    if (open == null) {
      return false;
    }
    try {
      open.sendPacket(frame, length);
      return true;
    } catch (PcapNativeException | NotOpenException e) {
      return false;
    }
  }

  /** Frames the kernel dropped because the thread did not keep up, since the capture was opened. */
  long kernelDrops() {
    PcapHandle open = handle;
    try {
      PcapStat stat = open == null ? null : open.getStats();
      return stat == null ? 0 : stat.getNumPacketsDropped();
    } catch (PcapNativeException | NotOpenException e) {
      return 0;
    }
  }

  private void run() {
    boolean broken = handle == null;
    long retryMs = FIRST_RETRY_MS;
    while (!stopping) {
      try {
        PcapHandle open = handle;
        if (open == null) {
          open = open();
          handle = open;
        }
        if (broken) {
          log.info("{}: capture works again", name);
          broken = false;
          reopened.run();
        }
        long sinceNanos = System.nanoTime();
        open.loop(-1, this::receive);
        retryMs =
            System.nanoTime() - sinceNanos > LAST_RETRY_MS * 1_000_000 ? FIRST_RETRY_MS : retryMs;
      } catch (InterruptedException e) {
        // breakLoop ends the loop with this exception; the flag tells whether to stop.
      } catch (PcapNativeException | NotOpenException | RuntimeException | LinkageError e) {
        if (!broken && !stopping) {
          log.warn("{}: capture broke ({}); trying again", name, e.getMessage());
        }
        broken = true;
      }
      if (broken && !stopping) {
        release();
        LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(retryMs));
        retryMs = Math.min(LAST_RETRY_MS, 2 * retryMs);
      }
    }
    release();
  }

  private void receive(byte[] frame) {
    try {
      receiver.frame(frame);
      if (frameTrouble) {
        frameTrouble = false;
        log.info("{}: frames are handled again", name);
      }
    } catch (RuntimeException e) {
      if (!frameTrouble) {
        frameTrouble = true;
        log.error("{}: a frame of {} bytes could not be handled", name, frame.length, e);
      }
    }
  }

  private PcapHandle open() throws PcapNativeException, NotOpenException {
    PcapHandle opened =
        new PcapHandle.Builder(name)
            .snaplen(EthernetFrame.MAX_LENGTH)
            .promiscuousMode(
                promiscuous ? PromiscuousMode.PROMISCUOUS : PromiscuousMode.NONPROMISCUOUS)
            .immediateMode(true)
            .build();
    try {
      opened.setFilter(FILTER, BpfCompileMode.OPTIMIZE);
      return opened;
    } catch (PcapNativeException | NotOpenException | RuntimeException e) {
      opened.close();
      throw e;
    }
  }

  // Only the thread that loops closes: closing a handle somebody loops on crashes in libpcap.
  private void release() {
    PcapHandle open = handle;
    handle = null;
    if (open != null) {
      open.close();
    }
  }

  /** Stops the thread and closes the capture; waits for that at most a second. */
  @Override
  public void close() {
    stopping = true;
    try {
      for (int i = 0; i < 100 && thread.isAlive(); i++) {
        // Again and again: a break before the loop began is forgotten.
        PcapHandle open = handle;
        if (open != null) {
          open.breakLoop();
        }
        LockSupport.unpark(thread);
        thread.join(10);
      }
    } catch (NotOpenException e) {
      log.debug("{}: closed meanwhile", name);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
