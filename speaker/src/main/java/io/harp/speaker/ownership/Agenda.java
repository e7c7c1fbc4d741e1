package io.harp.speaker.ownership;

import java.util.Comparator;
import java.util.PriorityQueue;

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

  private final PriorityQueue<Entry> entries =
      new PriorityQueue<>(Comparator.comparingLong(Entry::dueMs).thenComparingLong(Entry::order));
  private long order;

  void at(long dueMs, Task task) {
    entries.add(new Entry(dueMs, order++, task));
  }

  /** Runs all that is due; tasks entered meanwhile for the same time run too. */
  void run(long nowMs) {
    while (!entries.isEmpty() && entries.peek().dueMs() <= nowMs) {
      entries.remove().task().at(nowMs);
    }
  }

  /** When the next entry is due, {@link Long#MAX_VALUE} if there is none. */
  long next() {
    return entries.isEmpty() ? Long.MAX_VALUE : entries.peek().dueMs();
  }
}
