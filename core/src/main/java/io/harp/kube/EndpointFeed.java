package io.harp.kube;

import io.harp.model.Endpoints;
import io.harp.model.NodeName;
import io.harp.model.ServiceKey;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;

/** Adds up the EndpointSlices of each Service and tells the sum whenever it changed. */
final class EndpointFeed implements Reflector.Sink {

  private final Consumer<KubeEvent> events;
  private final Map<Reflector.Name, ServiceKey> owners = new HashMap<>();
  private final Map<ServiceKey, Map<Reflector.Name, Endpoints>> slices = new HashMap<>();
  private final Map<ServiceKey, Endpoints> told = new HashMap<>();

  EndpointFeed(Consumer<KubeEvent> events) {
    this.events = events;
  }

  @Override
  public void seen(Fields object) {
    Reflector.Name name = Reflector.Name.of(object);
    Translate.Slice slice = Translate.slice(object).orElse(null);
    ServiceKey before = owners.get(name);
    if (before != null && (slice == null || !before.equals(slice.service()))) {
      gone(name);
    }
    if (slice != null) {
      owners.put(name, slice.service());
      slices.computeIfAbsent(slice.service(), _ -> new HashMap<>()).put(name, slice.endpoints());
      tell(slice.service());
    }
  }

  @Override
  public void gone(Reflector.Name name) {
    ServiceKey owner = owners.remove(name);
    if (owner == null) {
      return;
    }
    Map<Reflector.Name, Endpoints> rest = slices.getOrDefault(owner, Map.of());
    rest.remove(name);
    if (rest.isEmpty()) {
      slices.remove(owner);
    }
    tell(owner);
  }

  @Override
  public void listed() {}

  private void tell(ServiceKey service) {
    Endpoints now = sum(slices.getOrDefault(service, Map.of()));
    if (now.equals(told.getOrDefault(service, Endpoints.NONE))) {
      return;
    }
    if (now.equals(Endpoints.NONE)) {
      told.remove(service);
    } else {
      told.put(service, now);
    }
    events.accept(new KubeEvent.EndpointsSeen(service, now));
  }

  private static Endpoints sum(Map<Reflector.Name, Endpoints> parts) {
    if (parts.size() == 1) {
      return parts.values().iterator().next();
    }
    boolean any = false;
    Set<NodeName> nodes = new HashSet<>();
    for (Endpoints part : parts.values()) {
      any |= part.anyServing();
      nodes.addAll(part.servingNodes());
    }
    return any ? new Endpoints(true, nodes) : Endpoints.NONE;
  }
}
