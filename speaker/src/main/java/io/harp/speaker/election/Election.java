package io.harp.speaker.election;

import io.harp.model.Address;
import io.harp.speaker.election.Candidate.Standing;
import io.harp.speaker.protocol.Member;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Who shall own an address. The owner stays while it is a candidate; else, among the candidates of
 * the best standing, those preferred most, of these the one with the fewest addresses, ties by
 * SHA-256 of {@code node#address}. So a join or a return moves nothing, a loss moves only what was
 * lost, and what moves is spread evenly.
 *
 * <p>One instance serves one round: it counts what it gives out.
 */
public final class Election {

  private final boolean failback;
  private final Map<Member, Integer> load = new HashMap<>();

  /**
   * @param failback whether a candidate that is preferred more than the owner takes over from it
   */
  public Election(boolean failback) {
    this.failback = failback;
  }

  /** Counts {@code addresses} more at {@code owner}. */
  public void count(Member owner, int addresses) {
    load.merge(owner, addresses, Integer::sum);
  }

  /** How many addresses {@code member} has by now. */
  public int load(Member member) {
    return load.getOrDefault(member, 0);
  }

  /** Whether the present owner keeps its group of addresses. */
  public boolean keeps(Member owner, List<Candidate> candidates) {
    Optional<Candidate> present =
        candidates.stream().filter(c -> c.member().equals(owner)).findFirst();
    if (present.isEmpty()) {
      return false;
    }
    Standing standing = present.get().standing();
    if (standing == Standing.CUT_OFF) {
      return candidates.stream().allMatch(c -> c.standing() == Standing.CUT_OFF);
    }
    return !failback
        || candidates.stream()
            .filter(c -> c.standing() == Standing.GOOD)
            .allMatch(c -> c.score() <= present.get().score());
  }

  /** The best candidate for the group named {@code name}; empty if there is none. */
  public Optional<Member> choose(Address name, List<Candidate> candidates) {
    return candidates.stream()
        .min(
            Comparator.comparing(Candidate::standing)
                .thenComparing(Comparator.comparingInt(Candidate::score).reversed())
                .thenComparingInt(c -> load(c.member()))
                .thenComparing(c -> tie(c.member(), name), Arrays::compareUnsigned)
                .thenComparing(Candidate::member))
        .map(Candidate::member);
  }

  private static byte[] tie(Member member, Address name) {
    try {
      return MessageDigest.getInstance("SHA-256")
          .digest((member.node() + "#" + name).getBytes(StandardCharsets.UTF_8));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }
}
