package io.harp.speaker.capture;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes packets into the present file and begins the next when it is time. Called by the threads
 * that capture and by the one that ticks. A disk that takes nothing costs packets, which are
 * counted, and never the process.
 */
final class Recorder {

  private static final Logger log = LoggerFactory.getLogger(Recorder.class);

  private final Shelf shelf;
  private final Rotation rotation;
  private final int linkType;
  private final int snapLength;
  private final ByteBuffer buffer = PcapFile.buffer();
  private final LongAdder packets = new LongAdder();
  private final LongAdder bytes = new LongAdder();
  private final LongAdder lost = new LongAdder();
  private @Nullable PcapFile file;
  private @Nullable CaptureName name;
  private long openedMs;
  private long nowMs;
  private boolean paused;
  private boolean closed;
  private boolean troubled;

  /**
   * @param linkType of every packet to come
   */
  Recorder(Shelf shelf, Rotation rotation, int linkType, int snapLength) {
    this.shelf = shelf;
    this.rotation = rotation;
    this.linkType = linkType;
    this.snapLength = snapLength;
  }

  /** Takes a packet; {@code second} and {@code micros} are when the kernel saw it. */
  synchronized void packet(long second, int micros, byte[] packet, int originalLength) {
    packets.increment();
    bytes.add(packet.length);
    if (paused || closed) {
      lost.increment();
      return;
    }
    try {
      if (file != null && isFull(file, packet)) {
        finish();
      }
      PcapFile present = file == null ? begin(second) : file;
      present.add(second, micros, packet, originalLength);
    } catch (IOException e) {
      lose(e, 1);
    }
  }

  /**
   * Writes what has gathered, and begins a new file if the present one has covered its time.
   *
   * @param second since 1970 UTC, for the name of the first file
   */
  synchronized void tick(long now, long second) {
    nowMs = now;
    if (closed) {
      return;
    }
    try {
      if (file == null && !paused) {
        begin(second);
      } else if (file != null && rotation.isOver(openedMs, now, file.isEmpty())) {
        finish();
        begin(second);
      } else if (file != null) {
        file.flush();
      }
      if (troubled) {
        troubled = false;
        log.info("Captures are written again");
      }
    } catch (IOException e) {
      lose(e, 0);
    }
  }

  /** Whether packets are dropped for now, because the disk is as full as it may be. */
  synchronized void pause(boolean now) {
    if (now != paused) {
      paused = now;
      if (now) {
        log.warn("Less is free on the disk than must stay free: packets are not written any more");
      } else {
        log.info("Enough is free on the disk: packets are written again");
      }
    }
  }

  /** The file that is being written. */
  synchronized Optional<CaptureName> current() {
    return Optional.ofNullable(name);
  }

  /** Ends the present file and puts it on the disk; nothing is written after that. */
  synchronized void close() {
    closed = true;
    try {
      if (file != null) {
        file.flush();
        file.force();
      }
      finish();
    } catch (IOException e) {
      lose(e, 0);
    }
  }

  LongAdder packets() {
    return packets;
  }

  LongAdder bytes() {
    return bytes;
  }

  /** Packets that came and were not written. */
  LongAdder lost() {
    return lost;
  }

  private boolean isFull(PcapFile present, byte[] packet) {
    long more = PcapFile.RECORD_HEADER_BYTES + (long) packet.length;
    return rotation.isFull(present.bytes(), more, present.isEmpty());
  }

  private PcapFile begin(long second) throws IOException {
    CaptureName next = shelf.unused(second);
    Path path = shelf.path(next, StoredFile.Form.PLAIN);
    PcapFile begun = PcapFile.create(path, linkType, snapLength, buffer);
    file = begun;
    name = next;
    openedMs = nowMs;
    return begun;
  }

  // Not forced to the disk: whoever captures must not wait for it. The compressed file is.
  private void finish() throws IOException {
    PcapFile ending = file;
    file = null;
    name = null;
    if (ending != null) {
      try {
        ending.close();
      } finally {
        lost.add(ending.takeLost());
      }
    }
  }

  private void lose(IOException e, int more) {
    lost.add(more);
    if (file != null) {
      lost.add(file.takeLost());
    }
    if (!troubled) {
      troubled = true;
      log.warn("Captures cannot be written, packets are lost: {}", e.toString());
    }
  }
}
