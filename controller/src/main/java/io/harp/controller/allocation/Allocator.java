package io.harp.controller.allocation;

import io.harp.config.Config;
import io.harp.controller.allocation.Attempt.Granted;
import io.harp.controller.allocation.Attempt.Refused;
import io.harp.model.Address;
import io.harp.model.Family;
import io.harp.model.LbService;
import io.harp.model.LbService.Port;
import io.harp.model.Pool;
import io.harp.model.ServiceKey;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * Which Service has which address. Immutable: every operation answers with a new one that shares
 * nearly everything with the old, in time logarithmic in the number of Services and independent of
 * the size of the pools.
 *
 * <p>No address has two Services unless they share it legally; all addresses of a Service come from
 * one pool.
 */
public final class Allocator {

  private final PoolOrder order;
  private final SortedTree<String, PoolState> pools;
  private final NavigableMap<Address, String> owners;
  private final Set<String> setAside;
  private final SortedTree<Address, Use> uses;
  private final SortedTree<ServiceKey, Holding> holdings;

  private Allocator(
      PoolOrder order,
      SortedTree<String, PoolState> pools,
      NavigableMap<Address, String> owners,
      Set<String> setAside,
      SortedTree<Address, Use> uses,
      SortedTree<ServiceKey, Holding> holdings) {
    this.order = order;
    this.pools = pools;
    this.owners = owners;
    this.setAside = setAside;
    this.uses = uses;
    this.holdings = holdings;
  }

  /** Nothing is given yet. */
  public static Allocator over(Config config) {
    SortedTree<String, PoolState> pools = SortedTree.empty();
    NavigableMap<Address, String> owners = new TreeMap<>();
    for (Pool pool : config.pools()) {
      pools = pools.put(pool.name(), PoolState.of(pool));
      pool.ranges().forEach(r -> owners.put(r.first(), pool.name()));
    }
    return new Allocator(
        PoolOrder.of(config),
        pools,
        owners,
        config.setAside(),
        SortedTree.empty(),
        SortedTree.empty());
  }

  /**
   * The same Services over another configuration. Those whose addresses no single pool covers any
   * more have nothing until they are looked at again.
   */
  public Allocator reconfigured(Config config) {
    Allocator next = over(config);
    for (Map.Entry<ServiceKey, Holding> entry : holdings.entries()) {
      Holding held = entry.getValue();
      Optional<PoolState> pool = next.commonPool(held.addresses());
      if (pool.isPresent()) {
        next =
            next.with(
                entry.getKey(),
                new Holding(
                    pool.get().pool().name(), held.addresses(), held.sharing(), held.ports()));
      }
    }
    return next;
  }

  /** Registers what the status of a Service says, if it may have that; takes nothing new. */
  public Allocator adopt(LbService service) {
    return holdings.get(service.key()).isPresent()
        ? this
        : new Convergence(this, service).adopted();
  }

  /** Looks at one Service: keeps, gives or takes away, and says why. */
  public Step converge(LbService service) {
    return new Convergence(this, service).step();
  }

  /** What a Service has. */
  public Optional<Holding> holding(ServiceKey service) {
    return holdings.get(service);
  }

  /** Takes everything from a Service. */
  public Allocator release(ServiceKey service) {
    Optional<Holding> held = holdings.get(service);
    return held.isEmpty() ? this : without(service, held.get());
  }

  /** The counters of all pools, by name. */
  public List<PoolUse> usage() {
    List<PoolUse> usage = new ArrayList<>();
    pools.forEach((name, state) ->
        usage.add(
            new PoolUse(
                name,
                state.used4(),
                state.used6(),
                state.capacity(Family.IPV4),
                state.capacity(Family.IPV6))));
    return usage;
  }

  /** How many Services have an address. */
  public int size() {
    return holdings.size();
  }

  boolean hasPools() {
    return !pools.isEmpty();
  }

  Set<String> setAside() {
    return setAside;
  }

  Optional<PoolState> pool(String name) {
    return pools.get(name);
  }

  SortedTree<String, PoolState> pools() {
    return pools;
  }

  PoolOrder order() {
    return order;
  }

