package io.harp.speaker;

import io.harp.kube.Api;
import io.harp.kube.KubeEvent;
import io.harp.kube.RawServices;
import io.harp.kube.StateKeeper;
import io.harp.kube.Watches;
import io.harp.kube.Watches.Kind;
import io.harp.loop.Clock;
import io.harp.loop.Loop;
import io.harp.speaker.ownership.Speaker;
import io.harp.speaker.protocol.Revision;
import java.util.Arrays;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Watches the API for a speaker, and hands it the groups that follow from what the watches deliver.
 * All but {@link #fresh} runs on the loop thread, once started.
 */
final class WorldWatch implements AutoCloseable {

  /** A watch that has been in trouble for longer means that what it told is no longer current. */
  private static final long FRESH_MS = 2_000;

  private static final long LOOK_MS = 250;

  private final Loop loop;
  private final Clock clock;
  private final WorldBook world;
  private final Speaker speaker;
  private final SpeakerMetrics metrics;
  private volatile @Nullable Reading reading;
  private long nextLook = Long.MIN_VALUE;

  /** How far the watches were when all they had delivered had last been worked in. */
  private Revision followed = Revision.NONE;

  private boolean following;

  /** What is read from the API server, and the word of how that went. */
  private record Reading(Watches watches, StateKeeper state) {}

  WorldWatch(Loop loop, Clock clock, WorldBook world, Speaker speaker, SpeakerMetrics metrics) {
    this.loop = loop;
    this.clock = clock;
    this.world = world;
    this.speaker = speaker;
    this.metrics = metrics;
  }

  /** Begins, and returns at once. */
  void start(Settings settings, Api api) {
    StateKeeper state =
        StateKeeper.start(
            api,
            settings.namespace(),
            StateKeeper.Component.speaker(settings.node().text(), settings.pod()),
            clock,
            () -> true);
    Watches watches =
        Watches.start(
            api,
            settings.namespace(),
            Watches.FOR_SPEAKER,
            clock,
            RawServices.IGNORED,
            event -> on(event, state));
    reading = new Reading(watches, state);
  }

  private void on(KubeEvent event, StateKeeper state) {
    if (event instanceof KubeEvent.ConfigSeen seen) {
      state.want(seen.problems(), "");
    }
    loop.post(() -> world.on(event));
  }

  /** Whether what the watches told is current. Metrics may ask before the watches are there. */
  boolean fresh(long now) {
    Reading r = reading;
    return r != null && r.watches.freshness().isFresh(now, FRESH_MS);
  }

  /** Does what is due. */
  void tick(long now) {
    if (now >= nextLook) {
      nextLook = now + LOOK_MS;
      speaker.apiFresh(fresh(now), now);
      follow(now);
    }
    if (world.isDue(now)) {
      follow(now);
    }
  }

  /** When {@link #tick} is to be called again at the latest. */
  long nextMs() {
    return Math.min(nextLook, world.nextMs());
  }

  /**
   * Has the groups worked out behind all that the watches have delivered so far. They are ahead of
   * the loop, and groups that pass for newer than what they are made of would be taken for the
   * truth by the others.
   */
  private void follow(long now) {
    if (following) {
      return;
    }
    Revision newest = newest();
    if (world.isDue(now) || !newest.equals(followed)) {
      following = loop.append(() -> followedTo(newest));
    }
  }

  private void followedTo(Revision newest) {
    following = false;
    long now = clock.nowMs();
    world
        .takeGroups(now, System.nanoTime())
        .ifPresent(groups -> {
          metrics.groups(groups);
          speaker.world(groups, newest, now);
        });
    if (world.isTaken()) {
      followed = newest;
      speaker.reached(newest, now);
    }
  }

  private Revision newest() {
    Reading r = reading;
    Map<Kind, Long> versions = r == null ? Map.of() : r.watches.freshness().resourceVersions();
    return new Revision(
        Arrays.stream(Kind.values()).map(kind -> versions.getOrDefault(kind, 0L)).toList());
  }

  @Override
  public void close() {
    Reading r = reading;
    if (r != null) {
      r.watches.close();
      r.state.close();
    }
  }
}
