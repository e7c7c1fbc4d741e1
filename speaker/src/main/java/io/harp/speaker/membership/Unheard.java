package io.harp.speaker.membership;

import java.util.Collection;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jgroups.PhysicalAddress;

/**
 * Which peers are asked in vain over a connection that stands. Nothing ends such a connection by
 * itself: heartbeats, which would, go to members of the view only. And as long as it stands it is
 * used, and new ones of the peer are refused for it.
 *
 * <p>Holds one entry a peer that is asked, so no more than there are places.
 */
final class Unheard {

  private final long patienceMs;
  private final Map<PhysicalAddress, Long> since = new ConcurrentHashMap<>();

  /**
   * @param patienceMs how long questions may go unanswered
   */
  Unheard(long patienceMs) {
    this.patienceMs = patienceMs;
  }

  /** It answered, or there is no connection to it. */
  void settled(PhysicalAddress peer) {
    since.remove(peer);
  }

  /** Forgets all but these. */
  void retain(Collection<PhysicalAddress> peers) {
    since.keySet().retainAll(peers);
  }

  /**
   * It is asked once more. A member of the view has been heard, whatever became of what it was
   * asked before it joined. Ended for such a question, a good connection would be missed by both
   * sides, and in the middle of a takeover: all are asked when the view changes.
   *
   * @param member whether it is in the view
   * @return whether it has been asked in vain for too long; true again after as long a time
   */
  boolean asked(PhysicalAddress peer, boolean member, long nowMs) {
    if (member) {
      since.remove(peer);
      return false;
    }
    long first = since.computeIfAbsent(peer, _ -> nowMs);
    if (nowMs - first < patienceMs) {
      return false;
    }
    since.put(peer, nowMs);
    return true;
  }
}
