package io.harp.e2e.agent;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import java.util.concurrent.locks.LockSupport;
import org.pcap4j.core.PcapHandle;
import org.pcap4j.core.PcapNetworkInterface.PromiscuousMode;

/**
 * Sends frames at an even pace and ends: {@code Replay INTERFACE COUNT PER-SECOND BYTES}. They
 * carry an ethertype for experiments, so no kernel answers, and their number; a half of each is
 * text and a half is noise, as traffic that is partly encrypted.
 */
public final class Replay {

  /** Local experimental ethertype 1 (IEEE Std 802). */
  public static final short ETHERTYPE = (short) 0x88b5;

  private static final int HEADER_BYTES = 14;

  private Replay() {}

  public static void main(String[] args) throws Exception {
    long count = Long.parseLong(args[1]);
    double perSecond = Double.parseDouble(args[2]);
    byte[] frame = frame(Integer.parseInt(args[3]));
    ByteBuffer number = ByteBuffer.wrap(frame, HEADER_BYTES, Long.BYTES);
    try (PcapHandle handle =
        new PcapHandle.Builder(args[0])
            .snaplen(64)
            .timeoutMillis(1_000)
            .promiscuousMode(PromiscuousMode.NONPROMISCUOUS)
            .build()) {
      long begun = System.nanoTime();
      for (long sent = 0; sent < count; sent++) {
        long due = begun + (long) (sent / perSecond * 1e9);
        while (System.nanoTime() - due < 0) {
          LockSupport.parkNanos(500_000);
        }
        number.putLong(HEADER_BYTES, sent);
        handle.sendPacket(frame);
      }
      double took = (System.nanoTime() - begun) / 1e9;
      System.out.printf("sent %d in %.2f s%n", count, took);
    }
  }

  private static byte[] frame(int bytes) {
    ByteBuffer frame = ByteBuffer.allocate(bytes);
    frame.put(new byte[] {2, 0, 0, 0, 0, 1}).put(new byte[] {2, 0, 0, 0, 0, 2});
    frame.putShort(ETHERTYPE).putLong(0);
    byte[] text = "GET /index.html HTTP/1.1 Host: example ".getBytes(StandardCharsets.US_ASCII);
    while (frame.position() < bytes / 2) {
      frame.put(text, 0, Math.min(text.length, frame.remaining()));
    }
    byte[] noise = new byte[frame.remaining()];
    new Random(1).nextBytes(noise);
    return frame.put(noise).array();
  }
}
