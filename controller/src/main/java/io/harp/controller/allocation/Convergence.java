package io.harp.controller.allocation;

import io.harp.controller.allocation.Attempt.Granted;
import io.harp.controller.allocation.Attempt.Refused;
import io.harp.model.Address;
import io.harp.model.Family;
import io.harp.model.LbService;
import io.harp.model.LbService.FamilyPolicy;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** One Service looked at once, in MetalLB's order of evaluation. Used for one step. */
final class Convergence {

  private static final EnumSet<Family> DUAL = EnumSet.allOf(Family.class);

  private final LbService service;
  private final Request request;
  private final Sharing sharing;
  private final Optional<Holding> before;
  private final List<Note> notes = new ArrayList<>();
  private Allocator allocator;

  Convergence(Allocator allocator, LbService service) {
    this.allocator = allocator;
    this.service = service;
    this.request = Request.of(service);
    this.sharing = Sharing.of(service, request.sharingKey());
    this.before = allocator.holding(service.key());
  }

  Step step() {
    Outcome outcome = outcome();
    Optional<Holding> after = allocator.holding(service.key());
    boolean helps =
        !before.equals(after)
            && (before.isPresent() || after.filter(h -> !h.sharing().key().isEmpty()).isPresent());
    return new Step(allocator, outcome, helps);
  }

  /** The state in which the Service has what its status says, if it may. */
  Allocator adopted() {
    List<Address> current = statusAddresses();
    if (!service.loadBalancer()
        || current.isEmpty()
        || families(current).size() != current.size()) {
      return allocator;
    }
    return switch (allocator.register(service, sharing, current)) {
      case Granted granted -> granted.next();
      case Refused _ -> allocator;
    };
  }

  private Outcome outcome() {
    if (!service.loadBalancer()) {
      release();
      return hasTracesOfUs() ? new Outcome.NotWanted() : new Outcome.LeftAlone("not ours");
    }
    if (!allocator.setAside().isEmpty() && before.isEmpty() && isStranded()) {
      return new Outcome.LeftAlone(
          "its address may belong to a pool that is set aside: " + allocator.setAside());
    }
    if (!allocator.hasPools()) {
      return failed("there is no IPAddressPool; create one in the controller's namespace");
    }
    if (service.clusterIps().isEmpty()) {
      release();
      return new Outcome.Pending("it has no cluster IP yet", notes);
    }
    Optional<Set<Family>> families = clusterFamilies();
    if (families.isEmpty()) {
      return headless();
    }
    if (service.ipFamilyPolicy() == FamilyPolicy.REQUIRE_DUAL_STACK
        && service.clusterIps().size() < 2) {
      release();
      String why =
          "ipFamilyPolicy is RequireDualStack, but the Service has one cluster IP; use"
              + " PreferDualStack, or create it anew in a dual-stack cluster";
      notes.add(Note.warning("not enough clusterips", why));
      return new Outcome.Pending(why, notes);
    }
    Optional<Holding> kept = keep(families.get());
    return kept.isPresent() ? kept(kept.get(), families.get()) : fresh(families.get());
  }

  /** Who had an address loses it, and is told so under the name MetalLB gives to that. */
  private Outcome headless() {
    String why =
        "the Service has no usable cluster IP: "
            + service.clusterIps()
            + "; a headless Service cannot have an address";
    if (statusAddresses().isEmpty()) {
      return failed(why);
    }
    release();
    notes.add(Note.warning("noclusterIPsIPFamily", why));
    return new Outcome.Pending(why, notes);
  }

  /** What the Service may keep of what it has, in our books or in its status. */
  private Optional<Holding> keep(Set<Family> families) {
    List<Address> current = before.map(Holding::addresses).orElseGet(this::statusAddresses);
    if (current.isEmpty()) {
      release();
      return Optional.empty();
    }
    Set<Family> have = families(current);
    if (have.size() != current.size()) {
      notes.add(
          Note.warning(
              "nolbIPsIPFamily",
              "the status has "
                  + current
                  + ", neither one address nor one of each family; it is written anew"));
      release();
      return Optional.empty();
    }
    List<Address> fitting = current.stream().filter(a -> families.contains(a.family())).toList();
    boolean maybePartial =
        families.equals(DUAL) && service.ipFamilyPolicy() == FamilyPolicy.PREFER_DUAL_STACK;
    if (fitting.isEmpty() || !maybePartial && fitting.size() < families.size()) {
      cleared(current, "the Service needs " + Choice.names(families));
      return Optional.empty();
    }
    if (fitting.size() < current.size()) {
      notes.add(Note.normal("ClearAssignment", "keeping only " + fitting + " of " + current));
    }
    return switch (allocator.register(service, sharing, fitting)) {
      case Granted granted -> {
        allocator = granted.next();
        yield asRequested(granted.holding());
      }
      case Refused refused -> {
        cleared(current, refused.why());
        yield Optional.empty();
      }
    };
  }

