package io.harp.kube;

import io.harp.loop.Clock;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/**
 * All a daemon watches. Events arrive on several threads, one kind in order; the consumer posts
 * them to a loop. If the loop is slow the consumer waits, and with it the API's stream.
 */
public final class Watches implements AutoCloseable {

  /** What can be watched. */
  public enum Kind {
    SERVICES,
    ENDPOINT_SLICES,
    NODES,
    POOLS,
    ADVERTISEMENTS,
    NAMESPACES
  }

  /** What decides who gets an address. */
  public static final Set<Kind> FOR_CONTROLLER =
      Set.of(Kind.SERVICES, Kind.POOLS, Kind.ADVERTISEMENTS, Kind.NAMESPACES);

  /** What decides who announces it. */
  public static final Set<Kind> FOR_SPEAKER =
      Set.of(Kind.SERVICES, Kind.ENDPOINT_SLICES, Kind.NODES, Kind.POOLS, Kind.ADVERTISEMENTS);

  private final Map<Kind, Reflector> reflectors = new EnumMap<>(Kind.class);
  private final Consumer<KubeEvent> events;
  private final AtomicInteger unlisted;

  private Watches(Set<Kind> kinds, Consumer<KubeEvent> events) {
    this.events = events;
    this.unlisted = new AtomicInteger(kinds.size());
  }

  /**
   * Starts watching and returns at once, whether or not there is an API server.
   *
   * @param namespace where pools and advertisements live: the daemon's own
   * @param events must not throw; may wait
   */
  public static Watches start(
      Api api,
      String namespace,
      Set<Kind> kinds,
      Clock clock,
      RawServices raw,
      Consumer<KubeEvent> events) {
    return start(api, namespace, kinds, clock, raw, RawPools.IGNORED, events);
  }

  /** As above, for a daemon that also writes the status of pools. */
  public static Watches start(
      Api api,
      String namespace,
      Set<Kind> kinds,
      Clock clock,
      RawServices raw,
      RawPools rawPools,
      Consumer<KubeEvent> events) {
    Watches watches = new Watches(kinds, events);
    ConfigFeed config = new ConfigFeed(kinds, rawPools, events);
    for (Kind kind : EnumSet.copyOf(kinds)) {
      watches.reflectors.put(kind, watches.reflector(kind, api, namespace, clock, raw, config));
    }
    watches.reflectors.values().forEach(Reflector::start);
    return watches;
  }

  private Reflector reflector(
      Kind kind, Api api, String namespace, Clock clock, RawServices raw, ConfigFeed config) {
    Scope own = Scope.in(namespace);
    return switch (kind) {
      case SERVICES ->
          new Reflector(
              api, Resource.SERVICES, Scope.ALL, clock, counted(new ServiceFeed(events, raw)));
      case ENDPOINT_SLICES ->
          new Reflector(
              api, Resource.ENDPOINT_SLICES, Scope.ALL, clock, counted(new EndpointFeed(events)));
      case NODES ->
          new Reflector(api, Resource.NODES, Scope.ALL, clock, counted(new NodeFeed(events)));
      case POOLS -> new Reflector(api, Resource.POOLS, own, clock, counted(config.pools()));
      case ADVERTISEMENTS ->
          new Reflector(api, Resource.ADVERTISEMENTS, own, clock, counted(config.advertisements()));
      case NAMESPACES ->
          new Reflector(api, Resource.NAMESPACES, Scope.ALL, clock, counted(config.namespaces()));
    };
  }

  /** Whether everything has been listed once. */
  public boolean synced() {
    return unlisted.get() == 0;
  }

  /** How fresh what we know is. May be asked from any thread. */
  public Freshness freshness() {
    OptionalLong trouble =
        reflectors.values().stream()
            .filter(Reflector::troubled)
            .mapToLong(Reflector::troubleSinceMs)
            .min();
    long heard = reflectors.values().stream().mapToLong(Reflector::lastHeardMs).max().orElse(0);
    Map<Kind, Long> versions = new EnumMap<>(Kind.class);
    reflectors.forEach((kind, reflector) -> versions.put(kind, reflector.version()));
    return new Freshness(synced(), trouble, heard, versions);
  }

  /** Passes everything on and counts the first full list. */
  private Reflector.Sink counted(Reflector.Sink sink) {
    return new Reflector.Sink() {
      private boolean counted;

      @Override
      public void seen(Fields object) {
        sink.seen(object);
      }

      @Override
      public void gone(Reflector.Name name) {
        sink.gone(name);
      }

      @Override
      public void listed() {
        sink.listed();
        if (!counted) {
          counted = true;
          if (unlisted.decrementAndGet() == 0) {
            events.accept(new KubeEvent.Synced());
          }
        }
      }
    };
  }

  @Override
  public void close() {
    reflectors.values().forEach(Reflector::close);
  }
}
