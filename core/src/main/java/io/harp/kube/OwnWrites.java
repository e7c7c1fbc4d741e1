package io.harp.kube;

import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/**
 * The versions of one object that came of one's own writes. A watch tells of each of them, and may
 * do so after the next write was answered: what it shows then is past, and to take it for the
 * present would have it written once more.
 */
final class OwnWrites {

  /** A watch that is further behind than this many writes costs one write too many. */
  static final int KEPT = 8;

  private final Deque<String> passed = new ArrayDeque<>();
  private @Nullable String newest;

  /** A write was answered with the object in this version. */
  void answered(String version) {
    if (version.equals(newest)) {
      return;
    }
    if (newest != null) {
      passed.add(newest);
    }
    if (passed.size() > KEPT) {
      passed.remove();
    }
    newest = version;
  }

  /** Whether a later write has passed this version. */
  boolean havePassed(String version) {
    return passed.contains(version);
  }
}
