package io.harp.speaker.ownership;

/** Tells when the right to send was lost and why, and when it is back. */
final class Muteness {

  private final Fence fence;
  private final Isolation isolation;
  private final Journal journal;
  private boolean told;

  Muteness(Fence fence, Isolation isolation, Journal journal) {
    this.fence = fence;
    this.isolation = isolation;
    this.journal = journal;
  }

  void lost(long now) {
    told = true;
    journal.muted(true, reason(now));
  }

  void regained() {
    // A speaker that has just started was never told of as mute.
    if (told) {
      told = false;
      journal.muted(false, "heard again");
    }
  }

  private String reason(long now) {
    if (fence.isWoken()) {
      return "this process was stopped or starved";
    }
    if (fence.isExcluded()) {
      return "the others have a view without this speaker";
    }
    return isolation.isIsolated(now)
        ? "no peer and no other host is heard"
        : "no peer confirms that it hears this speaker";
  }
}
