package io.harp.speaker.link;

/**
 * The end of a process that has done everything it had to do. A JVM that ends waits 300 ms for
 * threads in native code, and this program always has some: they wait for frames and connections.
 */
public final class Exit {

  /**
   * The property that leaves the end to the JVM, for one that writes something when it ends: a
   * recording, or a cache of classes.
   */
  public static final String ORDERLY = "harp.orderlyExit";

  /** What a shell shows for a process that SIGTERM ended, and the JVM's own status after one. */
  public static final int TERMINATED = 128 + 15;

  private Exit() {}

  /** Ends the process now, without what else the JVM would do, unless {@link #ORDERLY} is set. */
  public static void now(int status) {
    if (!Boolean.getBoolean(ORDERLY)) {
      Libc.exit(status);
    }
  }
}
