package io.harp.speaker.ownership;

import java.util.Comparator;
import java.util.PriorityQueue;
import java.util.function.LongSupplier;

/**
 * What is to be done at a later time, earliest first, and in the order of entry among equals.
 * Bounded by what asks: a few entries for each address.
 */
final class Agenda {

  /** Something to do; gets the time at which it is done, which is never before it was due. */
  @FunctionalInterface
  interface Task {
    void at(long nowMs);
  }

  private record Entry(long dueMs, long order, Task task) {}

  private final LongSupplier nanos;
  private final PriorityQueue<Entry> entries =
      new PriorityQueue<>(Comparator.comparingLong(Entry::dueMs).thenComparingLong(Entry::order));
  private long order;

  /**
   * @param nanos measures how long tasks take, which is all it is used for
   */
  Agenda(LongSupplier nanos) {
    this.nanos = nanos;
  }

  void at(long dueMs, Task task) {
    entries.add(new Entry(dueMs, order++, task));
  }

  /**
   * Runs what is due, tasks entered meanwhile for the same time too, for one {@link Stint} at most.
   * What is left stays due: a thousand audits that end together take a young JVM longer than the
   * right to send lasts without a look at the clock.
   */
  void run(long nowMs) {
    Stint stint = Stint.begin(nanos);
    while (!entries.isEmpty() && entries.peek().dueMs() <= nowMs && !stint.isOver()) {
      entries.remove().task().at(nowMs);
    }
  }

  /** When the next entry is due, {@link Long#MAX_VALUE} if there is none. */
  long next() {
    return entries.isEmpty() ? Long.MAX_VALUE : entries.peek().dueMs();
  }
}
