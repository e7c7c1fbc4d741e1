package io.harp.controller;

import io.harp.config.Problem;
import io.harp.controller.allocation.Books;
import io.harp.controller.allocation.LegacyKeys;
import io.harp.controller.allocation.Note;
import io.harp.controller.allocation.Outcome;
import io.harp.controller.status.Wanted;
import io.harp.kube.KubeEvent;
import io.harp.model.Address;
import io.harp.model.LbService;
import io.harp.model.ServiceKey;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The controller's state and what each event does to it. Owned by the loop.
 *
 * <p>It decides nothing until the configuration and all Services are known: an empty list of pools
 * that was merely not read yet would take every address away.
 */
final class Controller {

  private static final Logger log = LoggerFactory.getLogger(Controller.class);

  /** Counters are told at most this often. */
  private static final long COUNT_MS = 500;

  private final Optional<String> lbClass;
  private final Effects effects;
  private final Books books = new Books();
  private final Set<ServiceKey> ours = new HashSet<>();
  private final Map<ServiceKey, List<Note>> told = new HashMap<>();
  private List<Problem> problems = List.of();
  private boolean configured;
  private boolean complete;
  private boolean deciding;
  private boolean counted = true;
  private long countAgainMs = Long.MIN_VALUE;

  /**
   * @param lbClass Services of this class are ours, and no others; empty means those without class
   */
  Controller(Optional<String> lbClass, Effects effects) {
    this.lbClass = lbClass;
    this.effects = effects;
  }

  void handle(KubeEvent event) {
    switch (event) {
      case KubeEvent.ServiceSeen seen -> seen(seen.service());
      case KubeEvent.ServiceGone gone -> gone(gone.key());
      case KubeEvent.ConfigSeen seen -> configured(seen);
      case KubeEvent.Synced _ -> complete();
      case KubeEvent.EndpointsSeen _, KubeEvent.NodeSeen _, KubeEvent.NodeGone _ -> {}
    }
  }

  /** Whether a sound configuration has been seen. */
  boolean isConfigured() {
    return configured;
  }

  /** What is wrong with the newest configuration. */
  List<Problem> problems() {
    return problems;
  }

  private void seen(LbService service) {
    // A Service of another class is not touched, not even read.
    if (lbClass.equals(service.loadBalancerClass())) {
      ours.add(service.key());
      apply(books.seen(service));
    } else if (ours.contains(service.key())) {
      gone(service.key());
    }
  }

  private void gone(ServiceKey key) {
    ours.remove(key);
    told.remove(key);
    books.holding(key).ifPresent(held -> log.info("{} gone: {} free again", key, held.addresses()));
    counted = false;
    apply(books.gone(key));
  }

  private void configured(KubeEvent.ConfigSeen seen) {
    configured = true;
    tell(seen.problems());
    log.info(
        "configuration: {} pools, {} advertisements{}",
        seen.config().pools().size(),
        seen.config().advertisements().size(),
        seen.config().setAside().isEmpty() ? "" : ", set aside: " + seen.config().setAside());
    counted = false;
    apply(books.configured(seen.config()));
    if (complete) {
      begin();
    }
  }

  private void complete() {
    log.info("all Services are known");
    complete = true;
    if (configured) {
      begin();
    }
  }

  private void begin() {
    if (!deciding) {
      deciding = true;
      apply(books.open());
    }
  }

  /** Each problem is said once, when it begins; the end of all of them is said too. */
  private void tell(List<Problem> now) {
    now.stream().filter(p -> !problems.contains(p)).forEach(p -> log.warn("{}", p));
    if (now.isEmpty() && !problems.isEmpty()) {
      log.info("the configuration is sound again");
    }
    problems = now;
    effects.problems(now);
  }

  private void apply(List<Books.Change> changes) {
    changes.forEach(this::apply);
    counted &= changes.isEmpty();
  }

  /** Tells the counters if they may have changed; to tell them for each Service of many costs. */
  void tick(long nowMs) {
    if (deciding && !counted && nowMs >= countAgainMs) {
      counted = true;
      countAgainMs = nowMs + COUNT_MS;
      effects.usage(books.usage());
    }
  }

  private void apply(Books.Change change) {
    LbService service = change.service();
    switch (change.outcome()) {
      case Outcome.Assigned assigned ->
          write(
              service,
              new Wanted(
                  assigned.holding().addresses().stream().map(Address::toString).toList(),
                  Optional.of(assigned.holding().pool())));
      case Outcome.Pending _ -> write(service, Wanted.NOTHING);
      case Outcome.NotWanted _ -> write(service, Wanted.NOTHING);
      case Outcome.LeftAlone _ -> {}
    }
    List<Note> before = told.getOrDefault(service.key(), List.of());
    List<Note> notes = change.outcome().notes();
    notes.stream().filter(n -> !before.contains(n)).forEach(n -> tell(service.key(), n));
    if (notes.isEmpty()) {
      told.remove(service.key());
    } else {
      told.put(service.key(), List.copyOf(notes));
    }
  }

  private void write(LbService service, Wanted wanted) {
    if (effects.status(service, wanted)) {
      LegacyKeys.warning(service).ifPresent(note -> tell(service.key(), note));
    }
  }

  private void tell(ServiceKey about, Note note) {
    log.info("{} {}: {}", about, note.reason(), note.message());
    effects.note(about, note);
  }
}
