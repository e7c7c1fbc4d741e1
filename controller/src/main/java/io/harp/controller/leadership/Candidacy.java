package io.harp.controller.leadership;

import java.util.Optional;

/**
 * One controller's part in the election of the one that gives addresses. Belongs to one thread,
 * except {@link #mayWrite}.
 *
 * <p>Nobody's clock is compared with anybody else's: a Lease is dead when its version has not
 * changed for {@link #LEASE_MS} on the watcher's own monotonic clock. The holder stops writing
 * {@link #VALID_MS} after it <em>sent</em> its last renewal that was accepted, which is earlier.
 * What it sent before that may still arrive; the next leader makes it fail, see {@link #mustFence}.
 */
public final class Candidacy {

  /**
   * A Lease that nobody renews for this long is dead. With two looks that is at most 3.4 s after
   * the holder's end; a term needs up to 2 s to begin, and addresses are given again within 5 s.
   */
  public static final long LEASE_MS = 2_800;

  /** How long after the last renewal the holder may write. */
  public static final long VALID_MS = 2_400;

  /**
   * The holder renews this often: each renewal is a write to etcd. That leaves 0.9 s for attempts
   * that fail before the right to write ends.
   */
  public static final long RENEW_MS = 1_500;

  /** All others look this often. */
  public static final long LOOK_MS = 300;

  private final String identity;
  private Optional<Seen> observed = Optional.empty();
  private long observedAtMs;
  private boolean known;
  private Optional<Seen> held = Optional.empty();
  private boolean fence;
  private volatile long validUntilMs = Long.MIN_VALUE;

  /**
   * @param identity of this process, not only of its pod: a restarted process is another one
   */
  public Candidacy(String identity) {
    this.identity = identity;
  }

  /** What to do about the Lease as it was just read; empty if there is none. */
  public Move look(Optional<Seen> lease, long nowMs) {
    if (!lease.map(Seen::version).equals(observed.map(Seen::version))) {
      observed = lease;
      observedAtMs = nowMs;
    }
    if (lease.isEmpty()) {
      held = Optional.empty();
      if (known && nowMs - observedAtMs < LEASE_MS) {
        return new Move.Follow(); // somebody deleted it, but its holder may still write
      }
      fence = known;
      return new Move.Create();
    }
    known = true;
    Seen seen = lease.get();
    if (seen.holder().filter(identity::equals).isPresent()) {
      return new Move.Renew(seen);
    }
    held = Optional.empty();
    validUntilMs = Long.MIN_VALUE;
    if (seen.holder().isEmpty()) {
      fence = false;
      return new Move.Take(seen);
    }
    if (nowMs - observedAtMs >= LEASE_MS) {
      fence = true;
      return new Move.Take(seen);
    }
    return new Move.Follow();
  }

  /** A write that says the Lease is ours was accepted. */
  public void holds(Seen written, long sentMs) {
    known = true;
    held = Optional.of(written);
    observed = held;
    observedAtMs = sentMs;
    validUntilMs = sentMs + VALID_MS;
  }

  /** The API does not let us use Leases: then there is only one controller. */
  public void alone() {
    validUntilMs = Long.MAX_VALUE;
  }

  /** The Lease as we last wrote it, while it is ours as far as we know. */
  public Optional<Seen> held() {
    return held;
  }

  /** Somebody else changed the Lease: it has to be read before the next move. */
  public void unsure() {
    held = Optional.empty();
  }

  /**
   * Whether the last holder may have died with writes under way. They can arrive at any time later,
   * so before anything is given every Service they may concern gets a new version.
   */
  public boolean mustFence() {
    return fence;
  }

  /**
   * Whether a write may be sent now. To be asked <em>after</em> the version it is based on was
   * obtained: then a successor that fences later makes the write fail. Any thread.
   */
  public boolean mayWrite(long nowMs) {
    return nowMs < validUntilMs;
  }
}
