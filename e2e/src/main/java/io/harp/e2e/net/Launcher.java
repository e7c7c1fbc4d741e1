package io.harp.e2e.net;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.LinkedBlockingQueue;

/**
 * Starts every process of the lab from one thread that lives as long as this JVM. Each process asks
 * for SIGKILL at the end of its parent <em>thread</em> (prctl(2), PR_SET_PDEATHSIG), so whatever
 * ends this JVM, Ctrl-C, a crash or SIGKILL, ends the lab, and with its last process a namespace
 * and its cables vanish too. Nothing is ever left to clean up.
 *
 * <p>The queue is as long as callers are many: each waits for its own start.
 */
final class Launcher {

  private static final BlockingQueue<Runnable> REQUESTS = new LinkedBlockingQueue<>();

  static {
    Thread.ofPlatform().daemon().name("lab-launcher").start(Launcher::serve);
  }

  private Launcher() {}

  static Process start(ProcessBuilder builder) {
    CompletableFuture<Process> started = new CompletableFuture<>();
    REQUESTS.add(() -> {
      try {
        started.complete(builder.start());
      } catch (IOException e) {
        started.completeExceptionally(new UncheckedIOException(e));
      }
    });
    try {
      return started.join();
    } catch (CompletionException e) {
      throw e.getCause() instanceof UncheckedIOException io ? io : e;
    }
  }

  private static void serve() {
    try {
      while (true) {
        REQUESTS.take().run();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
