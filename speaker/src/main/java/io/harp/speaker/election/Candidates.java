package io.harp.speaker.election;

import io.harp.model.NodeName;
import io.harp.speaker.election.Candidate.Standing;
import io.harp.speaker.protocol.Member;
import io.harp.speaker.protocol.Message.Eligibility;
import io.harp.speaker.protocol.Message.Group;
import io.harp.speaker.protocol.Message.Report;
import io.harp.speaker.protocol.Message.ReportedLink;
import io.harp.speaker.protocol.Revision;
import io.harp.speaker.protocol.View;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Who could own an address: members that reported, on nodes the API allows, with a usable interface
 * for every address of the group, and not about to leave.
 *
 * @param reports of the members of {@code view}; who has not reported is no candidate yet
 * @param heldOff nodes that left too often lately
 * @param lagging members whose picture of the API has stood still
 * @param unresponsive members that did not take what was handed to them
 * @param revision how new the picture is by which the groups were made
 * @param matchingSubnets whether an interface is usable only if it has the address's subnet
 */
public record Candidates(
    View view,
    Map<Member, Report> reports,
    Set<NodeName> heldOff,
    Set<Member> lagging,
    Set<Member> unresponsive,
    Revision revision,
    boolean matchingSubnets) {

  /**
   * The candidates for {@code group} in view order; of two members of one node name only the
   * earlier one.
   */
  public List<Candidate> of(Group group) {
    Map<NodeName, Candidate> byNode = new HashMap<>();
    List<Candidate> candidates = new ArrayList<>();
    for (Member member : view.members()) {
      Report report = reports.get(member);
      Eligibility eligibility = group.nodes().get(member.node());
      if (report != null && eligibility != null && !report.draining()) {
        List<ReportedLink> links = usable(group, eligibility, report);
        if (!links.isEmpty()) {
          Candidate candidate =
              new Candidate(
                  member,
                  standing(group, member, report, serving(group, links)),
                  eligibility.score());
          if (byNode.putIfAbsent(member.node(), candidate) == null) {
            candidates.add(candidate);
          }
        }
      }
    }
    return candidates;
  }

  private List<ReportedLink> usable(Group group, Eligibility eligibility, Report report) {
    return report.links().stream()
        .filter(link -> eligibility.allows(link.name()))
        .filter(link -> !matchingSubnets || hasSubnetOf(group, link))
        .toList();
  }

  // Where an interface has the subnet of the addresses, the state of the others says nothing.
  private static List<ReportedLink> serving(Group group, List<ReportedLink> links) {
    List<ReportedLink> near = links.stream().filter(link -> hasSubnetOf(group, link)).toList();
    return near.isEmpty() ? links : near;
  }

  private static boolean hasSubnetOf(Group group, ReportedLink link) {
    return group.addresses().stream()
        .allMatch(a -> link.subnets().stream().anyMatch(s -> s.contains(a)));
  }

  private Standing standing(Group group, Member member, Report report, List<ReportedLink> links) {
    if (unresponsive.contains(member) && !holds(report, group)
        || links.stream().noneMatch(ReportedLink::ok)
        || refuses(report, group)) {
      return Standing.CUT_OFF;
    }
    return report.apiFresh() && !lagging.contains(member) && !heldOff.contains(member.node())
        ? Standing.GOOD
        : Standing.DOUBTFUL;
  }

  // Not to take what is new is no reason to take away what is held.
  private static boolean holds(Report report, Group group) {
    return group.addresses().stream().anyMatch(report.holds()::containsKey);
  }

  // It knows something newer that forbids it. Once that has come here too, the groups say so.
  private boolean refuses(Report report, Group group) {
    return revision.isBehind(report.revision())
        && group.addresses().stream().anyMatch(report.refused()::contains);
  }
}
