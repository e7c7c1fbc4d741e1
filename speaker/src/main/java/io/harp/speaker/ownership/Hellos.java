package io.harp.speaker.ownership;

import io.harp.model.NodeName;
import io.harp.speaker.ownership.Journal.Incident;
import io.harp.speaker.ownership.Settings.Rule;
import io.harp.speaker.protocol.Member;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * While a speaker that should be there is missing from the view, asks the segment whether it is
 * only the membership that lost it: two holders that begin to hear each other again learn so within
 * a hello, long before a merge.
 */
final class Hellos {

  private static final long EAGER_MS = 60_000;
  private static final long PATIENT_MS = 1_000;
  private static final int EAGER_ANSWERS = 3;

  private static final int MAX_CONTACTS = 256;

  /** An audit of many addresses is one hello. */
  private static final long EAGER_PAUSE_MS = 20;

  /** Who was silent for longer may have held addresses meanwhile that it did not speak of. */
  private static final long SILENCE_MS = 200;

  private static final class Contact {
    int answers;
    long heardAt = Long.MIN_VALUE / 2;
    long answeredAt = Long.MIN_VALUE / 2;
  }

  private final Settings settings;
  private final Roster roster;
  private final Journal journal;
  private final Runnable hello;
  private Set<NodeName> told = Set.of();
  private Set<NodeName> expected = Set.of();
  private long viewAt;
  private long nextMs = Long.MAX_VALUE;
  private final Map<Integer, Contact> contacts = new LinkedHashMap<>();

  Hellos(Settings settings, Roster roster, Journal journal, Runnable hello) {
    this.journal = journal;
    this.settings = settings;
    this.roster = roster;
    this.hello = hello;
  }

  void view(long now) {
    viewAt = now;
    nextMs = now + settings.helloMs();
    contacts.clear();
  }

  /** The nodes whose speakers should be there. */
  void expected(Set<NodeName> nodes) {
    expected = Set.copyOf(nodes);
    if (nextMs == Long.MAX_VALUE && roster.hasView()) {
      nextMs = viewAt;
    }
  }

  void run(long now) {
    if (now < nextMs) {
      return;
    }
    Set<NodeName> missing = settings.has(Rule.HELLO) && roster.hasView() ? missing() : Set.of();
    tell(missing);
    if (missing.isEmpty()) {
      nextMs = Long.MAX_VALUE;
      return;
    }
    hello.run();
    nextMs = now + (now - viewAt < EAGER_MS ? settings.helloMs() : PATIENT_MS);
  }

  long next() {
    return nextMs;
  }

  /**
   * Whether a hello of a foreign speaker is to be answered now: the first ones after a silence
   * each, later ones once a second. At the bound the speaker that was met first is forgotten, and
   * is answered as new.
   *
   * @param who the hash of the member
   */
  boolean answer(int who, long now) {
    Contact contact = contacts.computeIfAbsent(who, _ -> new Contact());
    if (contacts.size() > MAX_CONTACTS) {
      contacts.remove(contacts.keySet().iterator().next());
    }
    if (now - contact.heardAt > SILENCE_MS) {
      contact.answers = 0;
    }
    contact.heardAt = now;
    long pause = contact.answers < EAGER_ANSWERS ? EAGER_PAUSE_MS : PATIENT_MS;
    if (now - contact.answeredAt >= pause) {
      contact.answers++;
      contact.answeredAt = now;
      return true;
    }
    return false;
  }

  private void tell(Set<NodeName> missing) {
    if (!missing.isEmpty() && !missing.equals(told)) {
      journal.happened(Incident.HELLO, "asking the segment for the speakers of " + missing);
    } else if (missing.isEmpty() && !told.isEmpty()) {
      journal.happened(Incident.HELLO_OVER, "no speaker is missing any longer");
    }
    told = missing;
  }

  private Set<NodeName> missing() {
    Set<NodeName> missing = new TreeSet<>(expected);
    if (roster.hasView()) {
      for (Member member : roster.view().members()) {
        missing.remove(member.node());
      }
    }
    return missing;
  }
}
