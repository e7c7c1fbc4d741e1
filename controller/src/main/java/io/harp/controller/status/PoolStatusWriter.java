package io.harp.controller.status;

import io.harp.controller.allocation.PoolUse;
import io.harp.kube.Api;
import io.harp.kube.ApiProblem;
import io.harp.kube.Fields;
import io.harp.kube.RawPools;
import io.harp.kube.Resource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the counters in the status of pools right. One round at a time, 2 s after the first change
 * it is about: Services that come together share a write. What fails is tried again after 2 s to 16
 * s; a pool that cannot be written keeps no other from it.
 */
public final class PoolStatusWriter implements RawPools {

  private static final Logger log = LoggerFactory.getLogger(PoolStatusWriter.class);

  private static final long ROUND_MS = 2_000;
  private static final long LONGEST_PAUSE_MS = 16_000;

  private final Api api;
  private final Tally tally;
  private final Map<String, Fields> pools = new HashMap<>();
  private final AtomicBoolean writing = new AtomicBoolean();
  private long pauseMs = ROUND_MS;
  private boolean troubled;
  private boolean changed;
  private boolean due;
  private List<PoolUse> wanted = List.of();
  private long nextRoundMs;

  public PoolStatusWriter(Api api, Tally tally) {
    this.api = api;
    this.tally = tally;
  }

  @Override
  public synchronized void seen(Fields object) {
    pools.put(object.name(), object);
    changed = true;
  }

  @Override
  public synchronized void gone(String name) {
    pools.remove(name);
  }

  /** How events refer to a pool; empty if it is gone. */
  synchronized Optional<Reference> reference(String pool) {
    return Optional.ofNullable(pools.get(pool)).map(p -> Reference.of(Resource.POOLS, p));
  }

  /** What the counters shall be from now on. */
  public synchronized void want(List<PoolUse> usage) {
    wanted = List.copyOf(usage);
    changed = true;
  }

  /** Starts a round if something changed a while ago and the last one is over. Does not wait. */
  public void tick(long nowMs) {
    List<Fields> updates;
    synchronized (this) {
      if (changed && !due) {
        due = true;
        nextRoundMs = nowMs + pauseMs;
      }
      if (!due || nowMs < nextRoundMs || writing.get()) {
        return;
      }
      due = false;
      changed = false;
      updates = updates();
    }
    if (!updates.isEmpty()) {
      writing.set(true);
      Thread.ofVirtual().name("pool-status").start(() -> write(updates));
    }
  }

  private List<Fields> updates() {
    List<Fields> updates = new ArrayList<>();
    for (PoolUse use : wanted) {
      Fields pool = pools.get(use.pool());
      if (pool != null && !says(pool, use)) {
        Map<String, Object> update = pool.copy();
        update.put("apiVersion", Resource.POOLS.apiVersion());
        update.put("kind", Resource.POOLS.kind());
        update.put("status", status(use));
        updates.add(Fields.of("", update));
      }
    }
    return updates;
  }

  private void write(List<Fields> updates) {
    boolean sound = true;
    try {
      for (Fields update : updates) {
        sound &= write(update);
      }
    } finally {
      rest(sound);
      writing.set(false);
    }
  }

  private boolean write(Fields update) {
    try {
      long began = System.nanoTime();
      String path = Resource.POOLS.statusPath(update.namespace(), update.name());
      Fields answer = api.replace(path, update.copy());
      tally.written(Tally.What.POOL, (System.nanoTime() - began) / 1e9);
      synchronized (this) {
        pools.replace(answer.name(), answer);
      }
      return true;
    } catch (ApiProblem e) {
      return failed(e);
    }
  }

  /** Returns whether that is no trouble: the pool moved on, and its event brings the next round. */
  private synchronized boolean failed(ApiProblem e) {
    changed = true;
    if (e.isConflict() || e.isNotFound()) {
      tally.conflict(Tally.What.POOL);
      return true;
    }
    tally.failed(Tally.What.POOL);
    if (!troubled) {
      log.warn("cannot write the counters of a pool: {}; trying again", e.getMessage());
    }
    troubled = true;
    return false;
  }

  private synchronized void rest(boolean sound) {
    pauseMs = sound ? ROUND_MS : Math.min(LONGEST_PAUSE_MS, pauseMs * 2);
    troubled = !sound;
  }

  private static boolean says(Fields pool, PoolUse use) {
    return pool.values().get("status") instanceof Map<?, ?> status
        && status(use).entrySet().stream()
            .allMatch(
                e -> status.get(e.getKey()) instanceof Number n && n.longValue() == e.getValue());
  }

  private static Map<String, Long> status(PoolUse use) {
    return Map.of(
        "assignedIPv4", use.used4(),
        "assignedIPv6", use.used6(),
        "availableIPv4", use.free4(),
        "availableIPv6", use.free6());
  }
}
