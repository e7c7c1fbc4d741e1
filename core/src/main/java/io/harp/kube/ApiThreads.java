package io.harp.kube;

import java.util.concurrent.ThreadFactory;

/**
 * Threads that talk to the API server: platform threads, which the kernel lets take turns. What
 * reads a list of thousands of objects, or loads the classes for its first write, needs a processor
 * for a while; on virtual threads it would keep the few carriers that heartbeats are sent and
 * received on.
 */
public final class ApiThreads {

  private ApiThreads() {}

  /** A thread that does not keep the process alive; not started. */
  public static Thread unstarted(String name, Runnable task) {
    return factory(name).newThread(task);
  }

  /** As {@link #unstarted}, and started. */
  public static Thread start(String name, Runnable task) {
    Thread thread = unstarted(name, task);
    thread.start();
    return thread;
  }

  /** Makes such threads, all of one name. */
  public static ThreadFactory factory(String name) {
    return Thread.ofPlatform().name(name).daemon().factory();
  }
}
