package io.harp.speaker.ownership;

import io.harp.speaker.protocol.Member;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/**
 * Members that did not take what was handed to them. Each is chosen last for five seconds, and
 * twice as long each time it fails again, up to five minutes: a wish or a preference that cannot be
 * fulfilled must not move an address to and fro. Bounded by the members that ever failed and are
 * forgotten after ten quiet minutes.
 */
final class Unresponsive {

  private static final long FIRST_MS = 5_000;
  private static final long LONGEST_MS = 300_000;
  private static final long FORGET_MS = 600_000;

  private record Failure(long until, long lastedMs) {}

  private final Map<Member, Failure> failures = new HashMap<>();

  /** A member has failed; gives until when it is chosen last. */
  long failed(Member member, long now) {
    Failure before = failures.get(member);
    if (before != null && now < before.until()) {
      return before.until();
    }
    long ms = before == null ? FIRST_MS : Math.min(LONGEST_MS, 2 * before.lastedMs());
    failures.put(member, new Failure(now + ms, ms));
    return now + ms;
  }

  /** The members to be chosen last at {@code now}. */
  Set<Member> at(long now) {
    failures.values().removeIf(f -> now - f.until() > FORGET_MS);
    return Set.copyOf(
        failures.entrySet().stream()
            .filter(e -> now < e.getValue().until())
            .map(Map.Entry::getKey)
            .toList());
  }
}
