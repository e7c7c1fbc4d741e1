package io.harp.config;

import io.harp.model.Advertisement;
import io.harp.model.Pool;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * All pools and advertisements of the cluster, each with its last sound version.
 *
 * <p>Objects are judged one by one: a broken one keeps its last sound version if there was one,
 * otherwise it is left out; the others go on. If all pools that can be read fit together they are
 * taken as a whole, so two pools may exchange ranges. Otherwise a pool that overlaps one already in
 * force is the broken one; among new ones the older object wins. Belongs to one thread.
 */
public final class ConfigBook {

  private record Source(String created, Parsed<PoolDraft> draft) {}

  private final Map<String, Source> pools = new TreeMap<>();
  private final Map<String, Parsed<Advertisement>> advertisements = new TreeMap<>();
  private final Map<String, Map<String, String>> namespaces = new HashMap<>();
  private final Map<String, Advertisement> soundAdvertisements = new TreeMap<>();
  private Map<String, PoolDraft> soundPools = Map.of();

  public void put(PoolSpec spec) {
    pools.put(spec.name(), new Source(spec.created(), PoolDraft.parse(spec)));
  }

  public void put(AdvertisementSpec spec) {
    advertisements.put(spec.name(), Advertisements.parse(spec));
  }

  /** A pool whose object could not even be read. */
  public void putUnreadablePool(String name, Problem problem) {
    pools.put(name, new Source("", Parsed.broken(List.of(problem))));
  }

  /** An advertisement whose object could not even be read. */
  public void putUnreadableAdvertisement(String name, Problem problem) {
    advertisements.put(name, Parsed.broken(List.of(problem)));
  }

  public void removePool(String name) {
    pools.remove(name);
  }

  public void removeAdvertisement(String name) {
    advertisements.remove(name);
  }

  /** The labels of a live namespace, which pools may select. */
  public void putNamespace(String name, Map<String, String> labels) {
    namespaces.put(name, Map.copyOf(labels));
  }

  public void removeNamespace(String name) {
    namespaces.remove(name);
  }

  /** Judges everything anew. */
  public Judgement judge() {
    List<Problem> problems = new ArrayList<>();
    judgePools(problems);
    judgeAdvertisements(problems);
    Set<String> setAside = new TreeSet<>(pools.keySet());
    setAside.removeAll(soundPools.keySet());
    List<Pool> resolved =
        new TreeMap<>(soundPools).values().stream().map(d -> d.resolve(namespaces)).toList();
    return new Judgement(
        new Config(resolved, List.copyOf(soundAdvertisements.values()), setAside), problems);
  }

  private void judgePools(List<Problem> problems) {
    Map<String, PoolDraft> lastSound = new HashMap<>(soundPools);
    lastSound.keySet().retainAll(pools.keySet());
    List<PoolDraft> readable =
        pools.values().stream()
            .filter(s -> s.draft().value().isPresent())
            .sorted(Comparator.comparing(Source::created))
            .flatMap(s -> s.draft().value().stream())
            .toList();
    pools.values().forEach(s -> problems.addAll(s.draft().problems()));
    soundPools =
        whole(lastSound, readable).orElseGet(() -> oneByOne(lastSound, readable, problems));
  }

  /** All readable pools beside the last version of the others, if they fit together. */
  private static Optional<Map<String, PoolDraft>> whole(
      Map<String, PoolDraft> lastSound, List<PoolDraft> readable) {
    Map<String, PoolDraft> unreadable = new HashMap<>(lastSound);
    readable.forEach(d -> unreadable.remove(d.pool().name()));
    PoolSet set = PoolSet.of(unreadable);
    for (PoolDraft draft : readable) {
      if (set.obstacle(draft).isPresent()) {
        return Optional.empty();
      }
      set.put(draft);
    }
    return Optional.of(set.pools());
  }

  private static Map<String, PoolDraft> oneByOne(
      Map<String, PoolDraft> lastSound, List<PoolDraft> readable, List<Problem> problems) {
    PoolSet set = PoolSet.of(lastSound);
    boolean progress = true;
    while (progress) {
      progress = false;
      for (PoolDraft draft : readable) {
        if (!set.has(draft) && set.obstacle(draft).isEmpty()) {
          set.put(draft);
          progress = true;
        }
      }
    }
    readable.stream()
        .filter(d -> !set.has(d))
        .forEach(d -> set.obstacle(d).ifPresent(problems::add));
    return set.pools();
  }

  private void judgeAdvertisements(List<Problem> problems) {
    soundAdvertisements.keySet().retainAll(advertisements.keySet());
    advertisements.forEach((name, parsed) -> {
      parsed.value().ifPresent(a -> soundAdvertisements.put(name, a));
      problems.addAll(parsed.problems());
    });
  }
}
