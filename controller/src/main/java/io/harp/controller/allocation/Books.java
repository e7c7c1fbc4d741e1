package io.harp.controller.allocation;

import io.harp.config.Config;
import io.harp.model.LbService;
import io.harp.model.LbService.FamilyPolicy;
import io.harp.model.ServiceKey;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;

/**
 * All Services we look after and what each shall have. Every change answers with the Services that
 * were looked at. Belongs to one thread.
 *
 * <p>Nothing is decided until {@link #open}: by then all Services are known, and those that already
 * have addresses come first, so a restart robs nobody.
 */
public final class Books {

  /** A Service was looked at. */
  public record Change(LbService service, Outcome outcome) {}

  private final Map<ServiceKey, LbService> services = new HashMap<>();
  private final TreeSet<ServiceKey> waiting = new TreeSet<>();
  private Config config = Config.EMPTY;
  private Allocator allocator = Allocator.over(Config.EMPTY);
  private boolean open;

  /** Begins to decide: everything that existed at the start has been told. */
  public List<Change> open() {
    open = true;
    return all();
  }

  /** The configuration changed. */
  public List<Change> configured(Config config) {
    if (config.pools().equals(this.config.pools())
        && config.setAside().equals(this.config.setAside())) {
      return List.of();
    }
    this.config = config;
    allocator = allocator.reconfigured(config);
    return open ? all() : List.of();
  }

  /** A Service is new or changed. */
  public List<Change> seen(LbService service) {
    if (isNoConcern(service)) {
      services.remove(service.key());
      waiting.remove(service.key());
      return List.of();
    }
    services.put(service.key(), service);
    if (!open) {
      return List.of();
    }
    List<Change> changes = new ArrayList<>();
    if (converge(service, changes)) {
      others(changes);
    }
    return changes;
  }

  /** A Service is gone, or no longer ours. */
  public List<Change> gone(ServiceKey key) {
    services.remove(key);
    waiting.remove(key);
    Allocator before = allocator;
    allocator = allocator.release(key);
    List<Change> changes = new ArrayList<>();
    if (open && allocator != before) {
      others(changes);
    }
    return changes;
  }

  /** What a Service has. */
  public Optional<Holding> holding(ServiceKey key) {
    return allocator.holding(key);
  }

  /** The counters of all pools. */
  public List<PoolUse> usage() {
    return allocator.usage();
  }

  /** How many Services wait for an address, or for one more. */
  public int waiting() {
    return waiting.size();
  }

  /** Most Services of a cluster are no load balancers and never were. */
  private boolean isNoConcern(LbService service) {
    return !service.loadBalancer()
        && service.ingress().isEmpty()
        && !service.annotations().containsKey(Request.FROM_POOL)
        && allocator.holding(service.key()).isEmpty();
  }

  private List<Change> all() {
    List<LbService> sorted = services.values().stream().sorted(firstServed()).toList();
    // All keep first what they have; only then may anybody take more.
    for (LbService service : sorted) {
      allocator = allocator.adopt(service);
    }
    List<Change> changes = new ArrayList<>();
    boolean helps = false;
    for (LbService service : sorted) {
      helps |= converge(service, changes);
    }
    if (helps) {
      others(changes);
    }
    return changes;
  }

  /** Those with most addresses first, then by name. */
  private Comparator<LbService> firstServed() {
    return Comparator.<LbService>comparingInt(s -> allocator.holding(s.key()).isPresent() ? 0 : 1)
        .thenComparingInt(s -> -s.ingress().size())
        .thenComparing(LbService::key);
  }

  /** Looks at those that wait until no answer helps another one; each round serves at least one. */
  private void others(List<Change> changes) {
    boolean helps = true;
    while (helps) {
      helps = false;
      for (ServiceKey key : List.copyOf(waiting)) {
        LbService service = services.get(key);
        helps |= service != null && converge(service, changes);
      }
    }
  }

  private boolean converge(LbService service, List<Change> changes) {
    Step step = allocator.converge(service);
    allocator = step.next();
    switch (step.outcome()) {
      case Outcome.Pending _ -> waiting.add(service.key());
      case Outcome.Assigned assigned -> {
        if (lacksOne(service, assigned.holding())) {
          waiting.add(service.key());
        } else {
          waiting.remove(service.key());
        }
      }
      case Outcome.NotWanted _, Outcome.LeftAlone _ -> waiting.remove(service.key());
    }
    changes.add(new Change(service, step.outcome()));
    return step.helpsOthers();
  }

  /** It would take an address of its other family as soon as there is one. */
  private static boolean lacksOne(LbService service, Holding holding) {
    return service.ipFamilyPolicy() == FamilyPolicy.PREFER_DUAL_STACK
        && service.clusterIps().size() == 2
        && holding.addresses().size() == 1;
  }
}
