package io.harp.speaker.ownership;

import io.harp.model.Address;
import io.harp.model.MacAddress;
import io.harp.speaker.announcement.FramePort;
import io.harp.speaker.announcement.Held;
import io.harp.speaker.ownership.Journal.Release;
import io.harp.speaker.ownership.Settings.Rule;
import io.harp.speaker.protocol.Message.Group;
import io.harp.speaker.protocol.Message.Reason;
import io.harp.speaker.protocol.Trailer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * What this speaker does about each address that is planned here: it audits, holds, or has ceded
 * it.
 *
 * <pre>
 *   take -> AUDITING --silent--> HELD --outranked--> CEDED --two silent audits--> HELD
 *               \--answered--> CEDED
 * </pre>
 *
 * <p>Every change of a slot counts its {@code burst} up, and whatever was scheduled under an older
 * number does nothing: no frame of a finished tenure leaves late.
 */
final class Holdings {

  /** What the speaker around it knows, asked at the moment of need. */
  interface Surroundings {

    /** Whether a frame about an address may be sent now. */
    boolean maySend(long now);

    /**
     * The trailer of this speaker's frames about an address held since {@code since} (wall clock
     * ms, 0 for not held).
     */
    Trailer trailer(long since);

    /**
     * The interfaces on which to speak about an address: usable, and allowed by its advertisements.
     */
    Set<Integer> links(Address address);

    /** Whether the plan of the present view puts an address here; no other plan counts. */
    boolean plannedHere(Address address);

    /** Whether a MAC is known to be a speaker's. */
    boolean isSpeaker(MacAddress mac);

    /** The group of an address; null once nobody wants it any longer. */
    @Nullable Group group(Address address);

    /** The wall clock as it was at the start plus the time that passed since: it never jumps. */
    long wallMs(long now);
  }

  private enum Phase {
    AUDITING,
    HELD,
    CEDED
  }

  private static final class Slot {
    final Address address;
    final Reason reason;
    Phase phase = Phase.AUDITING;
    int burst;
    long since;
    @Nullable MacAddress answeredBy;
    boolean told;
    int silentAudits;

    Slot(Address address, Reason reason) {
      this.address = address;
      this.reason = reason;
    }
  }

  private final Settings settings;
  private final Agenda agenda;
  private final FramePort port;
  private final Journal journal;
  private final Surroundings around;
  private final Pace pace;
  // Sorted, so that a seed of the simulator always tells the same story.
  private final Map<Address, Slot> slots = new TreeMap<>();
  private boolean changed;

  Holdings(Settings settings, Agenda agenda, FramePort port, Journal journal, Surroundings around) {
    this.settings = settings;
    this.agenda = agenda;
    this.port = port;
    this.journal = journal;
    this.around = around;
    this.pace = new Pace(settings.announcementsPerSecond());
  }

  /**
   * Takes an address that nobody hands over: first asks the segment whether somebody still answers.
   *
   * @param unsure whether to give an owner that is only slow more time to answer
   */
  void take(Address address, Reason reason, boolean unsure, long now) {
    if (slots.containsKey(address)) {
      return;
    }
    Slot slot = new Slot(address, reason);
    slots.put(address, slot);
    if (!settings.has(Rule.AUDIT)) {
      hold(slot, now);
      return;
    }
    audit(slot, unsure, now);
  }

  /** Takes an address without asking: it is handed over, or its owner was just found silent. */
  void claim(Address address, Reason reason, long now) {
    Slot slot = slots.get(address);
    if (slot != null && slot.phase == Phase.HELD) {
      return;
    }
    if (slot != null) {
      // What the old slot still has on the agenda must not claim a second time.
      slot.burst++;
    }
    slot = new Slot(address, reason);
    slots.put(address, slot);
    hold(slot, now);
  }

  /** Stops answering for an address, or trying to. */
  void release(Address address, Release why) {
    Slot slot = slots.remove(address);
    if (slot != null) {
      slot.burst++;
      if (slot.phase == Phase.HELD) {
        changed = true;
        journal.released(address, why);
      }
    }
  }

  void releaseAll(Release why) {
    List.copyOf(slots.keySet()).forEach(address -> release(address, why));
  }

