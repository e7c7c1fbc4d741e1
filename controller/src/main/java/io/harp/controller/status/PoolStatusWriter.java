package io.harp.controller.status;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.ObjectReference;
import io.fabric8.kubernetes.api.model.ObjectReferenceBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.harp.controller.allocation.PoolUse;
import io.harp.kube.RawPools;
import io.harp.kube.crd.MetalLb;
import java.net.HttpURLConnection;
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

  private final KubernetesClient client;
  private final Tally tally;
  private final Map<String, GenericKubernetesResource> pools = new HashMap<>();
  private final AtomicBoolean writing = new AtomicBoolean();
  private long pauseMs = ROUND_MS;
  private boolean troubled;
  private boolean changed;
  private boolean due;
  private List<PoolUse> wanted = List.of();
  private long nextRoundMs;

  public PoolStatusWriter(KubernetesClient client, Tally tally) {
    this.client = client;
    this.tally = tally;
  }

  @Override
  public synchronized void seen(GenericKubernetesResource object) {
    pools.put(object.getMetadata().getName(), object);
    changed = true;
  }

  @Override
  public synchronized void gone(String name) {
    pools.remove(name);
  }

  /** How events refer to a pool; empty if it is gone. */
  synchronized Optional<ObjectReference> reference(String pool) {
    return Optional.ofNullable(pools.get(pool))
        .map(p ->
            new ObjectReferenceBuilder()
                .withApiVersion(MetalLb.GROUP + "/" + MetalLb.VERSION)
                .withKind(MetalLb.POOLS.getKind())
                .withNamespace(p.getMetadata().getNamespace())
                .withName(pool)
                .withUid(p.getMetadata().getUid())
                .withResourceVersion(p.getMetadata().getResourceVersion())
                .build());
  }

  /** What the counters shall be from now on. */
  public synchronized void want(List<PoolUse> usage) {
    wanted = List.copyOf(usage);
    changed = true;
  }

  /** Starts a round if something changed a while ago and the last one is over. Does not wait. */
  public void tick(long nowMs) {
    List<GenericKubernetesResource> updates;
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

  private List<GenericKubernetesResource> updates() {
    List<GenericKubernetesResource> updates = new ArrayList<>();
    for (PoolUse use : wanted) {
      GenericKubernetesResource pool = pools.get(use.pool());
      if (pool != null && !says(pool, use)) {
        GenericKubernetesResource update = pool.toBuilder().build();
        update.setAdditionalProperty("status", status(use));
        updates.add(update);
      }
    }
    return updates;
  }

  private void write(List<GenericKubernetesResource> updates) {
    boolean sound = true;
    try {
      for (GenericKubernetesResource update : updates) {
        sound &= write(update);
      }
    } finally {
      rest(sound);
      writing.set(false);
    }
  }

  private boolean write(GenericKubernetesResource update) {
    try {
      long began = System.nanoTime();
      GenericKubernetesResource answer =
          client.genericKubernetesResources(MetalLb.POOLS).resource(update).updateStatus();
      tally.written(Tally.What.POOL, (System.nanoTime() - began) / 1e9);
      synchronized (this) {
        pools.replace(answer.getMetadata().getName(), answer);
      }
      return true;
    } catch (KubernetesClientException e) {
      return failed(e);
    }
  }

  /** Returns whether that is no trouble: the pool moved on, and its event brings the next round. */
  private synchronized boolean failed(KubernetesClientException e) {
    changed = true;
    if (e.getCode() == HttpURLConnection.HTTP_CONFLICT
        || e.getCode() == HttpURLConnection.HTTP_NOT_FOUND) {
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

  private static boolean says(GenericKubernetesResource pool, PoolUse use) {
    return pool.getAdditionalProperties().get("status") instanceof Map<?, ?> status
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
