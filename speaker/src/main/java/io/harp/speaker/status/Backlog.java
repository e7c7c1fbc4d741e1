package io.harp.speaker.status;

import io.harp.model.ServiceKey;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The newest word on each Service that has not been written yet, so it is bounded by the Services.
 * Two words on one Service are never written side by side, or the older could win.
 */
final class Backlog {

  private final Map<ServiceKey, Word> waiting = new LinkedHashMap<>();
  private final Map<ServiceKey, Word> writing = new HashMap<>();
  // The word a failed one must still be, to be worth another attempt.
  private final Map<ServiceKey, Word> failed = new HashMap<>();

  /** Takes a word; what was said before of the same Service no longer counts. */
  synchronized void say(Word word) {
    failed.remove(word.service());
    waiting.put(word.service(), word);
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
      for (Word word : waiting.values()) {
        if (writing.putIfAbsent(word.service(), word) == null) {
          waiting.remove(word.service());
          return word;
        }
      }
      wait();
    }
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
