package io.harp.speaker.scheduling;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.util.Map;

/**
 * How long a thread wants to run at a time (sched_setattr(2)). Linux lets a thread that asks for
 * less run sooner after it wakes, before threads that compute, and gives it no more time in all;
 * that needs no privilege. Since Linux 6.12; earlier ones take the wish and do nothing.
 */
public final class TimeSlice {

  /** The shortest that Linux gives, in nanoseconds. */
  static final long SHORTEST_NANOS = 100_000;

  /** Bytes of {@code struct sched_attr} as every Linux knows it, and where its slice lies. */
  private static final int SIZE = 48;

  private static final int RUNTIME = 24;

  /** The numbers of sched_setattr and sched_getattr, which the C library has no functions for. */
  private record Calls(long set, long get) {}

  private static final Map<String, Calls> BY_ARCHITECTURE =
      Map.of("amd64", new Calls(314, 315), "aarch64", new Calls(274, 275));

  private TimeSlice() {}

  /**
   * Asks for the shortest slice for the calling thread, for as long as it lives. Its policy and
   * priority stay.
   *
   * @return whether the kernel agreed; nothing is lost where it does not
   */
  public static boolean shorten() {
    Calls calls = BY_ARCHITECTURE.get(System.getProperty("os.arch", ""));
    if (calls == null) {
      return false;
    }
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment attributes = arena.allocate(SIZE, 8);
      if (!read(calls, attributes)) {
        return false;
      }
      attributes.set(JAVA_LONG, RUNTIME, SHORTEST_NANOS);
      return call(calls.set, attributes, 0, 0) == 0;
    }
  }

  /** What the calling thread has, in nanoseconds; 0 where the kernel does not tell. */
  static long ofThisThread() {
    Calls calls = BY_ARCHITECTURE.get(System.getProperty("os.arch", ""));
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment attributes = arena.allocate(SIZE, 8);
      return calls != null && read(calls, attributes) ? attributes.get(JAVA_LONG, RUNTIME) : 0;
    }
  }

  private static boolean read(Calls calls, MemorySegment attributes) {
    boolean known = call(calls.get, attributes, SIZE, 0) == 0;
    attributes.set(JAVA_INT, 0, SIZE);
    return known;
  }

  // Thread 0 is the calling one.
  @SuppressWarnings("restricted") // Native access is granted on the command line.
  private static long call(long number, MemorySegment attributes, long third, long fourth) {
    try {
      return (long) Handle.SYSCALL.invokeExact(number, 0L, attributes, third, fourth);
    } catch (Throwable e) {
      throw new IllegalStateException("a call of the C library failed", e);
    }
  }

  /** Made when it is first needed, on the thread that needs it. */
  private static final class Handle {
    @SuppressWarnings("restricted")
    static final MethodHandle SYSCALL =
        Linker.nativeLinker()
            .downcallHandle(
                Linker.nativeLinker().defaultLookup().findOrThrow("syscall"),
                FunctionDescriptor.of(
                    JAVA_LONG, JAVA_LONG, JAVA_LONG, ADDRESS, JAVA_LONG, JAVA_LONG),
                Linker.Option.firstVariadicArg(1));
  }
}
