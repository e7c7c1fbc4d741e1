package io.harp.e2e.agent;

import java.util.HashMap;
import java.util.Map;
import java.util.Random;

/**
 * Which request meets which fault: decided by a seed and by how often the same was asked before,
 * not by how threads are scheduled. Each request is subject to a fault at most twice, so faults end
 * by themselves. The process that writes is to die once, at a write the seed chooses.
 */
final class FaultSchedule {

  /** What befalls a request. */
  enum Fault {
    NONE,
    /** 409 without asking the server. */
    CONFLICT,
    /** 500 without asking the server. */
    ERROR,
    /** The server does it, and the connection ends without an answer. */
    LOST_ANSWER,
    /** It arrives up to {@link #SLOWEST_MS} late. */
    SLOW,
    /** A watch is told that its version is too old. */
    EXPIRED,
    /** A watch is cut after a while. */
    CUT,
    /** The process that asks dies before the server sees the request. */
    DEATH_BEFORE,
    /** The process that asks dies after the server did it. */
    DEATH_AFTER
  }

  static final int SLOWEST_MS = 800;

  private static final int FAULTY_TIMES = 2;
  private static final int FIRST_DEADLY = 3;
  private static final int LAST_DEADLY = 30;

  private final long seed;
  private final Map<String, Integer> asked = new HashMap<>();
  private int writesToLive;

  FaultSchedule(long seed) {
    this.seed = seed;
    this.writesToLive = new Random(seed * 17).nextInt(FIRST_DEADLY, LAST_DEADLY);
  }

  /**
   * What befalls the next request.
   *
   * @param path without query
   */
  synchronized Fault next(String method, String path, boolean watch) {
    String what = method + " " + path + (watch ? " watch" : "");
    int times = asked.merge(what, 1, Integer::sum);
    boolean write = !method.equals("GET");
    if (write && writesToLive-- == 0) {
      return seed % 2 == 0 ? Fault.DEATH_BEFORE : Fault.DEATH_AFTER;
    }
    int drawn = new Random(seed * 31 + (what + times).hashCode()).nextInt(100);
    if (times > FAULTY_TIMES || drawn < 40) {
      return Fault.NONE;
    }
    if (watch) {
      return drawn < 60 ? Fault.ERROR : drawn < 80 ? Fault.EXPIRED : Fault.CUT;
    }
    return drawn < 55
        ? Fault.SLOW
        : drawn < 70 ? Fault.ERROR : drawn < 85 && write ? Fault.CONFLICT : Fault.LOST_ANSWER;
  }

  /** How long what is slow or cut takes, in ms. */
  long durationMs(String path) {
    return new Random(seed + path.hashCode()).nextInt(SLOWEST_MS);
  }
}
