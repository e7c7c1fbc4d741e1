package io.harp.kube;

import io.harp.kube.Watches.Kind;
import java.util.Map;
import java.util.OptionalLong;

/**
 * How far what we know of the API can be trusted.
 *
 * @param synced whether everything has been listed once
 * @param troubleSinceMs when the oldest failure began that still lasts, on the monotonic clock;
 *     empty while all watches are open
 * @param lastHeardMs when the API last sent anything, data or bookmark
 * @param resourceVersions the newest version seen of each kind, 0 if unknown; grows by bookmarks
 *     too, so members of a group can tell who lags behind
 */
public record Freshness(
    boolean synced,
    OptionalLong troubleSinceMs,
    long lastHeardMs,
    Map<Kind, Long> resourceVersions) {

  public Freshness {
    resourceVersions = Map.copyOf(resourceVersions);
  }

  /**
   * Whether the data is complete and no watch has been in trouble for longer than {@code graceMs}.
   */
  public boolean isFresh(long nowMs, long graceMs) {
    return synced && (troubleSinceMs.isEmpty() || nowMs - troubleSinceMs.getAsLong() <= graceMs);
  }

  /** The newest version seen of any kind, 0 if unknown. */
  public long newest() {
    return resourceVersions.values().stream().mapToLong(Long::longValue).max().orElse(0);
  }
}
