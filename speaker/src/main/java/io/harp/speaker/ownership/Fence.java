package io.harp.speaker.ownership;

import io.harp.speaker.ownership.Settings.Rule;
import io.harp.speaker.protocol.View;
import io.harp.speaker.protocol.ViewId;
import org.jspecify.annotations.Nullable;

/**
 * The right to send anything about an address: a short lease, renewed by echoes of one's own pings
 * in the present view or by proof from the wire. A process that was stopped, swapped out or starved
 * for longer wakes up mute, and what it held is gone: it must be taken again by audit.
 *
 * <p>Echoes count from when the ping was <em>sent</em>, by the own clock, so no clocks are compared
 * and a late echo proves nothing it should not.
 */
public final class Fence {

  /** What a look at the clock found. */
  public enum Finding {
    /** As before. */
    STEADY,
    /** The lease ran out since the last look: everything held is lost. */
    LAPSED,
    /** The lease is valid again, for a holder of nothing. */
    REGAINED
  }

  private static final long LONG_SILENCE_MS = 60_000;
  private static final long NEVER = Long.MIN_VALUE / 4;

  private final Settings settings;
  private @Nullable View view;
  private long viewSince = NEVER;
  private boolean hadPeers;
  private boolean peersExpected;
  private boolean heardAlone;
  private long lastTick = NEVER;
  private long wokenAt = NEVER;
  private boolean woken;
  private long echoedPing = NEVER;
  private long foreignAt = NEVER;
  private long until = NEVER;
  private boolean valid;

  public Fence(Settings settings) {
    this.settings = settings;
  }

  /** A view was installed. What was proven in an older one proves nothing in this one. */
  public void view(View next, long now) {
    boolean alone = next.members().size() == 1;
    if (view == null || alone != (view.members().size() == 1)) {
      viewSince = now;
      heardAlone = false;
    }
    hadPeers |= !alone;
    echoedPing = NEVER;
    view = next;
  }

  /** Whether speakers of other nodes should be there. */
  public void expect(boolean peers) {
    peersExpected = peers;
  }

  /** A ping came back that was sent at {@code sentAt} by the own clock. */
  public void echo(ViewId under, long sentAt) {
    if (view != null && view.id().equals(under)) {
      echoedPing = Math.max(echoedPing, sentAt);
    }
  }

  /** A frame of another host was heard at {@code at}. */
  public void foreign(long at) {
    if (at > foreignAt) {
      foreignAt = at;
      heardAlone |= alone() && at > viewSince;
    }
  }

  /**
   * Looks at the clock; must be called before the events that waited, and at least every half
   * lease.
   *
   * @param now of the monotonic clock
   */
  public Finding tick(long now) {
    boolean stalled = lastTick != NEVER && now - lastTick > settings.fenceMs();
    lastTick = now;
    if (stalled && settings.has(Rule.FENCE)) {
      woken = true;
      wokenAt = now;
    } else if (woken) {
      woken = !recovered(now);
    }
    // A lease that ran out is lost even if it could be renewed in this very moment.
    boolean lapsed = settings.has(Rule.FENCE) && valid && (woken || now > until);
    until = renewed(now);
    boolean before = valid;
    valid = !lapsed && !woken && now <= until;
    if (lapsed) {
      return Finding.LAPSED;
    }
    return valid && !before ? Finding.REGAINED : Finding.STEADY;
  }

  /** Whether a frame about an address may be sent at {@code now}. */
  public boolean isOpen(long now) {
    return valid && now <= until;
  }

  /** The end of the lease, by the monotonic clock. */
  public long until() {
    return until;
  }

  /** Whether the process was stopped for longer than the lease and has not found back yet. */
  public boolean isWoken() {
    return woken;
  }

  /**
   * Whether this member has lost its peers and hears nobody on its segment. Being silent costs
   * nothing then: nobody who could be answered is there. The last one on a segment where somebody
   * speaks now and then is not isolated in every pause: it would take and lose its addresses for
   * ever.
   */
  public boolean isIsolated(long now) {
    return settings.has(Rule.ISOLATION)
        && (hadPeers || peersExpected)
        && alone()
        && now - viewSince >= settings.isolatedMs() * 3 / 4
        && now - foreignAt > (heardAlone ? LONG_SILENCE_MS : settings.isolatedMs());
  }

  private boolean alone() {
    return view == null || view.members().size() == 1;
  }

  private boolean recovered(long now) {
    boolean echoed = !alone() && echoedPing > wokenAt;
    boolean singleton =
        alone() && now - Math.max(viewSince, wokenAt) >= settings.detectionMs() && !isIsolated(now);
    return echoed || singleton;
  }

  private long renewed(long now) {
    if (!settings.has(Rule.FENCE)) {
      return view == null ? until : now + settings.fenceMs();
    }
    if (woken || view == null || isIsolated(now)) {
      return until;
    }
    boolean neverMet = !hadPeers && !peersExpected;
    if (neverMet || alone() && heardAlone) {
      // Nobody is there who could confirm more than that.
      return now + settings.fenceMs();
    }
    return Math.max(until, Math.max(echoedPing, foreignAt) + settings.fenceMs());
  }
}
