package io.harp.speaker;

import io.harp.loop.Clock;
import io.harp.model.Address;
import io.harp.model.MacAddress;
import io.harp.model.NodeName;
import io.harp.model.ServiceKey;
import io.harp.speaker.announcement.Link;
import io.harp.speaker.election.Grouping;
import io.harp.speaker.flight.FlightRecorder;
import io.harp.speaker.ownership.Journal;
import io.harp.speaker.protocol.Message.Group;
import io.harp.speaker.protocol.Message.Plan;
import io.harp.speaker.protocol.Message.Reason;
import io.harp.speaker.protocol.View;
import io.harp.speaker.status.MoveRecorder;
import io.harp.speaker.status.MoveRecorder.Note;
import io.harp.speaker.status.Tenure;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells people what happened: one line in the log for each change, a count for each repetition, and
 * the API through {@link MoveRecorder}. Owned by the loop thread; {@link SpeakerMetrics} reads what
 * it publishes.
 */
final class JournalBook implements Journal {

  private static final Logger log = LoggerFactory.getLogger("speaker");

  private final NodeName node;
  private final MoveRecorder recorder;
  private final SpeakerMetrics metrics;
  private final FlightRecorder flight;
  private final Clock clock;
  private final Map<Address, Group> held = new HashMap<>();
  private final Map<Address, Reason> reasons = new HashMap<>();
  private final Map<ServiceKey, Recorded> toRecord = new HashMap<>();
  private List<Link> links = List.of();
  private final Chatter claims;
  private final Chatter releases;
  private final Chatter cessions;
  private final Chatter disputes;
  private final List<Chatter> chatters;
  private final Map<ServiceKey, Recorded> recorded = new HashMap<>();
  private final Map<Address, String> conflicts = new HashMap<>();
  private @Nullable String lastRefusal;

  private record Recorded(Group group, Reason reason, long since) {}

  JournalBook(
      NodeName node,
      MoveRecorder recorder,
      SpeakerMetrics metrics,
      FlightRecorder flight,
      Clock clock) {
    this.clock = clock;
    this.claims = new Chatter("{} more addresses claimed", clock);
    this.releases = new Chatter("{} more addresses released", clock);
    this.cessions = new Chatter("{} more addresses left to other speakers", clock);
    this.disputes = new Chatter("{} more claims of other speakers met", clock);
    this.chatters = List.of(claims, releases, cessions, disputes);
    this.node = node;
    this.recorder = recorder;
    this.metrics = metrics;
    this.flight = flight;
  }

  void links(List<Link> now) {
    links = now;
  }

  @Override
  public void claimed(Address address, Group group, Reason reason, long since) {
    held.put(address, group);
    reasons.put(address, reason);
    metrics.claimed(address, group, reason);
    metrics.takeovers().claimed(reason, clock.nowMs());
    metrics.conflict(address, false);
    decided(address, "claimed: " + reason);
    group.services().forEach(s -> toRecord.put(s, new Recorded(group, reason, since)));
    claims.say("{} claimed for {}: {}", address, group.services(), reason);
  }

  @Override
  public void released(Address address, Release why) {
    Group group = held.remove(address);
    reasons.remove(address);
    metrics.released(address, why);
    decided(address, "released: " + why);
    if (group != null) {
      group.services().forEach(recorded::remove);
      group.services().forEach(why == Release.NOT_PLANNED ? recorder::gone : recorder::released);
    }
    releases.say("{} released: {}", address, why);
  }

  /** Passes on what one turn of the loop gathered: an address pair of one Service is one move. */
  void flush(Optional<Plan> plan) {
    chatters.forEach(Chatter::flush);
    if (!toRecord.isEmpty()) {
      String epoch = plan.map(Plan::epoch).map(Object::toString).orElse("");
      toRecord.forEach((service, r) -> record(service, r, epoch));
      recorded.putAll(toRecord);
      toRecord.clear();
    }
  }

  private void record(ServiceKey service, Recorded r, String epoch) {
    List<Address> addresses = r.group().addresses().stream().filter(held::containsKey).toList();
    if (addresses.isEmpty()) {
      return;
    }
    Set<String> allowed =
        r.group().nodes().containsKey(node)
            ? Objects.requireNonNull(r.group().nodes().get(node)).interfaces()
            : Set.of();
    MacAddress mac =
        links.stream()
            .filter(l -> allowed.isEmpty() || allowed.contains(l.name()))
            .map(Link::mac)
            .findFirst()
            .orElse(MacAddress.ZERO);
    recorder.claimed(
        new Tenure(
            service,
            addresses,
            allowed.stream().sorted().toList(),
            mac,
            epoch,
            r.since(),
            r.reason().toString(),
            addresses.stream().map(conflicts::get).filter(Objects::nonNull).findFirst()));
  }

