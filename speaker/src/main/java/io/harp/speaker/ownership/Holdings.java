package io.harp.speaker.ownership;

import io.harp.model.Address;
import io.harp.model.MacAddress;
import io.harp.speaker.announcement.FramePort;
import io.harp.speaker.announcement.Held;
import io.harp.speaker.ownership.Journal.Release;
import io.harp.speaker.ownership.Settings.Audit;
import io.harp.speaker.ownership.Settings.Rule;
import io.harp.speaker.ownership.Slot.Phase;
import io.harp.speaker.protocol.Message.Group;
import io.harp.speaker.protocol.Message.Reason;
import io.harp.speaker.protocol.Trailer;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What this speaker does about each address that is planned here: it audits, holds, or has ceded
 * it.
 *
 * <pre>
 *   take -> AUDITING --silent--> HELD --outranked--> CEDED --two silent audits--> HELD
 *               \--answered--> CEDED
 * </pre>
 */
final class Holdings {

  private static final int CHALLENGED_AT_ONCE = 50;

  private final Settings settings;
  private final Agenda agenda;
  private final Journal journal;
  private final Surroundings around;
  private final Voice voice;
  private final Slots slots = new Slots();
  private boolean changed;

  Holdings(Settings settings, Agenda agenda, FramePort port, Journal journal, Surroundings around) {
    this.settings = settings;
    this.agenda = agenda;
    this.journal = journal;
    this.around = around;
    this.voice = new Voice(settings, agenda, port, journal, around);
  }

  /**
   * Takes an address that nobody hands over: first asks the segment whether somebody still answers.
   *
   * @param unsure whether to give an owner that is only slow more time to answer
   */
  void take(Address address, Reason reason, boolean unsure, long now) {
    if (slots.contains(address)) {
      return;
    }
    Slot slot = new Slot(address, reason);
    slots.put(slot);
    if (!settings.has(Rule.AUDIT)) {
      hold(slot, now);
      return;
    }
    Audit usual = unsure ? settings.longAudit() : settings.audit();
    audit(slot, reason == Reason.PLACED ? settings.placementAudit(usual) : usual, now);
  }

  /** Takes an address without asking: it is handed over, or its owner was just found silent. */
  void claim(Address address, Reason reason, long now) {
    Slot slot = slots.get(address);
    if (slot != null && slot.isHeld()) {
      return;
    }
    if (slot != null) {
      // What the old slot still has on the agenda must not claim a second time.
      slot.burst++;
    }
    slot = new Slot(address, reason);
    slots.put(slot);
    hold(slot, now);
  }

  /** Stops answering for an address, or trying to. */
  void release(Address address, Release why) {
    Slot slot = slots.remove(address);
    if (slot != null) {
      slot.burst++;
      if (slot.isHeld()) {
        changed = true;
        journal.released(address, why);
      }
    }
  }

  void releaseAll(Release why) {
    List.copyOf(slots.concerned()).forEach(address -> release(address, why));
  }

  /**
   * Gives way to another speaker, and keeps asking whether it is still there: yielding is a lease.
   *
   * @param askAt when to ask for the first time
   */
  void giveWay(Address address, MacAddress to, long askAt) {
    Slot slot = slots.ifHeld(address);
    if (slot != null) {
      changed = true;
      journal.released(address, Release.OUTRANKED);
      slot.told = false;
      cede(slot, to, askAt);
    }
  }

  /**
   * Another host said it has an address.
   *
   * @return whether this was the answer to an audit, so that there is nothing else to judge
   */
  boolean answered(Address address, MacAddress by) {
    Slot slot = slots.get(address);
    if (slot == null || slot.isHeld()) {
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

  /** Announces a held address again, once. */
  void reclaim(Address address, long now) {
    Slot slot = slots.ifHeld(address);
    if (slot != null) {
      voice.announce(slot, now);
    }
  }

  /**
   * Announces everything held again, with the whole burst: the segment may have forgotten or never
   * heard it.
   *
   * @return how many addresses
   */
  int reassert(long now) {
    if (!settings.has(Rule.REASSERT)) {
      return 0;
    }
    List<Slot> held = slots.allHeld();
    for (Slot slot : held) {
      slot.burst++;
      voice.burst(slot, now);
    }
    return held.size();
  }

  /**
   * Tells the rivals of another view what is held here, without touching a cache: who outranks it
   * says so. {@link #CHALLENGED_AT_ONCE} at a time: a thousand questions in one go take up to half
   * a second, twice the right to send.
   */
  void challenge(long now) {
    challenge(slots.allHeld(), now);
  }

  private void challenge(List<Slot> held, long now) {
    int part = Math.min(CHALLENGED_AT_ONCE, held.size());
    for (Slot slot : held.subList(0, part)) {
      if (slot.isHeld()) {
        voice.probe(slot, slot.since, now);
      }
    }
    if (part < held.size()) {
      agenda.at(now + 1, then -> challenge(held.subList(part, held.size()), then));
    }
  }

  /** Asks the segment whether somebody else has an address held here. */
  void challenge(Address address, long now) {
    Slot slot = slots.ifHeld(address);
    if (slot != null) {
      voice.probe(slot, slot.since, now);
    }
  }

  private void audit(Slot slot, Audit audit, long now) {
    int burst = ++slot.burst;
    for (long after : audit.probesMs()) {
      if (after == 0) {
        voice.probe(slot, 0, now);
      } else {
        agenda.at(
            now + after,
            then -> {
              if (slot.burst == burst && slot.answeredBy == null) {
                voice.probe(slot, 0, then);
              }
            });
      }
    }
    agenda.at(
        now + audit.endsMs(),
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
              audit(slot, settings.audit(), then);
            }
          });
    }
  }

  private void hold(Slot slot, long now) {
    Group group = around.group(slot.address);
    if (group == null || !around.maySend(now) || !around.plannedHere(slot.address)) {
      // Forgotten, not queued: when the fence opens or a plan of this view comes, it is read anew.
      slots.remove(slot);
      slot.burst++;
      return;
    }
    slot.phase = Phase.HELD;
    slot.since = around.wallMs(now);
    slot.burst++;
    changed = true;
    journal.claimed(slot.address, group, slot.reason, slot.since);
    voice.burst(slot, now);
  }

  /** What it is concerned with, to look at. */
  Slots slots() {
    return slots;
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
    slots.allHeld().forEach(slot -> links.put(slot.address, around.links(slot.address)));
    return Optional.of(Held.of(links));
  }
}