  /**
   * Gives way to another speaker, and keeps asking whether it is still there: yielding is a lease.
   */
  void giveWay(Address address, MacAddress to, long now) {
    Slot slot = slots.get(address);
    if (slot != null && slot.phase == Phase.HELD) {
      changed = true;
      journal.released(address, Release.OUTRANKED);
      slot.told = false;
      cede(slot, to, now + 5);
    }
  }

  /**
   * Another host said it has an address.
   *
   * @return whether this was the answer to an audit, so that there is nothing else to judge
   */
  boolean answered(Address address, MacAddress by) {
    Slot slot = slots.get(address);
    if (slot == null || slot.phase == Phase.HELD) {
      return slot == null;
    }
    slot.answeredBy = by;
    return true;
  }

  /**
   * Another speaker audits the same address at the same time: of the two, the lower hash gives way.
   */
  void rivalAudit(Address address, MacAddress by, Trailer theirs) {
    Slot slot = slots.get(address);
    if (slot != null
        && slot.phase == Phase.AUDITING
        && theirs.memberHash() > around.trailer(0).memberHash()) {
      slot.answeredBy = by;
    }
  }

  boolean holds(Address address) {
    Slot slot = slots.get(address);
    return slot != null && slot.phase == Phase.HELD;
  }

  /** Since when an address is held, wall clock in ms; 0 if it is not. */
  long since(Address address) {
    Slot slot = slots.get(address);
    return slot == null ? 0 : slot.since;
  }

  Map<Address, Long> held() {
    Map<Address, Long> held = new HashMap<>();
    for (Slot slot : slots.values()) {
      if (slot.phase == Phase.HELD) {
        held.put(slot.address, slot.since);
      }
    }
    return held;
  }

  Set<Address> ceded() {
    Set<Address> ceded = new HashSet<>();
    for (Slot slot : slots.values()) {
      if (slot.phase == Phase.CEDED) {
        ceded.add(slot.address);
      }
    }
    return ceded;
  }

  /** All addresses it is concerned with, in whatever phase. */
  Set<Address> concerned() {
    return new TreeSet<>(slots.keySet());
  }

  /** Announces a held address again, once. */
  void reclaim(Address address, long now) {
    Slot slot = slots.get(address);
    if (slot != null && slot.phase == Phase.HELD) {
      sendAnnouncement(slot, now);
    }
  }

  /**
   * Announces everything held again, with the whole burst: the segment may have forgotten or never
   * heard it.
   */
  void reassert(long now) {
    if (settings.has(Rule.REASSERT)) {
      for (Slot slot : slots.values()) {
        if (slot.phase == Phase.HELD) {
          slot.burst++;
          burst(slot, now);
        }
      }
    }
  }

  /**
   * Tells the rivals of another view what is held here, without touching a cache: who outranks it
   * says so.
   */
  void challenge(long now) {
    for (Slot slot : slots.values()) {
      if (slot.phase == Phase.HELD) {
        probe(slot, slot.since, now);
      }
    }
  }

  /** Asks the segment whether somebody else has an address held here. */
  void challenge(Address address, long now) {
    Slot slot = slots.get(address);
    if (slot != null && slot.phase == Phase.HELD) {
      probe(slot, slot.since, now);
    }
  }

  /**
   * Marks that links or groups changed, so that the next {@link #takeChange} gives a new picture.
   */
  void touch() {
    changed = true;
  }

  /** The new picture for the responder, if anything changed since the last one. */
  Optional<Held> takeChange() {
    if (!changed) {
      return Optional.empty();
    }
    changed = false;
    Map<Address, Set<Integer>> links = new HashMap<>();
    for (Slot slot : slots.values()) {
      if (slot.phase == Phase.HELD) {
        links.put(slot.address, around.links(slot.address));
      }
    }
    return Optional.of(Held.of(links));
  }

  private void audit(Slot slot, boolean unsure, long now) {
    int burst = ++slot.burst;
    for (long after : unsure ? settings.longAuditProbesMs() : settings.auditProbesMs()) {
      if (after == 0) {
        probe(slot, 0, now);
      } else {
        agenda.at(
            now + after,
            then -> {
              if (slot.burst == burst && slot.answeredBy == null) {
                probe(slot, 0, then);
              }
            });
      }
    }
    agenda.at(
        now + (unsure ? settings.longAuditMs() : settings.auditMs()),
        then -> {
          if (slot.burst == burst) {
            judgeAudit(slot, then);
          }
        });
  }

