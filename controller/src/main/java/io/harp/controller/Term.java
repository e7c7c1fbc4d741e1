package io.harp.controller;

import io.harp.config.Problem;
import io.harp.controller.allocation.Note;
import io.harp.controller.allocation.PoolUse;
import io.harp.controller.status.EventWriter;
import io.harp.controller.status.Fence;
import io.harp.controller.status.Notices;
import io.harp.controller.status.PoolStatusWriter;
import io.harp.controller.status.StatusWriter;
import io.harp.controller.status.Wanted;
import io.harp.kube.Api;
import io.harp.kube.KubeEvent;
import io.harp.kube.NotServed;
import io.harp.kube.StateKeeper;
import io.harp.kube.Watches;
import io.harp.loop.Clock;
import io.harp.loop.Loop;
import io.harp.model.LbService;
import io.harp.model.ServiceKey;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * All there is only while this controller leads: what it believes, its watches and its writers. A
 * new term believes nothing of an old one; it begins by reading everything.
 */
final class Term {

  private static final Logger log = LoggerFactory.getLogger(Term.class);

  private static final int TICK_MS = 200;
  private static final int INBOX = 10_000;

  private final Settings settings;
  private final Api api;
  private final Clock clock;
  private final BooleanSupplier mayWrite;
  private final ControllerMetrics metrics;
  private final Loop loop;
  private final StatusWriter statuses;
  private final PoolStatusWriter pools;
  private final Notices notices;
  private final Effects effects;
  private final Controller controller;
  private @Nullable Watches watches;
  private volatile @Nullable StateKeeper state;
  private volatile String notServed = "";
  private volatile boolean ended;

  /**
   * @param mayWrite whether a write may be sent now
   */
  Term(
      Settings settings,
      Api api,
      Clock clock,
      BooleanSupplier mayWrite,
      ControllerMetrics metrics) {
    this.settings = settings;
    this.api = api;
    this.clock = clock;
    this.mayWrite = mayWrite;
    this.metrics = metrics;
    loop = new Loop("controller", clock, TICK_MS, INBOX);
    statuses = new StatusWriter(api, mayWrite, metrics);
    pools = new PoolStatusWriter(api, metrics);
    notices =
        new Notices(
            statuses, pools, new EventWriter(api, settings.podName(), metrics, statuses::isBusy));
    effects = new Writers();
    controller = new Controller(settings.lbClass(), effects);
  }

  /**
   * Begins and returns at once.
   *
   * @param fence whether the last leader may have writes under way
   * @param mark another one for each term
   */
  void begin(boolean fence, String mark) {
    loop.start(now -> {
      controller.tick(now);
      if (mayWrite.getAsBoolean()) {
        pools.tick(now);
      }
      return now + TICK_MS;
    });
    Thread.ofVirtual()
        .name("term")
        .start(() -> {
          try {
            if (fence) {
              new Fence(api, settings.lbClass(), mark, () -> !ended).raise();
            }
            watch();
            notServed();
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          }
        });
  }

  /** Said once a term. Looked at once: whoever adds such objects later reads the documentation. */
  private void notServed() {
    notServed = NotServed.sentence(NotServed.count(api, settings.namespace()));
    if (!notServed.isEmpty()) {
      log.info("{}", notServed);
    }
    loop.post(() -> effects.problems(controller.problems()));
  }

  private synchronized void watch() {
    if (!ended) {
      state =
          StateKeeper.start(
              api,
              settings.namespace(),
              StateKeeper.Component.controller(Optional.of(settings.podName())),
              clock,
              mayWrite);
      watches =
          Watches.start(
              api,
              settings.namespace(),
              Watches.FOR_CONTROLLER,
              clock,
              statuses,
              pools,
              event -> loop.post(() -> handle(event)));
    }
  }

  /** Whether everything has been read. */
  synchronized boolean synced() {
    return watches != null && watches.synced();
  }

  /** How long the loop has done nothing, in ms. */
  long stalledMs() {
    return loop.stalledMs();
  }

  /** Events that wait for the loop. */
  int waiting() {
    return loop.waiting();
  }

  /** Writes that wait or are under way. */
  int unwritten() {
    return statuses.unwritten();
  }

  /** Ends; returns whether no write is under way any more. */
  boolean end() {
    synchronized (this) {
      ended = true;
      if (watches != null) {
        watches.close();
      }
      if (state != null) {
        state.close();
      }
    }
    loop.close();
    boolean drained = statuses.drain();
    log.info("term ended{}", drained ? "" : " with writes under way");
    return drained;
  }

  private void handle(KubeEvent event) {
    metrics.updated();
    controller.handle(event);
  }

  /** The effects, spread over the writers. Called on the loop. */
  private final class Writers implements Effects {

    private Set<Problem> told = Set.of();

    @Override
    public boolean status(LbService service, Wanted wanted) {
      return statuses.want(service, wanted);
    }

    @Override
    public void note(ServiceKey about, Note note) {
      switch (note.severity()) {
        case WARNING -> metrics.failed();
        case NORMAL -> {}
      }
      notices.aboutService(about, note, clock.wallMs());
    }

    @Override
    public void problems(List<Problem> problems) {
      if (!controller.isConfigured()) {
        return;
      }
      metrics.configured(problems.isEmpty());
      StateKeeper keeper = state;
      if (keeper != null) {
        keeper.want(problems, notServed);
      }
      problems.stream().filter(p -> !told.contains(p)).forEach(this::tell);
      told = new HashSet<>(problems);
    }

    private void tell(Problem problem) {
      String pool = "IPAddressPool ";
      if (problem.object().startsWith(pool)) {
        notices.aboutPool(
            problem.object().substring(pool.length()),
            Note.warning("ConfigurationError", problem.toString()),
            clock.wallMs());
      }
    }

    @Override
    public void usage(List<PoolUse> usage) {
      metrics.usage(usage);
      pools.want(usage);
    }
  }
}
