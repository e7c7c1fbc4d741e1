package io.harp.speaker.status;

import io.harp.loop.Clock;
import io.harp.model.ServiceKey;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The newest word on each Service that has not been written yet, so it is bounded by the Services.
 * Two words on one Service are never written side by side, or the older could win.
 *
 * <p>A few words are written at once. Where many come together the addresses are taken first:
 * writing them down would want the processors that others need to take theirs.
 */
final class Backlog {

  /** More words than these are many. */
  private static final int FEW = 20;

  /** Many wait until so long no further one was said ... */
  private static final long QUIET_MS = 300;

  /** ... but not longer than this. */
  private static final long LATEST_MS = 3_000;

  private final Clock clock;

  private record Said(Word word, long atMs) {}

  private final Map<ServiceKey, Said> waiting = new LinkedHashMap<>();
  private final Map<ServiceKey, Said> writing = new HashMap<>();
  // The word a failed one must still be, to be worth another attempt.
  private final Map<ServiceKey, Word> failed = new HashMap<>();
  private long saidMs;
  private long manySinceMs;

  Backlog(Clock clock) {
    this.clock = clock;
  }

  /** Takes a word; what was said before of the same Service no longer counts. */
  synchronized void say(Word word) {
    failed.remove(word.service());
    saidMs = clock.nowMs();
    if (waiting.size() <= FEW) {
      manySinceMs = saidMs;
    }
    waiting.put(word.service(), new Said(word, saidMs));
    notifyAll();
  }

  /**
   * The Service is answered elsewhere now, and whoever does so says it: what is not written yet
   * never will be, and what is being written at this moment is taken back after.
   */
  synchronized void withdraw(ServiceKey service) {
    failed.remove(service);
    waiting.remove(service);
    if (writing.containsKey(service)) {
      say(Word.gone(service));
    }
  }

  /** Waits for a word on a Service of which none is being written. */
  synchronized Word next() throws InterruptedException {
    while (true) {
      long now = clock.nowMs();
      Word word = next(now);
      if (word != null) {
        return word;
      }
      wait(waiting.size() > FEW ? Math.max(1, ripeMs() - now) : 0);
    }
  }

  /** The next word, if there is one to be written at this moment. */
  synchronized @Nullable Word next(long nowMs) {
    if (waiting.size() > FEW && nowMs < ripeMs()) {
      return null;
    }
    for (Said said : waiting.values()) {
      Word word = said.word();
      if (writing.putIfAbsent(word.service(), said) == null) {
        waiting.remove(word.service());
        return word;
      }
    }
    return null;
  }

  /** When a word that is being written was said, by the clock. */
  synchronized long saidMs(Word word) {
    Said said = writing.get(word.service());
    return said == null ? clock.nowMs() : said.atMs();
  }

  /** Whether more than a few words wait. */
  synchronized boolean isLong() {
    return waiting.size() > FEW;
  }

  private long ripeMs() {
    return Math.min(saidMs + QUIET_MS, manySinceMs + LATEST_MS);
  }

  /** The word has been written. */
  synchronized void written(Word word) {
    writing.remove(word.service());
    notifyAll();
  }

  /** The word could not be written; {@link #again} is to follow unless it is overtaken. */
  synchronized void failed(Word word) {
    writing.remove(word.service());
    if (!waiting.containsKey(word.service())) {
      failed.put(word.service(), word);
    }
    notifyAll();
  }

  /** Queues a failed word for another attempt, if nothing newer was said meanwhile. */
  synchronized void again(Word word) {
    if (failed.remove(word.service(), word)) {
      say(word.failedOnceMore());
    }
  }
}
