package io.harp.controller;

import io.harp.controller.leadership.Candidacy;
import io.harp.controller.leadership.Move;
import io.harp.controller.leadership.Seen;
import io.harp.controller.status.LeaseStore;
import io.harp.controller.status.LeaseStore.LeaseTrouble;
import io.harp.controller.status.Leases;
import io.harp.loop.Clock;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Stands for election all the time, on a thread of its own: looks at the Lease every 0.3 s, or
 * renews it every 1.5 s while it is ours. It never gives up; trouble is said when it begins and
 * when it ends. An error nobody foresaw is trouble too: a thread that died of it would leave the
 * cluster without a leader, and this process looking healthy.
 *
 * <p>Why not fabric8's LeaderElector: it compares the holder's clock with its own. A standby whose
 * clock was 10 s ahead took the Lease from a leader that renewed it all the time.
 */
final class Elector implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(Elector.class);

  /** How long to wait before asking again where Leases are forbidden. */
  private static final long FORBIDDEN_MS = 30_000;

  private static final long LONGEST_FAREWELL_MS = 3_000;

  /** What happens when leadership comes and goes. Called on the elector's thread; must not wait. */
  interface Office {
    /** We lead from now on. */
    void begin(boolean fence);

    /** Somebody else leads. Returns whether all writes have ended. */
    boolean end();
  }

  private final Leases store;
  private final Candidacy candidacy;
  private final Clock clock;
  private final long createFromMs;
  private final Office office;
  private final CountDownLatch closing = new CountDownLatch(1);
  private final Thread thread;
  private volatile boolean leading;
  private volatile boolean heard;
  private boolean troubled;
  private boolean forbidden;
  private boolean astray;

  /**
   * @param createFromMs before this a missing Lease is waited for: whoever installs us would trip
   *     over ours
   */
  Elector(Leases store, Candidacy candidacy, Clock clock, long createFromMs, Office office) {
    this.store = store;
    this.candidacy = candidacy;
    this.clock = clock;
    this.createFromMs = createFromMs;
    this.office = office;
    this.thread = Thread.ofVirtual().name("elector").unstarted(this::run);
  }

  void start() {
    thread.start();
  }

  boolean leads() {
    return leading;
  }

  /** Whether the API has once said who leads. */
  boolean heard() {
    return heard;
  }

  private void run() {
    try {
      long pause = 0;
      while (!closing.await(pause, TimeUnit.MILLISECONDS)) {
        pause = turn();
      }
      farewell();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** One look or renewal; answers how long to wait until the next one. */
  private long turn() {
    try {
      long pause = step();
      if (astray) {
        astray = false;
        log.info("the election goes on");
      }
      return pause;
    } catch (RuntimeException e) {
      candidacy.unsure();
      if (!astray) {
        log.error("an error in the election that nobody foresaw; trying again", e);
      }
      astray = true;
      return Candidacy.LOOK_MS;
    }
  }

  private long step() {
    long now = clock.nowMs();
    try {
      Move move = move(now);
      if (move instanceof Move.Create && now < createFromMs) {
        return Candidacy.LOOK_MS;
      }
      act(move, now);
      if (troubled || forbidden) {
        troubled = false;
        forbidden = false;
        log.info("the Lease {} can be reached again", LeaseStore.NAME);
      }
      heard = true;
      return leading ? Candidacy.RENEW_MS : Candidacy.LOOK_MS;
    } catch (LeaseTrouble e) {
      return failed(e);
    }
  }

  private Move move(long now) throws LeaseTrouble {
    Optional<Seen> held = candidacy.held();
    if (held.isPresent()) {
      return new Move.Renew(held.get());
    }
    return candidacy.look(store.read(), now);
  }

  private void act(Move move, long now) throws LeaseTrouble {
    switch (move) {
      case Move.Create _ -> holds(store.create(clock.wallMs()), now);
      case Move.Renew renew -> holds(store.hold(renew.from(), false, clock.wallMs()), now);
      case Move.Take take -> holds(store.hold(take.from(), true, clock.wallMs()), now);
      case Move.Follow _ -> follow();
    }
  }

  private void holds(Seen written, long sentMs) {
    candidacy.holds(written, sentMs);
    lead();
  }

  private void lead() {
    if (!leading) {
      log.info("leading{}", candidacy.mustFence() ? ": the last leader fell silent" : "");
      leading = true;
      try {
        office.begin(candidacy.mustFence());
      } catch (RuntimeException e) {
        leading = false; // what began by halves is ended, and the next turn begins anew
        office.end();
        throw e;
      }
    }
  }

  private void follow() {
    if (leading || !heard) {
      log.info("another controller leads; standing by");
    }
    if (leading) {
      leading = false;
      office.end();
    }
  }

  private long failed(LeaseTrouble e) {
    candidacy.unsure();
    return switch (e.failure()) {
      case OVERTAKEN -> Candidacy.LOOK_MS / 4;
      case FORBIDDEN -> forbidden(e);
      case TROUBLE -> {
        if (!troubled) {
          log.warn("cannot reach the Lease {}: {}; trying again", LeaseStore.NAME, e.getMessage());
        }
        troubled = true;
        yield Candidacy.LOOK_MS;
      }
    };
  }

  /** MetalLB's own account has no such right, and there is only one controller then. */
  private long forbidden(LeaseTrouble e) {
    if (!forbidden) {
      log.warn(
          "no right to the Lease {}: going on as the only controller; for two of them give the"
              + " service account get, create and update on leases ({})",
          LeaseStore.NAME,
          e.getMessage());
    }
    forbidden = true;
    heard = true;
    candidacy.alone();
    lead();
    return FORBIDDEN_MS;
  }

  /** Gives the Lease back if nothing of ours is under way any more; else it has to run out. */
  private void farewell() {
    Optional<Seen> held = candidacy.held();
    try {
      if (leading && office.end() && held.isPresent()) {
        store.release(held.get(), clock.wallMs());
        log.info("gave the Lease back");
      }
    } catch (LeaseTrouble | RuntimeException e) {
      log.info("could not give the Lease back: {}; it runs out by itself", e.toString());
    }
  }

  /** Ends the office and gives the Lease back; waits at most 3 s. */
  @Override
  public void close() {
    closing.countDown();
    try {
      thread.join(LONGEST_FAREWELL_MS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
