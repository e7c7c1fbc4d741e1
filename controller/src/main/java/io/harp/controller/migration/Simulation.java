package io.harp.controller.migration;

import io.harp.config.ConfigBook;
import io.harp.config.Judgement;
import io.harp.config.Parsed;
import io.harp.config.PoolSpec;
import io.harp.controller.allocation.Books;
import io.harp.controller.allocation.Note;
import io.harp.controller.allocation.Outcome;
import io.harp.kube.Fields;
import io.harp.kube.Translate;
import io.harp.model.Address;
import io.harp.model.LbService;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * What our controller would make of the Services it finds, by the very code it runs.
 *
 * @param services those that are looked after
 * @param kept how many of them keep the addresses they have
 * @param changes those that would not, or that have none and would get one
 * @param judgement of the pools and advertisements
 */
record Simulation(List<LbService> services, int kept, List<Change> changes, Judgement judgement) {

  Simulation {
    services = List.copyOf(services);
    changes = List.copyOf(changes);
  }

  /** One Service, its addresses before and after, and why. */
  record Change(LbService service, List<String> before, List<String> after, String why) {
    /** Whether somebody loses something. */
    boolean hurts() {
      return !new HashSet<>(after).containsAll(before);
    }
  }

  static Simulation of(Found found) {
    Judgement judgement = config(found).judge();
    Books books = new Books();
    books.configured(judgement.config());
    Optional<String> lbClass = Optional.of(found.installed().lbClass()).filter(c -> !c.isEmpty());
    List<LbService> ours =
        found.services().stream()
            .flatMap(s -> Translate.readable(s).stream())
            .filter(s -> s.loadBalancerClass().equals(lbClass))
            .toList();
    ours.forEach(books::seen);
    // The last word on each Service counts: one that waits may be looked at twice.
    List<Change> changes =
        books.open().stream()
            .collect(Collectors.toMap(c -> c.service().key(), c -> c, (_, last) -> last))
            .values()
            .stream()
            .sorted(Comparator.comparing(c -> c.service().key()))
            .map(c -> change(c.service(), c.outcome()))
            .toList();
    int kept =
        (int)
            changes.stream()
                .filter(c -> !c.before().isEmpty() && c.before().equals(c.after()))
                .count();
    return new Simulation(
        ours.stream().filter(LbService::loadBalancer).toList(),
        kept,
        changes.stream().filter(c -> !c.before().equals(c.after())).toList(),
        judgement);
  }

  private static ConfigBook config(Found found) {
    ConfigBook book = new ConfigBook();
    found
        .namespaces()
        .forEach(n -> book.putNamespace(n.nameOr(""), n.object("metadata").labels("labels")));
    for (Fields pool : found.pools()) {
      Parsed<PoolSpec> parsed = Translate.pool(pool);
      parsed
          .value()
          .ifPresentOrElse(
              book::put,
              () -> book.putUnreadablePool(pool.nameOr(""), parsed.problems().getFirst()));
    }
    for (Fields advertisement : found.advertisements()) {
      var parsed = Translate.advertisement(advertisement);
      parsed
          .value()
          .ifPresentOrElse(
              book::put,
              () ->
                  book.putUnreadableAdvertisement(
                      advertisement.nameOr(""), parsed.problems().getFirst()));
    }
    return book;
  }

  private static Change change(LbService service, Outcome outcome) {
    List<String> before = service.ingress();
    List<String> after =
        switch (outcome) {
          case Outcome.Assigned assigned ->
              same(before, assigned.holding().addresses())
                  ? before
                  : assigned.holding().addresses().stream().map(Address::toString).toList();
          case Outcome.Pending _, Outcome.NotWanted _ -> List.of();
          case Outcome.LeftAlone _ -> before;
        };
    return new Change(service, before, after, why(outcome));
  }

  /** The order of a status means nothing, nor does how an IPv6 address is written. */
  private static boolean same(List<String> before, List<Address> after) {
    List<Address> parsed = new ArrayList<>();
    try {
      before.forEach(text -> parsed.add(Address.parse(text)));
    } catch (IllegalArgumentException e) {
      return false;
    }
    return parsed.size() == after.size() && new HashSet<>(parsed).equals(new HashSet<>(after));
  }

  private static String why(Outcome outcome) {
    String notes =
        outcome.notes().stream()
            .filter(n -> !n.reason().equals("IPAllocated"))
            .map(Note::message)
            .collect(Collectors.joining("; "));
    return switch (outcome) {
      case Outcome.Pending pending -> notes.isEmpty() ? pending.why() : notes;
      case Outcome.Assigned _ -> notes.isEmpty() ? "it asks for something else now" : notes;
      case Outcome.NotWanted _ -> "its type is not LoadBalancer any more";
      case Outcome.LeftAlone alone -> alone.why();
    };
  }
}
