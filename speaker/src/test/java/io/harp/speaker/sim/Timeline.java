package io.harp.speaker.sim;

import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.PriorityQueue;
import java.util.Random;
import java.util.function.Supplier;

/**
 * Time, chance and memory of one run: events in the order of their microsecond, one source of
 * randomness, and the last things that happened, in words.
 */
final class Timeline {

  private record Event(long at, long order, Runnable action) {}

  private final PriorityQueue<Event> events =
      new PriorityQueue<>(Comparator.comparingLong(Event::at).thenComparingLong(Event::order));
  private final Random random;
  private final int remember;
  private final Deque<String> story = new ArrayDeque<>();
  private long order;
  private long nowUs;

  /**
   * @param remember how many notes are kept, 0 for a run that nobody is going to read
   */
  Timeline(long seed, int remember) {
    this.random = new Random(seed * 0x9E3779B97F4A7C15L + 17);
    this.remember = remember;
  }

  long nowUs() {
    return nowUs;
  }

  long nowMs() {
    return nowUs / 1_000;
  }

  void afterUs(long us, Runnable action) {
    events.add(new Event(nowUs + Math.max(0, us), order++, action));
  }

  void afterMs(long ms, Runnable action) {
    afterUs(ms * 1_000, action);
  }

  void atMs(long ms, Runnable action) {
    events.add(new Event(Math.max(nowUs, ms * 1_000), order++, action));
  }

  /** Runs all events up to {@code ms}; {@code afterEach} looks at the world after every one. */
  void runUntil(long ms, Runnable afterEach) {
    while (!events.isEmpty() && events.peek().at() <= ms * 1_000) {
      Event event = events.remove();
      nowUs = event.at();
      event.action().run();
      afterEach.run();
    }
    nowUs = ms * 1_000;
  }

  /** A number from {@code low} to {@code high}, both included. */
  long between(long low, long high) {
    return low + random.nextInt((int) (high - low + 1));
  }

  boolean chance(double probability) {
    return probability > 0 && random.nextDouble() < probability;
  }

  <T> T pick(List<T> of) {
    return of.get(random.nextInt(of.size()));
  }

  void note(Supplier<String> text) {
    if (remember > 0) {
      story.addLast("%10.3f  %s".formatted(nowUs / 1_000.0, text.get()));
      if (story.size() > remember) {
        story.removeFirst();
      }
    }
  }

  String story() {
    return String.join("\n", story);
  }
}
