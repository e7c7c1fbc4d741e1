package io.harp.speaker.link;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;

/**
 * A raw socket for one protocol on one interface (packet(7)). Bound to its protocol, it costs
 * nothing for all other traffic of the node, and it does not see what this host sends. Public for
 * the bench, whose asker must not be slower than what it measures.
 */
public final class PacketSocket implements AutoCloseable {

  /** The longest frame that is read whole, in bytes: every one of a normal Ethernet. */
  public static final int SNAP = 2048;

  private static final int SOL_SOCKET = 1;
  private static final int SO_RCVBUF = 8;
  private static final int SO_ATTACH_FILTER = 26;
  private static final int SOL_PACKET = 263;
  private static final int PACKET_ADD_MEMBERSHIP = 1;
  private static final int PACKET_STATISTICS = 6;
  private static final short PACKET_MR_PROMISC = 1;

  /** About a tenth of a second of a flood; the kernel's own limit may be lower. */
  private static final int RECEIVE_BUFFER = 2 << 20;

  /** One instruction of classic BPF: code, jump if true, jump if false, operand. */
  private record Op(int code, int yes, int no, int operand) {}

  private static final int LOAD_WORD = 0x20;
  private static final int LOAD_BYTE = 0x30;
  private static final int IF_EQUAL = 0x15;
  private static final int IF_GREATER = 0x25;
  private static final int RETURN = 0x06;
  private static final int PACKET_TYPE = 0xffff_f000 + 4;
  private static final int PACKET_HOST = 0;
  private static final int PACKET_MULTICAST = 2;

  /** ARP that is for this host: to itself, broadcast, multicast; not from it, nor of a VLAN. */
  private static final Op[] ARP_FILTER = {
    new Op(LOAD_WORD, 0, 0, PACKET_TYPE),
    new Op(IF_GREATER, 1, 0, PACKET_MULTICAST),
    new Op(RETURN, 0, 0, SNAP),
    new Op(RETURN, 0, 0, 0)
  };

  /** The same for solicitations and advertisements, with no header between IPv6 and ICMPv6. */
  private static final Op[] NDP_FILTER = {
    new Op(LOAD_WORD, 0, 0, PACKET_TYPE),
    new Op(IF_GREATER, 6, 0, PACKET_MULTICAST),
    new Op(LOAD_BYTE, 0, 0, 14 + 6),
    new Op(IF_EQUAL, 0, 4, 58),
    new Op(LOAD_BYTE, 0, 0, 14 + 40),
    new Op(IF_EQUAL, 1, 0, 135),
    new Op(IF_EQUAL, 0, 1, 136),
    new Op(RETURN, 0, 0, SNAP),
    new Op(RETURN, 0, 0, 0)
  };

  /** The same, and echo requests to this host. */
  private static final Op[] NDP_AND_ECHO_FILTER = {
    new Op(LOAD_WORD, 0, 0, PACKET_TYPE),
    new Op(IF_GREATER, 7, 0, PACKET_MULTICAST),
    new Op(LOAD_BYTE, 0, 0, 14 + 6),
    new Op(IF_EQUAL, 0, 5, 58),
    new Op(LOAD_BYTE, 0, 0, 14 + 40),
    new Op(IF_EQUAL, 2, 0, 135),
    new Op(IF_EQUAL, 1, 0, 136),
    new Op(IF_EQUAL, 0, 1, 128),
    new Op(RETURN, 0, 0, SNAP),
    new Op(RETURN, 0, 0, 0)
  };

  /** IPv4 echo requests to this host, with no options between IPv4 and ICMP. */
  private static final Op[] ECHO_FILTER = {
    new Op(LOAD_WORD, 0, 0, PACKET_TYPE),
    new Op(IF_EQUAL, 0, 7, PACKET_HOST),
    new Op(LOAD_BYTE, 0, 0, 14),
    new Op(IF_EQUAL, 0, 5, 0x45),
    new Op(LOAD_BYTE, 0, 0, 14 + 9),
    new Op(IF_EQUAL, 0, 3, 1),
    new Op(LOAD_BYTE, 0, 0, 14 + 20),
    new Op(IF_EQUAL, 0, 1, 8),
    new Op(RETURN, 0, 0, SNAP),
    new Op(RETURN, 0, 0, 0)
  };

  private final int fd;

  private PacketSocket(int fd) {
    this.fd = fd;
  }

  /**
   * Receives ARP.
   *
   * @throws IOException if there is no such interface, it is down, or raw sockets are refused
   */
  public static PacketSocket arp(int link, boolean promiscuous) throws IOException {
    return open(link, 0x0806, ARP_FILTER, promiscuous);
  }