  @Override
  public void ceded(Address address, MacAddress to, boolean stranger) {
    metrics.count("ceded");
    decided(address, "left to " + to + (stranger ? ", which is no speaker" : ""));
    metrics.conflict(address, stranger);
    if (stranger) {
      log.warn("{} is not announced: {} answers for it, and that is no speaker", address, to);
      conflictEvent(
          address,
          address
              + " is in use by "
              + to
              + ", which is no speaker; it is announced from node \""
              + node
              + "\" ("
              + ownMacs()
              + ") once that host has left");
    } else {
      cessions.say("{} is left to {}, which still answers for it", address, to);
    }
  }

  @Override
  public void conflict(Address address, MacAddress stranger, boolean resolved) {
    metrics.count(resolved ? "conflict_resolved" : "conflict");
    decided(address, "conflict with " + stranger + (resolved ? " is over" : ""));
    metrics.conflict(address, !resolved);
    if (resolved) {
      log.info("{}: {} has not claimed it for a while, the conflict is over", address, stranger);
      conflicts.remove(address);
      Group group = metrics.groupOf(address);
      if (group != null) {
        String message = address + " is no longer claimed by " + stranger;
        group
            .services()
            .forEach(s -> recorder.note(new Note(s, "AddressConflictResolved", message)));
        recordAgain(group);
      }
      return;
    }
    String own = ownMacs();
    log.warn("{}: {} claims it too, besides this node ({})", address, stranger, own);
    String message =
        address + " is claimed by " + stranger + " besides node \"" + node + "\" (" + own + ")";
    conflicts.put(address, message);
    conflictEvent(address, message);
    Group group = held.get(address);
    if (group != null) {
      recordAgain(group);
    }
  }

  private void conflictEvent(Address address, String message) {
    Group group = metrics.groupOf(address);
    if (group != null) {
      group.services().forEach(s -> recorder.warn(new Note(s, "AddressConflict", message)));
    }
  }

  private String ownMacs() {
    return links.stream().map(l -> l.mac().toString()).distinct().collect(Collectors.joining(", "));
  }

  // The status of its Services shows what has changed; the tenure stays the same.
  private void recordAgain(Group group) {
    group
        .services()
        .forEach(s -> {
          Recorded last = recorded.get(s);
          if (last != null) {
            toRecord.putIfAbsent(s, last);
          }
        });
  }

  @Override
  public void disputed(Address address, MacAddress rival, boolean won) {
    metrics.disputed(won);
    decided(address, (won ? "reclaimed from " : "yielded to ") + rival);
    disputes.say(
        "{}: {} claims it too and {}",
        address,
        rival,
        won ? "has to give way" : "outranks this node");
  }

  @Override
  public void muted(boolean muted, String why) {
    metrics.muted(muted);
    flight.decided(Optional.empty(), (muted ? "muted: " : "may send again: ") + why);
    if (muted) {
      log.warn("Muted: {}", why);
    } else {
      log.info("May send again: {}", why);
    }
  }

  @Override
  public void heldOff(Set<NodeName> nodes) {
    Set<NodeName> before = metrics.heldOff();
    metrics.heldOff(nodes);
    for (NodeName each : nodes) {
      if (!before.contains(each)) {
        metrics.count("held_off");
        log.warn("{} has left three times in ten minutes: it is chosen last for a while", each);
      }
    }
    for (NodeName each : before) {
      if (!nodes.contains(each)) {
        metrics.count("hold_off_over");
        log.info("{} is chosen like any other node again", each);
      }
    }
  }

  @Override
  public void wishUnmet(Group group, String why) {
    metrics.count("wish_unmet");
    String wish = group.wish().map(NodeName::text).orElse("");
    log.warn("{} is not moved to {} for {}: {}", group.name(), wish, group.services(), why);
    String message =
        Grouping.WISH + " names \"" + wish + "\", but " + group.name() + " stays: " + why;
    group.services().forEach(s -> recorder.warn(new Note(s, "MoveRefused", message)));
  }

  @Override
  public void happened(Incident what, String text) {
    metrics.count(what.name().toLowerCase(Locale.ROOT));
    if (what == Incident.SUSPECTED) {
      metrics.takeovers().doubted(clock.nowMs());
    }
    log.info("{}", text);
  }

  @Override
  public void installed(View view) {
    metrics.view(view);
    metrics.takeovers().installed(view, clock.nowMs());
    flight.decided(Optional.empty(), "view " + view);
    log.info("View {}{}", view, view.merged() ? " (merged)" : "");
  }

  private void decided(Address address, String what) {
    flight.decided(Optional.of(address), what);
  }

  @Override
  public void announced(Address address) {}

  @Override
  public void refused(String why) {
    metrics.count("message_refused");
    if (!why.equals(lastRefusal)) {
      lastRefusal = why;
      log.warn("A message was refused, more of the kind are only counted: {}", why);
    }
  }
}
