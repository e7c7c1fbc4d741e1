package io.harp.speaker.link;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;

/**
 * The few calls of the C library that the JDK has no door to: raw, netlink and group membership
 * sockets (Linux). Each returns what the C function returns, or a negated {@code errno}.
 */
final class Libc {

  static final int AF_INET6 = 10;
  static final int AF_NETLINK = 16;
  static final int AF_PACKET = 17;
  static final int SOCK_DGRAM = 2;
  static final int SOCK_RAW = 3;
  static final int SOCK_CLOEXEC = 0x80000;
  private static final int MSG_DONTWAIT = 0x40;
  private static final short POLLIN = 1;

  static final int EPERM = 1;
  static final int EACCES = 13;

  private static final Linker LINKER = Linker.nativeLinker();
  private static final Linker.Option ERRNO = Linker.Option.captureCallState("errno");
  private static final VarHandle ERRNO_FIELD =
      Linker.Option.captureStateLayout().varHandle(MemoryLayout.PathElement.groupElement("errno"));

  /**
   * The shape of all calls but those made for every frame. Making the code for one shape takes the
   * JVM 10 to 20 ms of processor time, at each start. A C function takes its integers and pointers
   * from registers that are as wide as this, whatever their type, and does not look at those it has
   * no parameters for (System V ABI for x86-64, 3.2.3; AAPCS64, 6.4).
   */
  private static final FunctionDescriptor WORDS =
      FunctionDescriptor.of(JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG);

  private static final MethodHandle SOCKET = words("socket");
  private static final MethodHandle BIND = words("bind");
  private static final MethodHandle SETSOCKOPT = words("setsockopt");
  private static final MethodHandle GETSOCKOPT = words("getsockopt");
  private static final MethodHandle CLOSE = words("close");
  private static final MethodHandle EVENTFD = words("eventfd");
  private static final MethodHandle EVENTFD_WRITE = words("eventfd_write");
  private static final MethodHandle EXIT = words("_exit");

  // What is called for every frame does not ask for errno, which would allocate 40 bytes each time
  // unless the optimizing compiler has been at it.
  private static final MethodHandle POLL = poll();
  private static final MethodHandle RECV = brief("recv");
  private static final MethodHandle SEND = brief("send");

  /** One per thread that makes calls: where {@code errno} is put after each. */
  private static final ThreadLocal<MemorySegment> STATE =
      ThreadLocal.withInitial(() -> Arena.ofAuto().allocate(Linker.Option.captureStateLayout()));

  private Libc() {}

  static int socket(int family, int type, int protocol) {
    return call(SOCKET, family, type | SOCK_CLOEXEC, protocol, 0, 0);
  }

  /** The memory here and below must not be freed meanwhile by another thread. */
  static int bind(int fd, MemorySegment address) {
    return call(BIND, fd, address.address(), address.byteSize(), 0, 0);
  }

  static int setsockopt(int fd, int level, int name, MemorySegment value) {
    return call(SETSOCKOPT, fd, level, name, value.address(), value.byteSize());
  }

  /** Fills {@code value}; {@code size} holds its size as an {@code int}. */
  static int getsockopt(int fd, int level, int name, MemorySegment value, MemorySegment size) {
    return call(GETSOCKOPT, fd, level, name, value.address(), size.address());
  }

  /** A descriptor that {@link #wake} makes readable for good. */
  static int eventfd() {
    return call(EVENTFD, 0, SOCK_CLOEXEC, 0, 0, 0);
  }

  static void wake(int eventfd) {
    int _ = call(EVENTFD_WRITE, eventfd, 1, 0, 0, 0);
  }

  /**
   * {@code struct pollfd} for each descriptor, waiting to be readable. Negative ones are ignored.
   */
  static MemorySegment pollfds(Arena arena, int... fds) {
    MemorySegment polled = arena.allocate(8L * fds.length, 4);
    for (int i = 0; i < fds.length; i++) {
      polled.set(JAVA_INT, 8L * i, fds[i]);
      polled.set(JAVA_SHORT, 8L * i + 4, POLLIN);
    }
    return polled;
  }

  /** Whether the last {@link #poll} found the descriptor of that position readable or broken. */
  static boolean isReady(MemorySegment pollfds, int position) {
    return pollfds.get(JAVA_SHORT, 8L * position + 6) != 0;
  }

  /** Whether the last {@link #poll} found something wrong with it (POLLERR, POLLHUP, POLLNVAL). */
  static boolean isBroken(MemorySegment pollfds, int position) {
    return (pollfds.get(JAVA_SHORT, 8L * position + 6) & ~POLLIN) != 0;
  }

  /**
   * Waits until one of {@code pollfds} is ready.
   *
   * @param timeoutMs -1 for no limit
   * @return how many are, 0 after {@code timeoutMs}, -1 if it was interrupted
   */
  static int poll(MemorySegment pollfds, int timeoutMs) {
    try {
      return (int) POLL.invokeExact(pollfds, pollfds.byteSize() / 8, timeoutMs);
    } catch (Throwable e) {
      throw unexpected(e);
    }
  }

  /** Sends without waiting: how many bytes, or -1 for any error. */
  static int send(int fd, MemorySegment buffer, int length) {
    try {
      return (int) (long) SEND.invokeExact(fd, buffer, (long) length, MSG_DONTWAIT);
    } catch (Throwable e) {
      throw unexpected(e);
    }
  }

  /** Takes the next message without waiting: how many bytes, or -1 for any error. */
  static int recv(int fd, MemorySegment buffer) {
    try {
      return (int) (long) RECV.invokeExact(fd, buffer, buffer.byteSize(), MSG_DONTWAIT);
    } catch (Throwable e) {
      throw unexpected(e);
    }
  }

  /** Ends the process. */
  static void exit(int status) {
    int _ = call(EXIT, status, 0, 0, 0, 0);
  }

  static void close(int fd) {
    int _ = call(CLOSE, fd, 0, 0, 0, 0);
  }

  private static int call(
      MethodHandle function, long first, long second, long third, long fourth, long fifth) {
    MemorySegment state = STATE.get();
    try {
      int result = (int) (long) function.invokeExact(state, first, second, third, fourth, fifth);
      return result >= 0 ? result : -(int) ERRNO_FIELD.get(state, 0L);
    } catch (Throwable e) {
      throw unexpected(e);
    }
  }

  // Native access is granted to this program on its command line; there is no safe variant.
  @SuppressWarnings("restricted")
  private static MethodHandle words(String name) {
    return LINKER.downcallHandle(LINKER.defaultLookup().findOrThrow(name), WORDS, ERRNO);
  }

  // The one call that waits takes a segment, so that nobody can free that under it.
  @SuppressWarnings("restricted")
  private static MethodHandle poll() {
    return LINKER.downcallHandle(
        LINKER.defaultLookup().findOrThrow("poll"),
        FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_LONG, JAVA_INT));
  }

  // Calls that never wait. The thread does not leave Java for them, which saves half of what a call
  // costs when its code has left the processor's cache, and arrays are read and filled where they
  // lie.
  @SuppressWarnings("restricted")
  private static MethodHandle brief(String name) {
    return LINKER.downcallHandle(
        LINKER.defaultLookup().findOrThrow(name),
        FunctionDescriptor.of(JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG, JAVA_INT),
        Linker.Option.critical(true));
  }

  private static IllegalStateException unexpected(Throwable e) {
    return new IllegalStateException("a call of the C library failed", e);
  }
}