  private void judgeAudit(Slot slot, long now) {
    MacAddress by = slot.answeredBy;
    // What comes after the judgement is an answer all the same: it counts for the next audit.
    slot.answeredBy = null;
    if (by != null) {
      slot.silentAudits = 0;
      cede(slot, by, now + settings.cededMs());
    } else if (slot.phase == Phase.CEDED && ++slot.silentAudits < 2) {
      auditLater(slot, now);
    } else {
      hold(slot, now);
    }
  }

  private void cede(Slot slot, MacAddress to, long nextAudit) {
    boolean first = slot.phase != Phase.CEDED;
    boolean stranger = !around.isSpeaker(to);
    slot.phase = Phase.CEDED;
    slot.since = 0;
    slot.silentAudits = 0;
    changed |= first;
    // A speaker never met before shows who it is before the second audit.
    if (!slot.told && !(first && stranger)) {
      slot.told = true;
      journal.ceded(slot.address, to, stranger);
    }
    auditLater(slot, nextAudit);
  }

  private void auditLater(Slot slot, long when) {
    int burst = ++slot.burst;
    if (settings.has(Rule.CEDED_LEASE)) {
      agenda.at(
          when,
          then -> {
            if (slot.burst == burst) {
              audit(slot, false, then);
            }
          });
    }
  }

  private void hold(Slot slot, long now) {
    Group group = around.group(slot.address);
    if (group == null || !around.maySend(now) || !around.plannedHere(slot.address)) {
      // Forgotten, not queued: when the fence opens or a plan of this view comes, it is read anew.
      slots.remove(slot.address, slot);
      slot.burst++;
      return;
    }
    slot.phase = Phase.HELD;
    slot.since = around.wallMs(now);
    slot.burst++;
    changed = true;
    journal.claimed(slot.address, group, slot.reason, slot.since);
    burst(slot, now);
  }

  private void burst(Slot slot, long now) {
    int burst = slot.burst;
    for (long after : settings.burstMs()) {
      if (after == 0) {
        announceInTurn(slot, burst, now);
      } else {
        agenda.at(now + after, then -> announceInTurn(slot, burst, then));
      }
    }
    refreshLater(slot, burst, now);
  }

  private void refreshLater(Slot slot, int burst, long now) {
    if (settings.refreshMs() > 0) {
      // Jittered by the address, so that many addresses of one takeover drift apart, and a seed
      // repeats itself.
      long tenth = settings.refreshMs() / 10;
      long jitter = tenth == 0 ? 0 : Math.floorMod(slot.address.hashCode() * 31L + now, 2 * tenth);
      agenda.at(
          now + settings.refreshMs() - tenth + jitter,
          then -> {
            if (slot.burst == burst && slot.phase == Phase.HELD) {
              announceInTurn(slot, burst, then);
              refreshLater(slot, burst, then);
            }
          });
    }
  }

  private void announceInTurn(Slot slot, int burst, long now) {
    if (slot.burst != burst || slot.phase != Phase.HELD) {
      return;
    }
    long turn = pace.next(now);
    if (turn <= now) {
      sendAnnouncement(slot, now);
      return;
    }
    agenda.at(
        turn,
        then -> {
          if (slot.burst == burst && slot.phase == Phase.HELD) {
            sendAnnouncement(slot, then);
          }
        });
  }

  private void sendAnnouncement(Slot slot, long now) {
    if (around.maySend(now)) {
      Optional<Trailer> trailer = Optional.of(around.trailer(slot.since));
      for (int link : around.links(slot.address)) {
        port.announce(link, slot.address, trailer);
      }
      journal.announced(slot.address);
    }
  }

  private void probe(Slot slot, long since, long now) {
    if (since == 0 || around.maySend(now)) {
      Optional<Trailer> trailer = Optional.of(around.trailer(since));
      for (int link : around.links(slot.address)) {
        port.probe(link, slot.address, trailer);
      }
    }
  }

  /** Whether nothing is held any longer. */
  boolean isEmpty() {
    return slots.values().stream().noneMatch(s -> s.phase == Phase.HELD);
  }

  /** The addresses held though the plan names another owner. */
  List<Address> heldBeyond(java.util.function.Predicate<Address> plannedHere) {
    List<Address> beyond = new ArrayList<>();
    for (Slot slot : slots.values()) {
      if (slot.phase == Phase.HELD && !plannedHere.test(slot.address)) {
        beyond.add(slot.address);
      }
    }
    return beyond;
  }
}
