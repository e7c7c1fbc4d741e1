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
final class Fence {

  /** What a look at the clock found. */
  enum Finding {
    /** As before. */
    STEADY,
    /** The lease ran out since the last look: everything held is lost. */
    LAPSED,
    /** The lease is valid again, for a holder of nothing. */
    REGAINED
  }

  private static final long NEVER = Long.MIN_VALUE / 4;

  private final Settings settings;
  private final Isolation isolation;
  private @Nullable View view;
  private long viewSince = NEVER;
  private long lastTick = NEVER;
  private long wokenAt = NEVER;
  private boolean woken;
  private long echoedPing = NEVER;
  private long foreignAt = NEVER;
  private long until = NEVER;
  private boolean valid;
  private boolean excluded;

  Fence(Settings settings, Isolation isolation) {
    this.settings = settings;
    this.isolation = isolation;
  }

  /** A view was installed. What was proven in an older one proves nothing in this one. */
  void view(View next, long now) {
    excluded = false;
    boolean alone = next.members().size() == 1;
    if (view == null || alone != (view.members().size() == 1)) {
      viewSince = now;
    }
    isolation.view(next, now);
    echoedPing = NEVER;
    view = next;
  }

  /** The others agreed on a view without this member: it may say nothing until it is in one. */
  void excluded() {
    excluded = true;
  }

  /** Whether the last view was one without this member. */
  boolean isExcluded() {
    return excluded;
  }

  /** A ping came back that was sent at {@code sentAt} by the own clock. */
  void echo(ViewId under, long sentAt) {
    if (view != null && view.id().equals(under)) {
      echoedPing = Math.max(echoedPing, sentAt);
    }
  }

  /** When the newest ping was sent that came back in this view; long ago if none did. */
  long echoedPing() {
    return echoedPing;
  }

  /** A frame of another host was heard at {@code at}. */
  void foreign(long at) {
    foreignAt = Math.max(foreignAt, at);
    isolation.foreign(at);
  }

  /**
   * Looks at the clock; must be called before the events that waited, and at least every half
   * lease.
   *
   * @param now of the monotonic clock
   */
  Finding tick(long now) {
    boolean stalled = lastTick != NEVER && now - lastTick > settings.fenceMs();
    lastTick = now;
    if (stalled && settings.has(Rule.FENCE)) {
      woken = true;
      wokenAt = now;
    } else if (woken) {
      woken = !recovered(now);
    }
    // A lease that ran out is lost even if it could be renewed in this very moment.
    boolean barred = woken || excluded;
    boolean lapsed = settings.has(Rule.FENCE) && valid && (barred || now > until);
    until = renewed(now);
    boolean before = valid;
    valid = !lapsed && !barred && now <= until;
    if (lapsed) {
      return Finding.LAPSED;
    }
    return valid && !before ? Finding.REGAINED : Finding.STEADY;
  }

  /**
   * When to look again at the latest: often enough within a lease that proof from the wire, which
   * is no event, renews it in time; more often while there is none, to win it back soon.
   */
  long next(long now) {
    if (!valid) {
      return now + settings.soundMs();
    }
    // A look that needs no proof renews the whole lease; with proof that is half a lease old it
    // renews the rest.
    long looks = isolation.needsNoProof() ? 2 : 4;
    return now + Math.max(10, settings.fenceMs() / looks);
  }

  /**
   * Whether pings are worth their cost: an echo proves no more than a frame of another host does,
   * and takes six threads of two processes to come about. A segment that falls silent is asked
   * first ({@link Soundings}), which renews the lease where it answers.
   */
  boolean needsEcho(long now) {
    return !valid || now - foreignAt > settings.soundAfterMs() + Soundings.EARLY_MS;
  }

  /** Whether a frame about an address may be sent at {@code now}. */
  boolean isOpen(long now) {
    return valid && now <= until;
  }

  /** The end of the lease, by the monotonic clock. */
  long until() {
    return until;
  }

  /** Whether the process was stopped for longer than the lease and has not found back yet. */
  boolean isWoken() {
    return woken;
  }

  private boolean recovered(long now) {
    boolean echoed = !isolation.isAlone() && echoedPing > wokenAt;
    boolean singleton =
        isolation.isAlone()
            && now - Math.max(viewSince, wokenAt) >= settings.detectionMs()
            && !isolation.isIsolated(now);
    return echoed || singleton;
  }

  private long renewed(long now) {
    if (!settings.has(Rule.FENCE)) {
      return view == null ? until : now + settings.fenceMs();
    }
    if (woken || view == null || isolation.isIsolated(now)) {
      return until;
    }
    if (isolation.needsNoProof()) {
      return now + settings.fenceMs();
    }
    return Math.max(until, Math.max(echoedPing, foreignAt) + settings.fenceMs());
  }
}
