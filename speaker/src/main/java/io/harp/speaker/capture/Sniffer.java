package io.harp.speaker.capture;

import com.sun.jna.Native;
import java.sql.Timestamp;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.pcap4j.core.BpfProgram.BpfCompileMode;
import org.pcap4j.core.NotOpenException;
import org.pcap4j.core.PcapHandle;
import org.pcap4j.core.PcapNativeException;
import org.pcap4j.core.PcapNetworkInterface.PromiscuousMode;
import org.pcap4j.core.PcapStat;
import org.pcap4j.core.RawPacketListener;
import org.pcap4j.packet.namednumber.DataLinkType;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Captures on one interface, or on {@code any}, on its own thread. The kernel's buffer is the only
 * queue: what does not fit is dropped by the kernel and counted. An interface that goes away is
 * opened again every two seconds until it is back.
 */
final class Sniffer implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(Sniffer.class);

  /** Cooked capture with the interface in each packet, as tcpdump writes it for {@code any}. */
  private static final DataLinkType LINUX_SLL2 = new DataLinkType(276, "LINUX_SLL2");

  /** How long the kernel may gather packets before it wakes the thread. */
  private static final int GATHER_MS = 200;

  private static final long REOPEN_NS = 2_000_000_000;
  private static final int JOIN_MS = 2_000;

  private final String name;
  private final CaptureSettings settings;
  private final int linkType;
  private final Drops kernel = new Drops();
  private final Drops card = new Drops();
  private @Nullable Thread thread;
  private volatile PcapHandle handle;
  private volatile boolean running = true;
  private volatile boolean closed;

  private Sniffer(String name, CaptureSettings settings, PcapHandle handle) {
    this.name = name;
    this.settings = settings;
    this.handle = handle;
    this.linkType = handle.getDlt().value();
  }

  /**
   * Opens the interface; packets gather in the kernel from now on.
   *
   * @throws CannotCapture if there is none of this name, the filter is none, or NET_RAW is missing
   */
  static Sniffer open(String name, CaptureSettings settings) throws CannotCapture {
    try {
      return new Sniffer(name, settings, handle(name, settings));
    } catch (PcapNativeException | NotOpenException e) {
      throw new CannotCapture(
          "cannot capture on "
              + name
              + " ("
              + e.getMessage()
              + "): check --interface and --filter, and that the process has NET_RAW");
    }
  }

  private static PcapHandle handle(String name, CaptureSettings settings)
      throws PcapNativeException, NotOpenException {
    PcapHandle opened =
        new PcapHandle.Builder(name)
            .snaplen(settings.snapLength())
            .bufferSize(settings.bufferBytes())
            .timeoutMillis(GATHER_MS)
            .promiscuousMode(
                settings.promiscuous()
                    ? PromiscuousMode.PROMISCUOUS
                    : PromiscuousMode.NONPROMISCUOUS)
            .build();
    try {
      if (opened.listDatalinks().stream().anyMatch(d -> d.value().equals(LINUX_SLL2.value()))) {
        opened.setDlt(LINUX_SLL2);
      }
      if (!settings.filter().isEmpty()) {
        opened.setFilter(settings.filter(), BpfCompileMode.OPTIMIZE);
      }
      return opened;
    } catch (PcapNativeException | NotOpenException e) {
      opened.close();
      throw e;
    }
  }

  /** The registered number of the kind of frames it delivers. */
  int linkType() {
    return linkType;
  }

  String name() {
    return name;
  }

  void start(Recorder recorder) {
    // Else JNA would print what pcap4j's callback throws, once per packet, and record nothing.
    Native.setCallbackExceptionHandler((_, thrown) -> {
      Thread sniffing = Thread.currentThread();
      sniffing.getUncaughtExceptionHandler().uncaughtException(sniffing, thrown);
    });
    thread = Thread.ofPlatform().name("capture-" + name).start(() -> run(recorder));
  }

  /** Whether packets are being captured at this moment. */
  boolean isRunning() {
    return running;
  }

  /** Reads the counters of the kernel; keeps the last ones while the interface is away. */
  void count() {
    try {
      PcapStat stat = handle.getStats();
      kernel.now(stat.getNumPacketsDropped());
      card.now(stat.getNumPacketsDroppedByIf());
    } catch (PcapNativeException | NotOpenException e) {
      // Closed or gone: the next handle begins at zero, and the sum goes on.
    }
  }

  /** Packets the kernel dropped since its buffer was full. */
  long kernelDrops() {
    return kernel.sum();
  }

  /** Packets the interface or its driver dropped. */
  long interfaceDrops() {
    return card.sum();
  }

  /** Stops, after what the kernel has gathered until now was handed over. */
  @Override
  public void close() {
    LockSupport.parkNanos(thread == null ? 0 : (GATHER_MS + 50) * 1_000_000L);
    closed = true;
    try {
      handle.breakLoop();
    } catch (NotOpenException e) {
      // The interface is away; the thread sees that this is closed.
    }
    if (thread == null || ended(thread)) {
      handle.close();
    }
  }

  private static boolean ended(Thread thread) {
    LockSupport.unpark(thread);
    try {
      return thread.join(Duration.ofMillis(JOIN_MS));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  private void run(Recorder recorder) {
    RawPacketListener listener = packet -> got(recorder, packet);
    while (!closed) {
      try {
        handle.loop(-1, listener);
      } catch (PcapNativeException | NotOpenException | RuntimeException e) {
        reopen(e);
      } catch (InterruptedException e) {
        // How the library says that the loop was broken.
        if (!closed) {
          log.debug("{} was interrupted", name);
        }
      }
    }
  }

  private void got(Recorder recorder, byte[] packet) {
    PcapHandle from = handle;
    Timestamp at = from.getTimestamp();
    Integer length = from.getOriginalLength();
    recorder.packet(
        Math.floorDiv(at.getTime(), 1_000),
        at.getNanos() / 1_000,
        packet,
        length == null ? packet.length : length);
  }

  private void reopen(Exception why) {
    running = false;
    log.warn("Nothing is captured on {} any more: {}", name, why.getMessage());
    handle.close();
    while (!closed) {
      LockSupport.parkNanos(REOPEN_NS);
      try {
        PcapHandle again = handle(name, settings);
        if (again.getDlt().value() != linkType) {
          again.close();
          continue;
        }
        kernel.restart();
        card.restart();
        handle = again;
        running = true;
        log.info("Packets are captured on {} again", name);
        return;
      } catch (PcapNativeException | NotOpenException e) {
        log.debug("{} is still away: {}", name, e.getMessage());
      }
    }
  }
}
