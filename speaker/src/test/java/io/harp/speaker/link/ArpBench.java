package io.harp.speaker.link;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import io.harp.model.Ipv4;
import io.harp.model.MacAddress;
import io.harp.speaker.packet.ArpPacket;
import io.harp.speaker.packet.ArpPacket.Operation;
import io.harp.speaker.packet.EthernetFrame;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;

/**
 * Asks for IPv4 addresses and measures the answers: {@code ArpBench INTERFACE SENDER TARGET
 * [COUNT]}. First {@code COUNT} requests (1000), one every 5 ms, spinning for each reply; then
 * three seconds of as many as will be answered, at most 64 in flight; then the first again, against
 * a responder that is warm.
 */
public final class ArpBench {

  private static final int IN_FLIGHT = 64;
  private static final long FLOOD_NANOS = 3_000_000_000L;

  private final PacketSocket socket;
  private final MemorySegment out;
  private final MemorySegment in = Arena.global().allocate(PacketSocket.SNAP);
  private final byte[] reply = new byte[PacketSocket.SNAP];
  private final int length;

  private ArpBench(String name, Ipv4 sender, Ipv4 target) throws IOException {
    Path sys = Path.of("/sys/class/net", name);
    MacAddress mac = MacAddress.parse(Files.readString(sys.resolve("address")).strip());
    int index = Integer.parseInt(Files.readString(sys.resolve("ifindex")).strip());
    socket = PacketSocket.arp(index, false);
    byte[] request = new byte[EthernetFrame.MAX_LENGTH];
    length =
        new ArpPacket(Operation.REQUEST, mac, sender, MacAddress.ZERO, target, Optional.empty())
            .encode(MacAddress.BROADCAST, request);
    out = Arena.global().allocateFrom(JAVA_BYTE, request);
  }

  public static void main(String[] args) throws IOException {
    ArpBench bench = new ArpBench(args[0], Ipv4.parse(args[1]), Ipv4.parse(args[2]));
    int count = args.length > 3 ? Integer.parseInt(args[3]) : 1000;
    System.out.println(bench.spaced(count));
    System.out.println(bench.flood());
    System.out.println("once more, " + bench.spaced(count));
  }

  private String spaced(int count) throws IOException {
    long[] micros = new long[count];
    int answered = 0;
    long first = 0;
    for (int i = 0; i < count; i++) {
      LockSupport.parkNanos(5_000_000);
      while (received()) {}
      long start = System.nanoTime();
      socket.send(out, length);
      boolean got = received();
      while (!got && System.nanoTime() - start < 100_000_000) {
        got = received();
      }
      if (got) {
        micros[answered++] = (System.nanoTime() - start) / 1000;
        first = answered == 1 ? micros[0] : first;
      }
    }
    long[] sorted = Arrays.copyOf(micros, answered);
    Arrays.sort(sorted);
    return answered == 0
        ? "spaced: no answer"
        : "spaced: answered %d of %d, first %d us, min %d, p50 %d, p90 %d, p99 %d, max %d us"
            .formatted(
                answered,
                count,
                first,
                sorted[0],
                sorted[answered / 2],
                sorted[answered * 9 / 10],
                sorted[answered * 99 / 100],
                sorted[answered - 1]);
  }

  private String flood() throws IOException {
    long sent = 0;
    long answered = 0;
    long start = System.nanoTime();
    long lastReply = start;
    while (System.nanoTime() - start < FLOOD_NANOS) {
      if (sent - answered < IN_FLIGHT) {
        sent += socket.send(out, length) ? 1 : 0;
      }
      if (received()) {
        answered++;
        lastReply = System.nanoTime();
      } else if (System.nanoTime() - lastReply > 20_000_000) {
        // Lost ones would fill the window for ever.
        sent = answered;
        lastReply = System.nanoTime();
      }
    }
    return "flood: %,d answered/s".formatted(answered * 1_000_000_000L / FLOOD_NANOS);
  }

  private boolean received() throws IOException {
    int got = socket.receive(in);
    MemorySegment.copy(in, JAVA_BYTE, 0, reply, 0, got);
    return ArpPacket.isValid(reply, got) && !ArpPacket.isRequest(reply);
  }
}
