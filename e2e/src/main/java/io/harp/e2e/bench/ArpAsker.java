package io.harp.e2e.bench;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import io.harp.model.Ipv4;
import io.harp.model.MacAddress;
import io.harp.speaker.link.PacketSocket;
import io.harp.speaker.packet.ArpPacket;
import io.harp.speaker.packet.ArpPacket.Operation;
import io.harp.speaker.packet.EthernetFrame;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;

/**
 * Asks for IPv4 addresses and measures the answers, with raw sockets of its own and spinning for
 * each reply: {@code ArpAsker INTERFACE SENDER}. Obeys lines on standard input and answers each
 * with one line of numbers.
 *
 * <ul>
 *   <li>{@code spaced COUNT ADDRESS ADDRESS}: asks both in turn every 5 ms; for each p50, p99, max
 *       in microseconds and how many were answered
 *   <li>{@code flood MS FIRST COUNT}: asks for {@code COUNT} addresses as fast as they are
 *       answered, at most 64 at a time; answered per second
 *   <li>{@code paced PER_SECOND MS FIRST COUNT}: asks at that rate; sent, answered
 * </ul>
 */
public final class ArpAsker {

  private static final int IN_FLIGHT = 64;
  private static final long SPACE_NANOS = 5_000_000;
  private static final long PATIENCE_NANOS = 100_000_000;

  private final PacketSocket socket;
  private final MacAddress mac;
  private final Ipv4 sender;
  private final byte[] request = new byte[EthernetFrame.MAX_LENGTH];
  private final byte[] reply = new byte[PacketSocket.SNAP];
  private final MemorySegment out = Arena.global().allocate(EthernetFrame.MAX_LENGTH);
  private final MemorySegment in = Arena.global().allocate(PacketSocket.SNAP);

  private ArpAsker(String name, Ipv4 sender) throws IOException {
    Path sys = Path.of("/sys/class/net", name);
    this.mac = MacAddress.parse(Files.readString(sys.resolve("address")).strip());
    this.sender = sender;
    this.socket =
        PacketSocket.arp(
            Integer.parseInt(Files.readString(sys.resolve("ifindex")).strip()),
            /* promiscuous= */ false);
  }

  public static void main(String[] args) throws IOException {
    ArpAsker asker = new ArpAsker(args[0], Ipv4.parse(args[1]));
    System.out.println("ready");
    BufferedReader orders =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    for (String line = orders.readLine(); line != null; line = orders.readLine()) {
      String[] words = line.split(" ", -1);
      System.out.println(
          switch (words[0]) {
            case "spaced" -> asker.spaced(number(words[1]), address(words[2]), address(words[3]));
            case "flood" -> asker.flood(number(words[1]), address(words[2]), number(words[3]));
            case "paced" ->
                asker.paced(
                    number(words[1]), number(words[2]), address(words[3]), number(words[4]));
            default -> throw new IllegalArgumentException(line);
          });
    }
  }

  private static int number(String word) {
    return Integer.parseInt(word);
  }

  private static Ipv4 address(String word) {
    return Ipv4.parse(word);
  }

  private String spaced(int count, Ipv4 one, Ipv4 other) throws IOException {
    awaitQuiet();
    long[] ones = new long[count];
    long[] others = new long[count];
    int answeredOne = 0;
    int answeredOther = 0;
    for (int i = 0; i < count; i++) {
      answeredOne += ask(one, ones, answeredOne);
      answeredOther += ask(other, others, answeredOther);
    }
    return summary(ones, answeredOne) + " " + summary(others, answeredOther);
  }

  private int ask(Ipv4 target, long[] micros, int at) throws IOException {
    LockSupport.parkNanos(SPACE_NANOS);
    while (received()) {}
    long start = System.nanoTime();
    send(target);
    while (System.nanoTime() - start < PATIENCE_NANOS) {
      if (received()) {
        micros[at] = (System.nanoTime() - start) / 1000;
        return 1;
      }
    }
    return 0;
  }

  private static String summary(long[] micros, int answered) {
    long[] sorted = Arrays.copyOf(micros, Math.max(1, answered));
    Arrays.sort(sorted, 0, answered);
    int last = Math.max(0, answered - 1);
    return sorted[last / 2] + " " + sorted[last * 99 / 100] + " " + sorted[last] + " " + answered;
  }

  private String flood(int ms, Ipv4 first, int count) throws IOException {
    long sent = 0;
    long lost = 0;
    long answered = 0;
    long start = System.nanoTime();
    long end = start + ms * 1_000_000L;
    long lastReply = start;
    for (long now = start; now - end < 0; now = System.nanoTime()) {
      if (sent - answered - lost < IN_FLIGHT) {
        sent += send(first.plus(sent % count)) ? 1 : 0;
      }
      if (received()) {
        answered++;
        lastReply = now;
      } else if (now - lastReply > PATIENCE_NANOS / 5) {
        // Lost ones would fill the window for ever.
        lost = sent - answered;
        lastReply = now;
      }
    }
    return answered * 1000 / ms + " " + lost;
  }

  private String paced(int perSecond, int ms, Ipv4 first, int count) throws IOException {
    awaitQuiet();
    long sent = 0;
    long answered = 0;
    long start = System.nanoTime();
    long end = start + ms * 1_000_000L;
    for (long now = start; now - end < 0; now = System.nanoTime()) {
      if ((now - start) * perSecond / 1_000_000_000L > sent) {
        sent += send(first.plus(sent % count)) ? 1 : 0;
      }
      answered += received() ? 1 : 0;
    }
    while (answered < sent && System.nanoTime() - end < 10 * PATIENCE_NANOS) {
      answered += received() ? 1 : 0;
    }
    return sent + " " + answered;
  }

  // What a flood before left behind is still being answered.
  private void awaitQuiet() throws IOException {
    for (int i = 0; i < 20; i++) {
      LockSupport.parkNanos(SPACE_NANOS);
      while (received()) {
        i = 0;
      }
    }
  }

  private boolean send(Ipv4 target) {
    int length =
        new ArpPacket(Operation.REQUEST, mac, sender, MacAddress.ZERO, target, Optional.empty())
            .encode(MacAddress.BROADCAST, request);
    MemorySegment.copy(request, 0, out, JAVA_BYTE, 0, length);
    return socket.send(out, length);
  }

  private boolean received() throws IOException {
    int got = socket.receive(in);
    MemorySegment.copy(in, JAVA_BYTE, 0, reply, 0, got);
    return ArpPacket.isValid(reply, got)
        && !ArpPacket.isRequest(reply)
        // Not what others on this machine have asked for.
        && ArpPacket.target(reply) == sender.bits();
  }
}
