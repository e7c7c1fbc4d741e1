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

  private static final MethodHandle SOCKET = function("socket", JAVA_INT, JAVA_INT, JAVA_INT);
  private static final MethodHandle BIND = function("bind", JAVA_INT, ADDRESS, JAVA_INT);
  private static final MethodHandle SETSOCKOPT =
      function("setsockopt", JAVA_INT, JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT);
  // What is called for every frame does not ask for errno, which would allocate 40 bytes each time
  // unless the optimizing compiler has been at it.
  private static final MethodHandle POLL =
      plain("poll", FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_LONG, JAVA_INT));
  private static final MethodHandle RECV =
      brief("recv", FunctionDescriptor.of(JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG, JAVA_INT));
  private static final MethodHandle EXIT = plain("_exit", FunctionDescriptor.ofVoid(JAVA_INT));
  private static final MethodHandle CLOSE = function("close", JAVA_INT);
  private static final MethodHandle SEND =
      brief("send", FunctionDescriptor.of(JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG, JAVA_INT));
  private static final MethodHandle GETSOCKOPT =
      function("getsockopt", JAVA_INT, JAVA_INT, JAVA_INT, ADDRESS, ADDRESS);
  private static final MethodHandle EVENTFD = function("eventfd", JAVA_INT, JAVA_INT);
  private static final MethodHandle EVENTFD_WRITE = function("eventfd_write", JAVA_INT, JAVA_LONG);

  /** One per thread that makes calls: where {@code errno} is put after each. */
  private static final ThreadLocal<MemorySegment> STATE =
      ThreadLocal.withInitial(() -> Arena.ofAuto().allocate(Linker.Option.captureStateLayout()));

  private Libc() {}

  static int socket(int family, int type, int protocol) {
    MemorySegment state = STATE.get();
    try {
      return result((int) SOCKET.invokeExact(state, family, type | SOCK_CLOEXEC, protocol), state);
    } catch (Throwable e) {
      throw unexpected(e);
    }
  }

  static int bind(int fd, MemorySegment address) {
    MemorySegment state = STATE.get();
    try {
      return result((int) BIND.invokeExact(state, fd, address, (int) address.byteSize()), state);
    } catch (Throwable e) {
      throw unexpected(e);
    }
  }

  static int setsockopt(int fd, int level, int name, MemorySegment value) {
    MemorySegment state = STATE.get();
    try {
      return result(
          (int) SETSOCKOPT.invokeExact(state, fd, level, name, value, (int) value.byteSize()),
          state);
    } catch (Throwable e) {
      throw unexpected(e);
    }
  }

  /** Fills {@code value}; {@code size} holds its size as an {@code int}. */
  static int getsockopt(int fd, int level, int name, MemorySegment value, MemorySegment size) {
    MemorySegment state = STATE.get();
    try {
      return result((int) GETSOCKOPT.invokeExact(state, fd, level, name, value, size), state);
    } catch (Throwable e) {
      throw unexpected(e);
    }
  }

  /** A descriptor that {@link #wake} makes readable for good. */
  static int eventfd() {
    MemorySegment state = STATE.get();
    try {
      return result((int) EVENTFD.invokeExact(state, 0, SOCK_CLOEXEC), state);
    } catch (Throwable e) {
      throw unexpected(e);
    }
  }

  static void wake(int eventfd) {
    try {
      int _ = (int) EVENTFD_WRITE.invokeExact(STATE.get(), eventfd, 1L);
    } catch (Throwable e) {
      throw unexpected(e);
    }
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
    try {
      EXIT.invokeExact(status);
    } catch (Throwable e) {
      throw unexpected(e);
    }
  }

  static void close(int fd) {
    try {
      int _ = (int) CLOSE.invokeExact(STATE.get(), fd);
    } catch (Throwable e) {
      throw unexpected(e);
    }
  }

  private static int result(int result, MemorySegment state) {
    return result >= 0 ? result : -(int) ERRNO_FIELD.get(state, 0L);
  }

  private static MethodHandle function(String name, MemoryLayout... arguments) {
    return handle(name, FunctionDescriptor.of(JAVA_INT, arguments));
  }

  @SuppressWarnings("restricted")
  private static MethodHandle plain(String name, FunctionDescriptor descriptor) {
    return LINKER.downcallHandle(LINKER.defaultLookup().findOrThrow(name), descriptor);
  }

  // Calls that never wait. The thread does not leave Java for them, which saves half of what a call
  // costs when its code has left the processor's cache, and arrays are read and filled where they
  // lie.
  @SuppressWarnings("restricted")
  private static MethodHandle brief(String name, FunctionDescriptor descriptor) {
    return LINKER.downcallHandle(
        LINKER.defaultLookup().findOrThrow(name), descriptor, Linker.Option.critical(true));
  }

  // Native access is granted to this program on its command line; there is no safe variant.
  @SuppressWarnings("restricted")
  private static MethodHandle handle(String name, FunctionDescriptor descriptor) {
    return LINKER.downcallHandle(LINKER.defaultLookup().findOrThrow(name), descriptor, ERRNO);
  }

  private static IllegalStateException unexpected(Throwable e) {
    return new IllegalStateException("a call of the C library failed", e);
  }
}
