package io.harp.speaker.election;

import io.harp.model.Address;
import io.harp.model.NodeName;
import io.harp.speaker.election.Candidate.Standing;
import io.harp.speaker.protocol.Member;
import io.harp.speaker.protocol.Message.Group;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** What users want: an address on a node of their choice, for as long as they say so. */
public final class Wishes {

  private Wishes() {}

  /**
   * Where a group is wished and may go. A wish is no order: it counts only for a member in good
   * standing, and not while the address is left to somebody else, who would not let go.
   */
  static Optional<Member> of(Group group, List<Candidate> could, Situation s) {
    return group
        .wish()
        .filter(_ -> !s.isCeded(group))
        .flatMap(node ->
            could.stream()
                .filter(c -> c.standing() == Standing.GOOD && c.member().node().equals(node))
                .map(Candidate::member)
                .findFirst());
  }

  /** The wishes that are not fulfilled, with the reason, by the name of the group. */
  public static Map<Address, String> unmet(Situation s, boolean matchingSubnets) {
    Candidates candidates = s.candidates(matchingSubnets);
    Map<Address, String> unmet = new TreeMap<>();
    for (Group group : s.groups()) {
      group
          .wish()
          .flatMap(node -> whyNot(node, group, candidates.of(group), s))
          .ifPresent(why -> unmet.put(group.name(), why));
    }
    return unmet;
  }

  private static Optional<String> whyNot(
      NodeName node, Group group, List<Candidate> could, Situation s) {
    Optional<Candidate> candidate =
        could.stream().filter(c -> c.member().node().equals(node)).findFirst();
    if (candidate.isPresent()) {
      return switch (candidate.get().standing()) {
        case GOOD -> Optional.empty();
        case DOUBTFUL -> Optional.of("that node has left too often lately, or is out of date");
        case CUT_OFF -> Optional.of("that node does not reach the segment, or did not take it");
      };
    }
    if (!group.nodes().containsKey(node)) {
      return Optional.of("that node may not own it by its advertisements, endpoints or labels");
    }
    return Optional.of(
        s.view().members().stream().anyMatch(m -> m.node().equals(node))
            ? "the speaker of that node is leaving, or has no usable interface"
            : "no speaker of that node is there");
  }
}
