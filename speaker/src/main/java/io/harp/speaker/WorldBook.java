package io.harp.speaker;

import io.harp.config.Config;
import io.harp.config.Problem;
import io.harp.kube.KubeEvent;
import io.harp.model.Endpoints;
import io.harp.model.LbService;
import io.harp.model.NodeFacts;
import io.harp.model.NodeName;
import io.harp.model.ServiceKey;
import io.harp.speaker.election.Grouping;
import io.harp.speaker.election.World;
import io.harp.speaker.protocol.Message.Group;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The API objects as last seen, and the groups that follow from them. Owned by the loop thread. */
final class WorldBook {

  private static final Logger log = LoggerFactory.getLogger(WorldBook.class);

  private final Grouping grouping;
  private final Map<ServiceKey, LbService> services = new HashMap<>();
  private final Map<ServiceKey, Endpoints> endpoints = new HashMap<>();
  private final Map<NodeName, NodeFacts> nodes = new HashMap<>();
  private Config config = Config.EMPTY;
  private Set<Problem> problems = Set.of();
  private boolean configLoaded;
  private boolean complete;
  private boolean changed;

  /** As last taken; null before the first time, since "no groups" is news as well. */
  private @Nullable List<Group> groups;

  private long notBefore = Long.MIN_VALUE;
  private long updates;

  WorldBook(Grouping grouping) {
    this.grouping = grouping;
  }

  /** Takes the newest state of one thing. */
  void on(KubeEvent event) {
    updates++;
    changed = true;
    switch (event) {
      // Services of other types and classes are kept as well: they may become ours by an update.
      case KubeEvent.ServiceSeen e -> services.put(e.service().key(), e.service());
      case KubeEvent.ServiceGone e -> services.remove(e.key());
      case KubeEvent.EndpointsSeen e -> endpoints(e);
      case KubeEvent.NodeSeen e -> nodes.put(e.node().name(), e.node());
      case KubeEvent.NodeGone e -> nodes.remove(e.name());
      case KubeEvent.ConfigSeen e -> config(e);
      case KubeEvent.Synced _ -> complete = true;
    }
  }

  private void endpoints(KubeEvent.EndpointsSeen e) {
    if (e.endpoints().equals(Endpoints.NONE)) {
      endpoints.remove(e.key());
    } else {
      endpoints.put(e.key(), e.endpoints());
    }
  }

  private void config(KubeEvent.ConfigSeen e) {
    config = e.config();
    configLoaded = true;
    Set<Problem> now = new HashSet<>(e.problems());
    now.stream().filter(p -> !problems.contains(p)).forEach(p -> log.warn("{}", p));
    problems = now;
  }

  /**
   * The groups, if anything they depend on changed. Working them out may take a quarter of the time
   * at most, so under a storm of changes several are taken together.
   */
  Optional<List<Group>> takeGroups(long now, long nanoTime) {
    if (!isDue(now)) {
      return Optional.empty();
    }
    changed = false;
    World world = new World(services, endpoints, nodes, config.pools(), config.advertisements());
    List<Group> next = grouping.groups(world);
    notBefore = now + 4 * ((System.nanoTime() - nanoTime) / 1_000_000);
    if (next.equals(groups)) {
      return Optional.empty();
    }
    groups = next;
    return Optional.of(next);
  }

  /** Whether {@link #takeGroups} has something to do. */
  boolean isDue(long now) {
    return now >= nextMs();
  }

  /** Whether the groups as last taken are those of all that came. */
  boolean isTaken() {
    return groups != null && !changed;
  }

  /** When {@link #takeGroups} has something to do at the earliest. */
  long nextMs() {
    return changed && complete ? notBefore : Long.MAX_VALUE;
  }

  boolean isConfigLoaded() {
    return configLoaded;
  }

  boolean isConfigStale() {
    return !problems.isEmpty();
  }

  long updates() {
    return updates;
  }
}