  /** Gives up what is kept if the user asks for something else that can be understood. */
  private Optional<Holding> asRequested(Holding kept) {
    boolean otherPool = request.pool().filter(p -> !p.equals(kept.pool())).isPresent();
    boolean otherAddresses =
        !request.addresses().isEmpty()
            && !new HashSet<>(request.addresses()).equals(new HashSet<>(kept.addresses()));
    if (otherPool || request.mistake().isEmpty() && otherAddresses) {
      release();
      return Optional.empty();
    }
    return Optional.of(kept);
  }

  private Outcome kept(Holding holding, Set<Family> families) {
    request.mistake().ifPresent(why -> notes.add(Note.warning("LoadBalancerFailed", why)));
    boolean wantsSecond =
        holding.addresses().size() == 1
            && families.equals(DUAL)
            && service.ipFamilyPolicy() == FamilyPolicy.PREFER_DUAL_STACK
            && request.addresses().isEmpty();
    if (!wantsSecond) {
      return new Outcome.Assigned(holding, notes);
    }
    return switch (new Choice(allocator, service, request, families).second(holding)) {
      case Granted granted -> {
        allocator = granted.next();
        notes.add(Note.normal("IPAllocated", "also assigned: " + quoted(granted.holding())));
        yield new Outcome.Assigned(granted.holding(), notes);
      }
      case Refused refused -> {
        notes.add(Note.normal("AdditionalAssignFailed", refused.why()));
        yield new Outcome.Assigned(holding, notes);
      }
    };
  }

  private Outcome fresh(Set<Family> families) {
    if (request.mistake().isPresent()) {
      return failed(request.mistake().get());
    }
    return switch (new Choice(allocator, service, request, families).attempt()) {
      case Granted granted -> {
        allocator = granted.next();
        notes.add(Note.normal("IPAllocated", "assigned " + quoted(granted.holding())));
        yield new Outcome.Assigned(granted.holding(), notes);
      }
      case Refused refused -> failed(refused.why());
    };
  }

  private Outcome failed(String why) {
    release();
    notes.add(Note.warning("AllocationFailed", "no address for " + service.key() + ": " + why));
    return new Outcome.Pending(why, notes);
  }

  private void cleared(List<Address> current, String why) {
    notes.add(Note.normal("ClearAssignment", "giving up " + current + ": " + why));
    release();
  }

  private void release() {
    allocator = allocator.release(service.key());
  }

  /** Whether a Service that is no load balancer still bears what we once wrote. */
  private boolean hasTracesOfUs() {
    return service.annotations().containsKey(Request.FROM_POOL)
        || statusAddresses().stream().anyMatch(a -> allocator.poolOf(a).isPresent());
  }

  /** Whether it has addresses, but none that a pool in force covers. */
  private boolean isStranded() {
    List<Address> current = statusAddresses();
    return !current.isEmpty() && current.stream().noneMatch(a -> allocator.poolOf(a).isPresent());
  }

  private List<Address> statusAddresses() {
    return service.ingress().stream().flatMap(text -> address(text).stream()).toList();
  }

  /** Empty for a host name and whatever else we never write. */
  private static Optional<Address> address(String text) {
    try {
      return Optional.of(Address.parse(text));
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  /** Empty for a headless Service. */
  private Optional<Set<Family>> clusterFamilies() {
    try {
      return Optional.of(families(service.clusterIps().stream().map(Address::parse).toList()));
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  private static Set<Family> families(List<Address> addresses) {
    return addresses.stream()
        .map(Address::family)
        .collect(Collectors.toCollection(() -> EnumSet.noneOf(Family.class)));
  }

  private static String quoted(Holding holding) {
    return holding.addresses().stream()
            .map(a -> "\"" + a + "\"")
            .collect(Collectors.joining(" ", "[", "]"))
        + " from pool "
        + holding.pool();
  }
}
