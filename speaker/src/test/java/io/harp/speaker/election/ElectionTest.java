package io.harp.speaker.election;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.harp.model.Address;
import io.harp.model.Ipv4;
import io.harp.model.NodeName;
import io.harp.speaker.election.Candidate.Standing;
import io.harp.speaker.protocol.Member;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class ElectionTest {

  private static final Address X = new Ipv4(0x0a00_0001);

  @Property
  void theSpreadAmongEqualCandidatesIsAtMostOne(
      @ForAll @IntRange(min = 1, max = 8) int members,
      @ForAll @IntRange(max = 60) int addresses,
      @ForAll int base) {
    List<Candidate> candidates = good(members);
    Election election = new Election(false);
    for (int i = 0; i < addresses; i++) {
      Member owner = election.choose(new Ipv4(base + i), candidates).orElseThrow();
      election.count(owner, 1);
    }
    int most = candidates.stream().mapToInt(c -> election.load(c.member())).max().orElse(0);
    int least = candidates.stream().mapToInt(c -> election.load(c.member())).min().orElse(0);
    assertTrue(most - least <= 1, most + " and " + least);
  }

  @Property
  void theChoiceDoesNotDependOnTheOrderOfTheCandidates(@ForAll long seed, @ForAll int address) {
    Random random = new Random(seed);
    List<Candidate> candidates = new ArrayList<>();
    Election election = new Election(false);
    for (int i = 0; i < 6; i++) {
      Candidate c =
          new Candidate(
              member(i), List.of(Standing.values()).get(random.nextInt(3)), random.nextInt(2));
      candidates.add(c);
      election.count(c.member(), random.nextInt(2));
    }
    Optional<Member> chosen = election.choose(new Ipv4(address), candidates);
    Collections.shuffle(candidates, random);
    assertEquals(chosen, election.choose(new Ipv4(address), candidates));
  }

  @Property
  void anOwnerThatIsACandidateStaysWhateverOthersJoin(
      @ForAll @IntRange(min = 0, max = 5) int owner, @ForAll boolean doubtful) {
    List<Candidate> candidates = good(6);
    Standing standing = doubtful ? Standing.DOUBTFUL : Standing.GOOD;
    candidates.set(owner, new Candidate(member(owner), standing, -5));
    assertTrue(new Election(false).keeps(member(owner), candidates));
  }

  @Test
  void anOwnerThatIsCutOffStaysOnlyIfAllAre() {
    List<Candidate> candidates = good(2);
    candidates.set(0, new Candidate(member(0), Standing.CUT_OFF, 0));
    assertFalse(new Election(false).keeps(member(0), candidates));
    candidates.set(1, new Candidate(member(1), Standing.CUT_OFF, 0));
    assertTrue(new Election(false).keeps(member(0), candidates));
  }

  @Test
  void doubtRanksLastAndNeverEmptiesTheSet() { // M21
    for (Standing standing : Standing.values()) {
      assertEquals(
          Optional.of(member(0)),
          new Election(false).choose(X, List.of(new Candidate(member(0), standing, 0))));
    }
    assertEquals(Optional.empty(), new Election(false).choose(X, List.of()));
  }

  @Test
  void preferenceCountsBeforeLoadAndStandingBeforePreference() {
    Election election = new Election(false);
    election.count(member(0), 9);
    assertEquals(
        Optional.of(member(0)),
        election.choose(
            X,
            List.of(
                new Candidate(member(0), Standing.GOOD, 1),
                new Candidate(member(1), Standing.GOOD, 0),
                new Candidate(member(2), Standing.DOUBTFUL, 7))));
  }

  @Test
  void failbackGivesAnAddressToWhomIsPreferredMore() {
    List<Candidate> candidates =
        List.of(
            new Candidate(member(0), Standing.GOOD, 0), new Candidate(member(1), Standing.GOOD, 1));
    assertTrue(new Election(false).keeps(member(0), candidates));
    assertFalse(new Election(true).keeps(member(0), candidates));
    assertTrue(new Election(true).keeps(member(1), candidates));
  }

  private static List<Candidate> good(int count) {
    List<Candidate> candidates = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      candidates.add(new Candidate(member(i), Standing.GOOD, 0));
    }
    return candidates;
  }

  private static Member member(int i) {
    return new Member(new NodeName("n" + i), i);
  }
}
