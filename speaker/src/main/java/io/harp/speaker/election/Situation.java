package io.harp.speaker.election;

import io.harp.model.Address;
import io.harp.model.NodeName;
import io.harp.speaker.protocol.Member;
import io.harp.speaker.protocol.Message.Group;
import io.harp.speaker.protocol.Message.Plan;
import io.harp.speaker.protocol.Message.Reason;
import io.harp.speaker.protocol.Message.Report;
import io.harp.speaker.protocol.Revision;
import io.harp.speaker.protocol.View;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What the planner knows.
 *
 * @param reports under this view, by member
 * @param revision how new the picture is by which the groups were made
 * @param present the newest plan of this view, empty before the first
 * @param former the newest plan of an earlier view, consulted where nobody reported to hold an
 *     address
 * @param placeNew whether addresses that never had an owner may be placed now, or wait for members
 *     still expected
 * @param heldOff nodes that left too often lately
 * @param lagging members whose picture of the API has stood still
 * @param unresponsive members that did not take what was handed to them: chosen last
 * @param moves groups that shall go elsewhere, by name
 */
public record Situation(
    View view,
    Member self,
    Map<Member, Report> reports,
    Revision revision,
    List<Group> groups,
    Optional<Plan> present,
    Optional<Plan> former,
    boolean placeNew,
    Set<NodeName> heldOff,
    Set<Member> lagging,
    Set<Member> unresponsive,
    Map<Address, Move> moves) {

  /** Where a group shall go, and why. */
  public record Move(Member to, Reason reason) {}

  /** Who could own what in this situation. */
  Candidates candidates(boolean matchingSubnets) {
    return new Candidates(view, reports, heldOff, lagging, unresponsive, revision, matchingSubnets);
  }

  /** Whether somebody else still answers for an address of the group, by what its owner says. */
  boolean isCeded(Group group) {
    return reports.values().stream()
        .anyMatch(r -> group.addresses().stream().anyMatch(r.ceded()::contains));
  }
}
