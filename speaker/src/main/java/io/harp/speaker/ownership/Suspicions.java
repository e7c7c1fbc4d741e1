package io.harp.speaker.ownership;

import io.harp.model.Address;
import io.harp.speaker.protocol.Member;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Audits a member while it is only suspected, so that asking the segment costs no time once the
 * view has gone on without it: two of its addresses are probed, and if neither is answered, all of
 * its addresses may be claimed at once.
 */
final class Suspicions {

  /** How long a proof of silence holds, in milliseconds. */
  private static final long PROOF_MS = 250;

  private static final long REPEAT_MS = 60;
  private static final int ROUNDS = 10;

  /** Sends one probe for an address. */
  @FunctionalInterface
  interface Asking {
    void probe(Address address);
  }

  private final Settings settings;
  private final Agenda agenda;
  private final Asking asking;
  private final Map<Member, Long> silentAt = new HashMap<>();
  private final Map<Member, Set<Address>> asked = new HashMap<>();
  private final Set<Member> answered = new HashSet<>();

  Suspicions(Settings settings, Agenda agenda, Asking asking) {
    this.settings = settings;
    this.agenda = agenda;
    this.asking = asking;
  }

  /** {@code member} has gone silent; {@code held} are two of the addresses it said it held. */
  void suspect(Member member, List<Address> held, long now) {
    if (held.isEmpty() || asked.containsKey(member)) {
      return;
    }
    asked.put(member, Set.copyOf(held));
    round(member, held, 0, now);
  }

  private void round(Member member, List<Address> held, int n, long now) {
    if (n == ROUNDS) {
      asked.remove(member);
      silentAt.remove(member);
      return;
    }
    answered.remove(member);
    held.forEach(asking::probe);
    agenda.at(now + settings.auditProbesMs().getLast(), _ -> held.forEach(asking::probe));
    agenda.at(now + settings.auditMs(), then -> judge(member, then));
    agenda.at(now + REPEAT_MS, then -> round(member, held, n + 1, then));
  }

  private void judge(Member member, long now) {
    if (answered.contains(member)) {
      silentAt.remove(member);
    } else {
      silentAt.put(member, now);
    }
  }

  /** Somebody answered for {@code address}. */
  void answered(Address address) {
    asked.forEach((member, addresses) -> {
      if (addresses.contains(address)) {
        answered.add(member);
        silentAt.remove(member);
      }
    });
  }

  /** Whether the segment was just asked about {@code member} and nobody answered in its place. */
  boolean isSilent(Member member, long now) {
    Long at = silentAt.get(member);
    return at != null && now - at <= PROOF_MS;
  }
}