  /** The pool that may hand out an address. */
  Optional<PoolState> poolOf(Address address) {
    return Optional.ofNullable(owners.floorEntry(address))
        .flatMap(e -> pools.get(e.getValue()))
        .filter(p -> p.pool().contains(address));
  }

  /** Gives exactly these addresses, instead of what the Service has now. */
  Attempt register(LbService service, Sharing sharing, List<Address> addresses) {
    Optional<PoolState> pool = commonPool(addresses);
    if (pool.isEmpty()) {
      return new Refused(uncovered(addresses));
    }
    Optional<String> closed = Openness.obstacle(pool.get().pool(), service);
    if (closed.isPresent()) {
      return new Refused(closed.get());
    }
    for (Address address : addresses) {
      Optional<String> obstacle =
          uses.get(address).flatMap(u -> u.obstacle(service.key(), sharing, service.ports()));
      if (obstacle.isPresent()) {
        return new Refused(address + " " + obstacle.get());
      }
    }
    Holding holding = new Holding(pool.get().pool().name(), addresses, sharing, service.ports());
    if (holdings.get(service.key()).filter(holding::equals).isPresent()) {
      return new Granted(this, holding);
    }
    return new Granted(release(service.key()).with(service.key(), holding), holding);
  }

  /**
   * The lowest address of a family that a Service may use, free or shared; there is no preference
   * for either.
   */
  Optional<Address> lowest(
      PoolState pool, Family family, ServiceKey service, Sharing sharing, Set<Port> ports) {
    Optional<Slot> free = pool.firstFree(family);
    if (sharing.key().isEmpty()) {
      return free.map(Slot::at);
    }
    for (Map.Entry<Slot, Boolean> entry : pool.sharedBy(sharing)) {
      Slot slot = entry.getKey();
      if (free.isPresent() && free.get().compareTo(slot) < 0) {
        break;
      }
      if (slot.at().family() == family
          && uses.get(slot.at()).flatMap(u -> u.obstacle(service, sharing, ports)).isEmpty()) {
        return Optional.of(slot.at());
      }
    }
    return free.map(Slot::at);
  }

  /** The pool that covers all of {@code addresses}. */
  private Optional<PoolState> commonPool(List<Address> addresses) {
    Optional<PoolState> first = poolOf(addresses.getFirst());
    return first.filter(p -> addresses.stream().allMatch(p.pool()::contains));
  }

  private String uncovered(List<Address> addresses) {
    for (Address address : addresses) {
      if (poolOf(address).isEmpty()) {
        return address
            + " is in no pool; request an address of a pool, or add it to spec.addresses of one";
      }
    }
    return addresses + " lie in two pools; all addresses of a Service come from one";
  }

  private Allocator with(ServiceKey service, Holding holding) {
    PoolState pool = pools.get(holding.pool()).orElseThrow();
    SortedTree<Address, Use> now = uses;
    for (Address address : holding.addresses()) {
      Optional<Use> before = now.get(address);
      if (before.isEmpty()) {
        pool = pool.take(address);
      } else if (!before.get().sharing().equals(holding.sharing())) {
        pool = pool.unshare(before.get().sharing(), address);
      }
      pool = pool.share(holding.sharing(), address);
      now =
          now.put(
              address,
              before
                  .orElseGet(() -> Use.of(holding.sharing()))
                  .with(service, holding.sharing(), holding.ports()));
    }
    return new Allocator(
        order,
        pools.put(holding.pool(), pool),
        owners,
        setAside,
        now,
        holdings.put(service, holding));
  }

  private Allocator without(ServiceKey service, Holding holding) {
    PoolState pool = pools.get(holding.pool()).orElseThrow();
    SortedTree<Address, Use> now = uses;
    for (Address address : holding.addresses()) {
      Use rest = now.get(address).orElseThrow().without(service);
      if (rest.users().isEmpty()) {
        now = now.remove(address);
        pool = pool.unshare(rest.sharing(), address).giveBack(address);
      } else {
        now = now.put(address, rest);
      }
    }
    return new Allocator(
        order, pools.put(holding.pool(), pool), owners, setAside, now, holdings.remove(service));
  }
}
