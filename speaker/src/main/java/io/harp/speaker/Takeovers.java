package io.harp.speaker;

import io.harp.speaker.protocol.Message.Reason;
import io.harp.speaker.protocol.View;
import io.prometheus.metrics.core.metrics.Histogram;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;

/**
 * How long takeovers take: from the first doubt about the lost member, or from the view without it
 * where nobody doubted, to the claim of one of its addresses. Owned by the loop thread, except for
 * {@link #collect}.
 */
final class Takeovers {

  /** A doubt that is older belongs to something else. */
  private static final long DOUBT_MS = 30_000;

  private static final long NONE = Long.MIN_VALUE;

  private final Histogram seconds =
      Histogram.builder()
          .name("harp_takeover_seconds")
          .help("from the first doubt about a lost speaker to the claim of its address here")
          .classicOnly()
          .classicUpperBounds(0.05, 0.1, 0.2, 0.35, 0.5, 0.75, 1, 2, 5, 10)
          .build();

  private int members;
  private long doubtedAt = NONE;
  private long lostAt = NONE;

  void doubted(long nowMs) {
    if (doubtedAt == NONE || nowMs - doubtedAt > DOUBT_MS) {
      doubtedAt = nowMs;
    }
  }

  void installed(View view, long nowMs) {
    int now = view.members().size();
    if (now < members) {
      lostAt = doubtedAt != NONE && nowMs - doubtedAt <= DOUBT_MS ? doubtedAt : nowMs;
    }
    doubtedAt = NONE;
    members = now;
  }

  /** Counts only what the death of a member caused: a planned move has no gap to measure. */
  void claimed(Reason reason, long nowMs) {
    if (reason == Reason.LEFT && lostAt != NONE) {
      seconds.observe((nowMs - lostAt) / 1_000.0);
    }
  }

  MetricSnapshot collect() {
    return seconds.collect();
  }
}
