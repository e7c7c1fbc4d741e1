package io.harp.speaker.membership;

/**
 * How closely to look after what may have got lost: messages that went with a connection, and
 * speakers outside the view. Closely for {@link #STIRRED_MS} after anything has happened and while
 * a peer is missing, and seldom while all are together and nothing breaks. A timer that finds
 * nothing to do costs JGroups three threads woken, and thirty of those a second were a third of the
 * time of an idle speaker.
 */
final class Vigilance {

  /** The longest a view takes to form again after a cut, with room. */
  static final long STIRRED_MS = 10_000;

  /** What is done closely or seldom. */
  interface Watchkeeping {
    void closely();

    void seldom();
  }

  private final Watchkeeping watchkeeping;
  private long stirredMs;
  private boolean calm;

  /** Looks closely from the start. */
  Vigilance(Watchkeeping watchkeeping, long nowMs) {
    this.watchkeeping = watchkeeping;
    this.stirredMs = nowMs;
  }

  /** Something happened in which messages get lost: a connection or the view changed. */
  synchronized void stirred(long nowMs) {
    stirredMs = nowMs;
    if (calm) {
      calm = false;
      watchkeeping.closely();
    }
  }

  /**
   * A look at who is there.
   *
   * @param together whether every peer is in the view
   * @return whether seldom is enough from now on
   */
  synchronized boolean looked(boolean together, long nowMs) {
    if (!together) {
      stirred(nowMs);
    } else if (!calm && nowMs - stirredMs > STIRRED_MS) {
      calm = true;
      watchkeeping.seldom();
    }
    return calm;
  }
}
