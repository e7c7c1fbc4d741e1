package io.harp.speaker.election;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.harp.model.Address;
import io.harp.model.MacAddress;
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
import io.harp.speaker.protocol.ViewId;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Which interfaces a node has decides whether it is a candidate. */
class CandidatesTest {

  private static final Member A = new Member(new NodeName("a"), 1);
  private static final Member B = new Member(new NodeName("b"), 2);
  private static final View VIEW = new View(new ViewId(1, A), List.of(A, B), false);

  private static final ReportedLink ETH0 = link("eth0", true, "192.0.2.10");
  private static final ReportedLink ETH0_DOWN = link("eth0", false, "192.0.2.10");
  private static final ReportedLink ETH1 = link("eth1", true, "198.51.100.10");
  private static final ReportedLink ETH1_DOWN = link("eth1", false, "198.51.100.10");

  @Test
  void onlyNodesWithAnInterfaceOfTheAdvertisementAreCandidates() {
    Group group = group("192.0.2.100", Set.of("eth1", "eth2"));
    assertEquals(List.of(B), members(false, List.of(ETH0), List.of(ETH0, ETH1), group));
    assertEquals(List.of(), members(false, List.of(ETH0), List.of(ETH0), group));
    assertEquals(
        List.of(A, B),
        members(false, List.of(ETH0), List.of(ETH0), group("192.0.2.100", Set.of())),
        "every interface will do");
  }

  @Test
  void theStateOfInterfacesThatMayNotSpeakSaysNothing() {
    Group group = group("192.0.2.100", Set.of("eth1"));
    assertEquals(
        List.of(Standing.CUT_OFF, Standing.GOOD),
        standings(group, List.of(ETH0, ETH1_DOWN), List.of(ETH1)));
  }

  @Test
  void whereAnInterfaceHasTheSubnetTheStateOfTheOthersSaysNothing() {
    Group group = group("198.51.100.100", Set.of());
    assertEquals(
        List.of(Standing.CUT_OFF, Standing.GOOD),
        standings(group, List.of(ETH0, ETH1_DOWN), List.of(ETH0_DOWN, ETH1)));
    assertEquals(
        List.of(Standing.GOOD, Standing.CUT_OFF),
        standings(group, List.of(ETH0), List.of(ETH0_DOWN)),
        "nobody has the subnet");
  }

  @Test
  void matchingLeavesOutNodesWithoutTheSubnetOfTheAddress() {
    Group group = group("198.51.100.100", Set.of());
    assertEquals(List.of(B), members(true, List.of(ETH0), List.of(ETH0, ETH1), group));
    assertEquals(List.of(A, B), members(false, List.of(ETH0), List.of(ETH0, ETH1), group));
    assertEquals(
        List.of(), members(true, List.of(ETH0), List.of(ETH0), group), "nobody has the subnet");
  }

  @Test
  void matchingAndTheAdvertisementMustBothAllowTheSameInterface() {
    Group group = group("198.51.100.100", Set.of("eth0"));
    assertEquals(List.of(), members(true, List.of(ETH0), List.of(ETH0, ETH1), group));
  }

  private static List<Standing> standings(
      Group group, List<ReportedLink> ofA, List<ReportedLink> ofB) {
    return candidates(false, ofA, ofB).of(group).stream().map(Candidate::standing).toList();
  }

  private static List<Member> members(
      boolean matching, List<ReportedLink> ofA, List<ReportedLink> ofB, Group group) {
    return candidates(matching, ofA, ofB).of(group).stream().map(Candidate::member).toList();
  }

  private static Candidates candidates(
      boolean matching, List<ReportedLink> ofA, List<ReportedLink> ofB) {
    return new Candidates(
        VIEW,
        Map.of(A, report(ofA), B, report(ofB)),
        Set.of(),
        Set.of(),
        Set.of(),
        Revision.of(1),
        matching);
  }

  private static Group group(String address, Set<String> interfaces) {
    Eligibility eligibility = new Eligibility(0, interfaces);
    return new Group(
        List.of(Address.parse(address)),
        List.of(),
        Map.of(A.node(), eligibility, B.node(), eligibility));
  }

  private static ReportedLink link(String name, boolean ok, String address) {
    return new ReportedLink(
        name,
        MacAddress.parse("02:00:00:00:00:01"),
        ok,
        List.of(new ReportedSubnet(Address.parse(address), 24)));
  }

  private static Report report(List<ReportedLink> links) {
    return new Report(
        VIEW.id(),
        0,
        Optional.empty(),
        true,
        Revision.of(1),
        1,
        true,
        false,
        links,
        Map.of(),
        Set.of(),
        Set.of());
  }
}
