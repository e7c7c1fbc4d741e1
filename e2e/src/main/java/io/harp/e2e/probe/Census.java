package io.harp.e2e.probe;

import java.util.ArrayList;
import java.util.IntSummaryStatistics;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Who answers each of many consecutive addresses, asked for by a client without a cache. Times are
 * {@link System#nanoTime}, precise to the round of the probe.
 */
public final class Census implements AutoCloseable {

  /** Address number {@code index} was answered by {@code who} for the first time in a while. */
  public record Change(int index, long atNs, String who) {}

  private final String id;
  private final int count;
  private final UnaryOperator<String> nameOf;
  private final Runnable stop;
  private final List<Change> changes = new ArrayList<>();
  private final @Nullable String[] now;

  Census(String id, int count, UnaryOperator<String> nameOf, Runnable stop) {
    this.id = id;
    this.count = count;
    this.nameOf = nameOf;
    this.stop = stop;
    this.now = new String[count];
  }

  /** How many addresses each node answers, by what was heard last. */
  public synchronized Map<String, Integer> shares() {
    Map<String, Integer> shares = new TreeMap<>();
    for (String who : now) {
      if (who != null) {
        shares.merge(who, 1, Integer::sum);
      }
    }
    return shares;
  }

  /** By how many addresses the {@link #shares} of so many nodes differ, those with none as well. */
  public static int spread(Map<String, Integer> shares, int nodes) {
    IntSummaryStatistics loads =
        shares.values().stream().mapToInt(Integer::intValue).summaryStatistics();
    return loads.getMax() - (shares.size() < nodes ? 0 : loads.getMin());
  }

  /** What changed after a moment. */
  public synchronized List<Change> changesSince(long fromNs) {
    return changes.stream().filter(c -> c.atNs - fromNs > 0).toList();
  }

  /**
   * Waits until {@code node} is nobody's answerer and everything is answered.
   *
   * @return when the last address got its answerer
   * @throws AssertionError after {@code timeoutMs}
   */
  public synchronized long awaitAllWithout(String node, long timeoutMs) {
    long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(timeoutMs);
    try {
      while (!isWithout(node)) {
        if (System.nanoTime() - deadline > 0) {
          throw new AssertionError("not without " + node + ": " + shares() + " of " + count);
        }
        wait(20);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", e);
    }
    return changes.getLast().atNs();
  }

  private boolean isWithout(String node) {
    for (String who : now) {
      if (who == null || Objects.equals(who, node)) {
        return false;
      }
    }
    return true;
  }

  synchronized void hear(String line) {
    String[] words = line.split(" ", -1);
    if (words.length == 5 && words[0].equals("o") && words[1].equals(id)) {
      int index = Integer.parseInt(words[2]);
      String who = nameOf.apply(words[4]);
      changes.add(new Change(index, Long.parseLong(words[3]), who));
      now[index] = who;
      notifyAll();
    }
  }

  @Override
  public void close() {
    stop.run();
  }
}
