package io.harp.speaker.capture;

import static java.nio.file.StandardOpenOption.CREATE_NEW;
import static java.nio.file.StandardOpenOption.WRITE;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;

/**
 * A capture that is being written, in the classic format (draft-ietf-opsawg-pcap, microseconds, big
 * endian). Records are gathered and written whole, so a process that is killed leaves whole records
 * behind. What is gathered is bounded by {@value #BUFFER_BYTES} bytes; then it is written.
 */
final class PcapFile implements Closeable {

  static final int HEADER_BYTES = 24;
  static final int RECORD_HEADER_BYTES = 16;
  static final int MAGIC = 0xa1b2c3d4;

  /** The most of a packet that is kept, as with tcpdump. */
  static final int MAX_SNAP_LENGTH = 262_144;

  private static final int BUFFER_BYTES = 2 * MAX_SNAP_LENGTH;
  private static final short MAJOR = 2;
  private static final short MINOR = 4;

  private final FileChannel channel;
  private final ByteBuffer buffer;
  private long written;
  private long packets;
  private int waiting;
  private int lost;

  private PcapFile(FileChannel channel, ByteBuffer buffer) {
    this.channel = channel;
    this.buffer = buffer;
  }

  /** The buffer for {@link #create}; one after the other, files may share it. */
  static ByteBuffer buffer() {
    return ByteBuffer.allocateDirect(BUFFER_BYTES);
  }

  /**
   * Begins a file that is not there yet.
   *
   * @param linkType as in the registry of link-layer header types: 1 is Ethernet
   * @param snapLength how much of a packet is kept at most
   */
  static PcapFile create(Path path, int linkType, int snapLength, ByteBuffer buffer)
      throws IOException {
    PcapFile file = new PcapFile(FileChannel.open(path, CREATE_NEW, WRITE), buffer);
    buffer.clear();
    buffer.putInt(MAGIC).putShort(MAJOR).putShort(MINOR).putInt(0).putInt(0);
    buffer.putInt(snapLength).putInt(linkType);
    try {
      file.flush();
      return file;
    } catch (IOException e) {
      file.channel.close();
      throw e;
    }
  }

  /**
   * Adds a packet.
   *
   * @param second since 1970 UTC
   * @param micros within the second
   * @param originalLength how long it was on the wire
   * @throws IOException if the disk did not take the packets that were waiting; they are lost, and
   *     this one is not added
   */
  void add(long second, int micros, byte[] packet, int originalLength) throws IOException {
    if (buffer.remaining() < RECORD_HEADER_BYTES + packet.length) {
      flush();
    }
    buffer.putInt((int) second).putInt(micros).putInt(packet.length).putInt(originalLength);
    buffer.put(packet);
    packets++;
    waiting++;
  }

  /** Its size, with what is still waiting. */
  long bytes() {
    return written + buffer.position();
  }

  boolean isEmpty() {
    return packets == 0;
  }

  /** Packets that could not be written, since this was asked last. */
  int takeLost() {
    int taken = lost;
    lost = 0;
    return taken;
  }

  /**
   * Hands everything to the kernel.
   *
   * @throws IOException if that fails; what was waiting is dropped, so that the file still ends
   *     with a whole record
   */
  void flush() throws IOException {
    buffer.flip();
    int length = buffer.limit();
    try {
      while (buffer.hasRemaining()) {
        channel.write(buffer);
      }
      written += length;
    } catch (IOException e) {
      lost += waiting;
      channel.truncate(written);
      channel.position(written);
      throw e;
    } finally {
      waiting = 0;
      buffer.clear();
    }
  }

  /** Puts what was written on the disk; takes as long as the disk does. */
  void force() throws IOException {
    channel.force(true);
  }

  /** Writes what waits. The disk has it when the kernel says so, or after {@link #force}. */
  @Override
  public void close() throws IOException {
    try (channel) {
      flush();
    }
  }
}