  /**
   * @param echo whether echo requests are received too
   */
  static PacketSocket ndp(int link, boolean promiscuous, boolean echo) throws IOException {
    return open(link, 0x86dd, echo ? NDP_AND_ECHO_FILTER : NDP_FILTER, promiscuous);
  }

  /** Receives IPv4 echo requests. Unlike the others it costs every IPv4 packet a look. */
  static PacketSocket echo(int link) throws IOException {
    return open(link, 0x0800, ECHO_FILTER, false);
  }

  /** A socket that neither receives nor sends anything. */
  static PacketSocket deaf() throws IOException {
    return new PacketSocket(check(Libc.socket(Libc.AF_PACKET, Libc.SOCK_RAW, 0)));
  }

  private static PacketSocket open(int link, int type, Op[] filter, boolean promiscuous)
      throws IOException {
    // Protocol 0 receives nothing, so no frame slips in before the filter.
    PacketSocket socket = new PacketSocket(check(Libc.socket(Libc.AF_PACKET, Libc.SOCK_RAW, 0)));
    try (Arena arena = Arena.ofConfined()) {
      socket.set(SOL_SOCKET, SO_ATTACH_FILTER, program(arena, filter));
      socket.set(SOL_SOCKET, SO_RCVBUF, arena.allocateFrom(JAVA_INT, RECEIVE_BUFFER));
      if (promiscuous) {
        MemorySegment request = arena.allocate(16, 4);
        request.set(JAVA_INT, 0, link);
        request.set(JAVA_SHORT, 4, PACKET_MR_PROMISC);
        socket.set(SOL_PACKET, PACKET_ADD_MEMBERSHIP, request);
      }
      MemorySegment address = arena.allocate(20, 4);
      address.set(JAVA_SHORT, 0, (short) Libc.AF_PACKET);
      address.set(JAVA_SHORT.withOrder(ByteOrder.BIG_ENDIAN), 2, (short) type);
      address.set(JAVA_INT, 4, link);
      check(Libc.bind(socket.fd, address));
      return socket;
    } catch (IOException e) {
      socket.close();
      throw e;
    }
  }

  int fd() {
    return fd;
  }

  /**
   * Takes the next frame without waiting.
   *
   * @return its length, or 0 if there is none, or if something is wrong
   */
  public int receive(MemorySegment buffer) {
    return Math.max(0, Libc.recv(fd, buffer));
  }

  /** Whether the frame was queued for sending. A full queue refuses it. */
  public boolean send(MemorySegment frame, int length) {
    return Libc.send(fd, frame, length) == length;
  }

  /**
   * What passed the filter since the last call.
   *
   * @param frames received, the dropped ones included
   * @param drops those dropped because the socket's buffer was full
   */
  record Statistics(long frames, long drops) {

    static final Statistics NONE = new Statistics(0, 0);

    Statistics plus(Statistics more) {
      return new Statistics(frames + more.frames, drops + more.drops);
    }
  }

  /** Asks the kernel, which begins to count anew. */
  Statistics statistics() {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment stats = arena.allocate(8, 4);
      MemorySegment size = arena.allocateFrom(JAVA_INT, 8);
      int result = Libc.getsockopt(fd, SOL_PACKET, PACKET_STATISTICS, stats, size);
      return result < 0
          ? Statistics.NONE
          : new Statistics(
              Integer.toUnsignedLong(stats.get(JAVA_INT, 0)),
              Integer.toUnsignedLong(stats.get(JAVA_INT, 4)));
    }
  }

  private void set(int level, int option, MemorySegment value) throws IOException {
    check(Libc.setsockopt(fd, level, option, value));
  }

  // struct sock_fprog: the number of instructions, and where they are.
  private static MemorySegment program(Arena arena, Op[] ops) {
    MemorySegment code = arena.allocate(8L * ops.length, 4);
    for (int i = 0; i < ops.length; i++) {
      code.set(JAVA_SHORT, 8L * i, (short) ops[i].code);
      code.set(JAVA_BYTE, 8L * i + 2, (byte) ops[i].yes);
      code.set(JAVA_BYTE, 8L * i + 3, (byte) ops[i].no);
      code.set(JAVA_INT, 8L * i + 4, ops[i].operand);
    }
    MemorySegment program = arena.allocate(16, 8);
    program.set(JAVA_SHORT, 0, (short) ops.length);
    program.set(ADDRESS, 8, code);
    return program;
  }

  private static int check(int result) throws IOException {
    if (result < 0) {
      throw new IOException(
          switch (-result) {
            case 19 -> "the interface does not exist";
            case 100 -> "the interface is down";
            default -> "errno " + -result;
          });
    }
    return result;
  }

  @Override
  public void close() {
    Libc.close(fd);
  }
}
