package io.harp.speaker.ownership;

import io.harp.model.Address;
import io.harp.model.MacAddress;
import io.harp.model.NodeName;
import io.harp.speaker.protocol.Member;
import io.harp.speaker.protocol.Message.Report;
import io.harp.speaker.protocol.Message.ReportedLink;
import io.harp.speaker.protocol.Message.ReportedSubnet;
import io.harp.speaker.protocol.Trailer;
import io.harp.speaker.protocol.View;
import io.harp.speaker.protocol.ViewId;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Who is in the view, what each member reported under it, and what is remembered of those that
 * left.
 */
final class Roster {

  // Enough for a year of quiet operation; an older view is not told from a foreign one, which the
  // rank decides.
  private static final int MAX_PAST = 256;
  private static final int MAX_MACS = 4_096;
  private static final long TRAILER_MS = 10_000;
  private static final int MAX_EARLY = 256;
  private static final int MAX_PEERS = 1_024;

  private final Member self;
  private @Nullable View view;
  private int formerSize;
  private final Map<Member, Report> reports = new HashMap<>();
  private final Map<Member, Report> early = new LinkedHashMap<>();
  private final Map<Address, Member> lost = new HashMap<>();
  private final Set<ViewId> past = new LinkedHashSet<>();
  private final Map<MacAddress, Member> speakers = new LinkedHashMap<>();
  private final Map<NodeName, List<Address>> addresses = new LinkedHashMap<>();
  private List<Address> peerAddresses = List.of();
  private final Map<MacAddress, Long> trailersAt = new HashMap<>();
  private final Map<Integer, Member> hashes = new LinkedHashMap<>();
  private final Lag lag = new Lag();

  Roster(Member self) {
    this.self = self;
  }

  /**
   * Installs a view: reports of the old one count no longer, but what its lost members held is
   * kept.
   */
  void install(View next) {
    lost.clear();
    if (view != null) {
      past.add(view.id());
      trim(past);
      formerSize = view.members().size();
      reports.forEach((member, report) -> {
        if (!next.contains(member)) {
          report.holds().keySet().forEach(address -> lost.put(address, member));
        }
      });
    }
    reports.clear();
    view = next;
    next.members().forEach(m -> hashes.put(Trailer.memberHash(m), m));
    early.forEach((member, report) -> {
      if (report.view().equals(next.id()) && next.contains(member)) {
        report(member, report);
      }
    });
    early.clear();
  }

  private static void trim(Set<ViewId> past) {
    if (past.size() > MAX_PAST) {
      past.remove(past.iterator().next());
    }
  }

  /**
   * Keeps a report made under a view that has not arrived here yet; the oldest one goes at the
   * bound.
   */
  void keepEarly(Member member, Report report) {
    early.put(member, report);
    if (early.size() > MAX_EARLY) {
      early.remove(early.keySet().iterator().next());
    }
  }

  void report(Member member, Report report) {
    reports.put(member, report);
    remember(member, report);
    for (ReportedLink link : report.links()) {
      if (speakers.size() < MAX_MACS) {
        speakers.put(link.mac(), member);
      }
    }
  }

  /** Keeps a peer's own addresses, also for the time when it is in no view with this member. */
  private void remember(Member member, Report report) {
    if (!member.equals(self)
        && (addresses.size() < MAX_PEERS || addresses.containsKey(member.node()))) {
      addresses.put(
          member.node(),
          report.links().stream()
              .flatMap(link -> link.subnets().stream())
              .map(ReportedSubnet::address)
              .toList());
      peerAddresses = addresses.values().stream().flatMap(List::stream).toList();
    }
  }

  /** The addresses of the peers' interfaces, as they last reported them. */
  List<Address> peerAddresses() {
    return peerAddresses;
  }

  Member self() {
    return self;
  }

  boolean hasView() {
    return view != null;
  }

  View view() {
    return Objects.requireNonNull(view, "asked before the first view");
  }

  boolean isMember(Member member) {
    return view != null && view.contains(member);
  }

  int formerSize() {
    return formerSize;
  }

  Set<ViewId> past() {
    return past;
  }

  Map<Member, Report> reports() {
    return reports;
  }

  @Nullable Report reportOf(Member member) {
    return reports.get(member);
  }

  /** Whether every member has reported under this view. */
  boolean isComplete() {
    if (view == null) {
      return false;
    }
    for (Member member : view.members()) {
      if (!reports.containsKey(member)) {
        return false;
      }
    }
    return true;
  }

  /** Whether everybody who has reported under this view sees the API as it is now. */
  boolean isFresh() {
    for (Report report : reports.values()) {
      if (!report.apiFresh()) {
        return false;
      }
    }
    return true;
  }

  /** Whether {@code member} said under this view that it holds {@code address}. */
  boolean holds(Member member, Address address) {
    Report report = reports.get(member);
    return report != null && report.holds().containsKey(address);
  }

  /** The member that held {@code address} when it dropped out of the view. */
  Optional<Member> lostHolder(Address address) {
    return Optional.ofNullable(lost.get(address));
  }

  /** Looks for members that lag behind; gives whether that changed. */
  boolean lookAtLag(long now) {
    return lag.look(reports, now);
  }

  /** The members whose picture of the API has stood still. */
  Set<Member> lagging() {
    return lag.lagging();
  }

  /**
   * The member that plans: the first with fresh API data that does not lag behind, else the first
   * with fresh data, else the first with any, else the first.
   */
  Member planner() {
    Member best = view().members().getFirst();
    int merits = 0;
    for (Member member : view().members()) {
      int its = merits(member);
      if (its > merits) {
        best = member;
        merits = its;
      }
    }
    return best;
  }

  private int merits(Member member) {
    Report report = reports.get(member);
    if (report == null || !report.factsKnown()) {
      return 0;
    }
    return !report.apiFresh() ? 1 : lag.lagging().contains(member) ? 2 : 3;
  }

  /** The speaker behind a frame, by its trailer or else its MAC. */
  Optional<Member> speaker(MacAddress mac, Optional<Trailer> trailer) {
    return trailer
        .map(t -> hashes.get(t.memberHash()))
        .or(() -> Optional.ofNullable(speakers.get(mac)))
        .filter(m -> !m.equals(self));
  }

  /** Whether a MAC is known to be a speaker's, of this view or another. */
  boolean isSpeaker(MacAddress mac) {
    return speakers.containsKey(mac);
  }

  /** Whether a trailer came from a MAC lately, so that nothing on the way strips them. */
  boolean showedTrailer(MacAddress mac, long now) {
    Long at = trailersAt.get(mac);
    return at != null && now - at <= TRAILER_MS;
  }

  /** Remembers the MAC of a frame that carried a speaker's trailer. */
  void sawSpeaker(MacAddress mac, Trailer trailer, long now) {
    if (trailersAt.size() < MAX_MACS || trailersAt.containsKey(mac)) {
      trailersAt.put(mac, now);
    }
    if (speakers.size() < MAX_MACS) {
      speakers.putIfAbsent(mac, Objects.requireNonNullElse(hashes.get(trailer.memberHash()), self));
    }
  }
}
