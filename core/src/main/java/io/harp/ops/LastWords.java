package io.harp.ops;

import java.io.PrintStream;
import java.util.function.IntConsumer;

/**
 * Ends the daemon when a thread of it dies of something nobody can mend: a class that is missing,
 * memory that is used up, or anything at all in the thread that starts it. A process that goes on
 * without that thread would be unready for ever and never be restarted.
 *
 * <p>An exception that ends another thread, or a stack too deep for one request, costs that thread
 * and is shown. Nothing that input can provoke ends the process.
 */
public final class LastWords implements Thread.UncaughtExceptionHandler {

  /** EX_SOFTWARE, sysexits(3). */
  static final int STATUS = 70;

  private static final int FRAMES = 8;

  private final String program;
  private final Thread main;
  private final PrintStream err;
  private final IntConsumer end;

  LastWords(String program, Thread main, PrintStream err, IntConsumer end) {
    this.program = program;
    this.main = main;
    this.err = err;
    this.end = end;
  }

  /** For all threads of this process; the caller is the one that starts the daemon. */
  public static void of(String program) {
    // Not exit: its hooks wait for threads that may have died too.
    Thread.setDefaultUncaughtExceptionHandler(
        new LastWords(program, Thread.currentThread(), System.err, Runtime.getRuntime()::halt));
  }

  @Override
  public void uncaughtException(Thread thread, Throwable thrown) {
    boolean fatal =
        thread.equals(main) || thrown instanceof Error && !(thrown instanceof StackOverflowError);
    try {
      err.println(
          program
              + ": "
              + (fatal ? "ends" : "goes on")
              + ", thread "
              + thread.getName()
              + " met "
              + thrown.toString().lines().findFirst().orElse(""));
      StackTraceElement[] frames = thrown.getStackTrace();
      for (int i = 0; i < Math.min(FRAMES, frames.length); i++) {
        err.println("\tat " + frames[i]);
      }
      err.flush();
    } finally {
      if (fatal) {
        end.accept(STATUS);
      }
    }
  }
}
