package io.harp.kube;

import io.harp.config.Problem;
import io.harp.loop.Clock;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps a daemon's own ConfigurationState right: whether it works with the newest configuration,
 * and if not, why. Creates the object, and again if somebody deletes it; writes only what changes.
 *
 * <p>One write at a time, and only the newest word counts. What fails is tried again after 1 s to
 * 60 s; without the right to it, no more.
 */
public final class StateKeeper implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(StateKeeper.class);

  private static final long FIRST_PAUSE_MS = 1_000;
  private static final long LONGEST_PAUSE_MS = 60_000;

  /**
   * Whose state it is.
   *
   * @param name of the object
   * @param condition the type of the condition, as MetalLB's tools look for it
   * @param pod the daemon's own pod, which the object goes with; empty outside a cluster
   */
  public record Component(
      String name, Map<String, String> labels, String condition, Optional<String> pod) {

    public static Component controller(Optional<String> pod) {
      return new Component(
          "controller",
          Map.of("metallb.io/component-type", "controller"),
          "poolReconcilerValid",
          pod);
    }

    public static Component speaker(String node, Optional<String> pod) {
      return new Component(
          "speaker-" + node,
          Map.of("metallb.io/component-type", "speaker", "metallb.io/node-name", node),
          "configReconcilerValid",
          pod);
    }
  }

  private final Api api;
  private final String namespace;
  private final Component component;
  private final Clock clock;
  private final BooleanSupplier mayWrite;
  private final StateOwner owner;
  private final Reflector reflector;

  private final OwnWrites writes = new OwnWrites();
  private @Nullable Fields seen;
  private @Nullable StateWord wanted;
  private boolean listed;
  private boolean running;
  private boolean refused;
  private volatile boolean closed;

  private StateKeeper(
      Api api, String namespace, Component component, Clock clock, BooleanSupplier mayWrite) {
    this.api = api;
    this.namespace = namespace;
    this.component = component;
    this.clock = clock;
    this.mayWrite = mayWrite;
    this.owner = new StateOwner(api, namespace, component);
    this.reflector =
        new Reflector(
            api, Resource.STATES, Scope.in(namespace).withName(component.name()), clock, new Own());
  }

  /**
   * Starts and returns at once.
   *
   * @param mayWrite whether a write may be sent now
   */
  public static StateKeeper start(
      Api api, String namespace, Component component, Clock clock, BooleanSupplier mayWrite) {
    StateKeeper keeper = new StateKeeper(api, namespace, component, clock, mayWrite);
    keeper.reflector.start();
    return keeper;
  }

  /**
   * What is wrong with the newest configuration from now on; empty if nothing is.
   *
   * @param notServed what is there and has no effect, empty if nothing
   */
  public synchronized void want(List<Problem> problems, String notServed) {
    wanted = StateWord.of(problems, notServed);
    look();
  }

  private synchronized void look() {
    if (!closed && !refused && !running && listed && wanted != null && !says(seen, wanted)) {
      running = true;
      ApiThreads.start("configuration-state", this::run);
    }
  }

  private void run() {
    long pause = FIRST_PAUSE_MS;
    try {
      while (true) {
        StateWord word;
        Fields now;
        synchronized (this) {
          word = wanted;
          now = seen;
          if (closed || refused || word == null || says(now, word)) {
            running = false;
            return;
          }
        }
        try {
          if (mayWrite.getAsBoolean()) {
            write(now, word);
            continue;
          }
        } catch (ApiProblem e) {
          failed(e, pause == FIRST_PAUSE_MS);
        }
        Thread.sleep(pause);
        pause = Math.min(LONGEST_PAUSE_MS, pause * 2);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void write(@Nullable Fields now, StateWord word) {
    Map<String, Object> meta = owner.metadata(now);
    Map<String, Object> object = new LinkedHashMap<>();
    object.put("apiVersion", Resource.STATES.apiVersion());
    object.put("kind", Resource.STATES.kind());
    object.put("metadata", meta);
    if (now == null) {
      Fields made = answered(api.create(Resource.STATES.path(namespace), object));
      object.put("metadata", made.object("metadata").values());
    } else if (!StateOwner.hasMarked(now, meta)) {
      Fields made =
          answered(api.replace(Resource.STATES.path(namespace, component.name()), object));
      object.put("metadata", made.object("metadata").values());
    }
    object.put("status", status(now, word));
    String path = Resource.STATES.statusPath(namespace, component.name());
    Fields answer = answered(api.replace(path, object));
    synchronized (this) {
      seen = answer;
    }
  }

  private synchronized Fields answered(Fields answer) {
    writes.answered(answer.resourceVersion());
    return answer;
  }

  private Map<String, Object> status(@Nullable Fields now, StateWord word) {
    return word.status(now, component.condition(), clock.wallMs());
  }

  private boolean says(@Nullable Fields state, StateWord word) {
    return state != null
        && status(state, word).equals(state.values().get("status"))
        && owner.owns(state);
  }

  private void failed(ApiProblem e, boolean first) {
    if (e.isForbidden()) {
      log.warn(
          "no right to keep the {} {} ({}); going on without",
          Resource.STATES.kind(),
          component.name(),
          e.getMessage());
      synchronized (this) {
        refused = true;
      }
    } else if (!e.isConflict() && first) {
      log.info("cannot write the {}: {}; trying again", Resource.STATES.kind(), e.getMessage());
    }
  }

  @Override
  public void close() {
    closed = true;
    reflector.close();
  }

  /** What becomes of the object meanwhile. */
  private final class Own implements Reflector.Sink {

    @Override
    public void seen(Fields object) {
      if (!object.name().equals(component.name())) {
        return; // a server that does not know field selectors
      }
      synchronized (StateKeeper.this) {
        if (writes.havePassed(object.resourceVersion())) {
          return;
        }
        seen = object;
      }
      look();
    }

    @Override
    public void gone(Reflector.Name name) {
      if (!name.name().equals(component.name())) {
        return;
      }
      synchronized (StateKeeper.this) {
        seen = null;
      }
      look();
    }

    @Override
    public void listed() {
      synchronized (StateKeeper.this) {
        listed = true;
      }
      look();
    }
  }
}
