package io.harp.speaker.election;

import io.harp.model.Address;
import io.harp.model.NodeName;
import io.harp.speaker.election.Candidate.Standing;
import io.harp.speaker.protocol.Member;
import io.harp.speaker.protocol.Message.Eligibility;
import io.harp.speaker.protocol.Message.Group;
import io.harp.speaker.protocol.Message.Report;
import io.harp.speaker.protocol.Message.ReportedLink;
import io.harp.speaker.protocol.Message.ReportedSubnet;
import io.harp.speaker.protocol.Revision;
import io.harp.speaker.protocol.View;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Who could own an address: members that reported, on nodes the API allows, with a usable interface
 * for every address of the group, and not about to leave.
 *
 * <p>A plan asks it for each of thousands of groups, so what is the same for all of them is looked
 * up once, and no streams are made on the way.
 */
public final class Candidates {

  /** A member that may be a candidate, and what is the same for all groups. */
  private record Present(Member member, Report report, boolean willing, boolean good) {}

  private final List<Present> present = new ArrayList<>();
  private final Revision revision;
  private final boolean matchingSubnets;

  /**
   * @param reports of the members of {@code view}; who has not reported is no candidate yet
   * @param heldOff nodes that left too often lately
   * @param lagging members whose picture of the API has stood still
   * @param unresponsive members that did not take what was handed to them
   * @param revision how new the picture is by which the groups were made
   * @param matchingSubnets whether an interface is usable only if it has the address's subnet
   */
  public Candidates(
      View view,
      Map<Member, Report> reports,
      Set<NodeName> heldOff,
      Set<Member> lagging,
      Set<Member> unresponsive,
      Revision revision,
      boolean matchingSubnets) {
    this.revision = revision;
    this.matchingSubnets = matchingSubnets;
    for (Member member : view.members()) {
      Report report = reports.get(member);
      if (report != null && !report.draining()) {
        boolean good =
            report.apiFresh() && !lagging.contains(member) && !heldOff.contains(member.node());
        present.add(new Present(member, report, !unresponsive.contains(member), good));
      }
    }
  }

  /**
   * The candidates for {@code group} in view order; of two members of one node name only the
   * earlier one.
   */
  public List<Candidate> of(Group group) {
    Set<NodeName> nodes = new HashSet<>();
    List<Candidate> candidates = new ArrayList<>(present.size());
    for (Present each : present) {
      NodeName node = each.member().node();
      Eligibility eligibility = group.nodes().get(node);
      if (eligibility != null) {
        List<ReportedLink> links = usable(group, eligibility, each.report());
        if (!links.isEmpty() && nodes.add(node)) {
          candidates.add(
              new Candidate(each.member(), standing(group, each, links), eligibility.score()));
        }
      }
    }
    return candidates;
  }

  private List<ReportedLink> usable(Group group, Eligibility eligibility, Report report) {
    List<ReportedLink> usable = new ArrayList<>(report.links().size());
    for (ReportedLink link : report.links()) {
      if (eligibility.allows(link.name()) && (!matchingSubnets || hasSubnetOf(group, link))) {
        usable.add(link);
      }
    }
    return usable;
  }

  // Where an interface has the subnet of the addresses, the state of the others says nothing.
  private static boolean isServing(Group group, List<ReportedLink> links) {
    boolean near = false;
    boolean ok = false;
    for (ReportedLink link : links) {
      if (hasSubnetOf(group, link)) {
        if (link.ok()) {
          return true;
        }
        near = true;
      }
      ok |= link.ok();
    }
    return ok && !near;
  }

  private static boolean hasSubnetOf(Group group, ReportedLink link) {
    for (Address address : group.addresses()) {
      if (!hasSubnetOf(address, link)) {
        return false;
      }
    }
    return true;
  }

  private static boolean hasSubnetOf(Address address, ReportedLink link) {
    for (ReportedSubnet subnet : link.subnets()) {
      if (subnet.contains(address)) {
        return true;
      }
    }
    return false;
  }

  private Standing standing(Group group, Present of, List<ReportedLink> links) {
    if (!of.willing() && !holds(of.report(), group)
        || !isServing(group, links)
        || refuses(of.report(), group)) {
      return Standing.CUT_OFF;
    }
    return of.good() ? Standing.GOOD : Standing.DOUBTFUL;
  }

  // Not to take what is new is no reason to take away what is held.
  private static boolean holds(Report report, Group group) {
    return group.addresses().stream().anyMatch(report.holds()::containsKey);
  }

  // It knows something newer that forbids it. Once that has come here too, the groups say so.
  private boolean refuses(Report report, Group group) {
    return !report.refused().isEmpty()
        && revision.isBehind(report.revision())
        && group.addresses().stream().anyMatch(report.refused()::contains);
  }
}
