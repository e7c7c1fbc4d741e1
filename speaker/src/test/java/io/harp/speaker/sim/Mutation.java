package io.harp.speaker.sim;

import io.harp.model.NodeName;
import io.harp.speaker.announcement.Heard;
import io.harp.speaker.ownership.Settings.Rule;
import io.harp.speaker.protocol.Epoch;
import io.harp.speaker.protocol.Member;
import io.harp.speaker.protocol.Message;
import io.harp.speaker.protocol.Message.Assignment;
import io.harp.speaker.protocol.Message.Plan;
import io.harp.speaker.protocol.Message.Pong;
import io.harp.speaker.protocol.Message.Report;
import io.harp.speaker.protocol.Message.ReportedLink;
import io.harp.speaker.protocol.Trailer;
import io.harp.speaker.protocol.View;
import io.harp.speaker.sim.Faults.Kind;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The deliberate bugs of the list in {@code DESIGN.md}, M1 to M24, each with the faults under which
 * it must show in some seed. Those without faults have a scene of their own in {@code
 * MutationTest}.
 */
enum Mutation implements Mutant {
  M1_ECHO_COUNTS_FROM_ITS_ARRIVAL {
    @Override
    public Message hears(Life life, Message message) {
      return message instanceof Pong p ? new Pong(p.view(), life.now()) : message;
    }
  },
  M2_ECHO_OF_ANY_VIEW_COUNTS {
    @Override
    public Message hears(Life life, Message message) {
      View view = life.seat.view();
      return switch (message) {
        case Pong p when view != null -> new Pong(view.id(), p.sentAtMs());
        case Message.Ping p when view != null -> new Message.Ping(view.id(), p.sentAtMs());
        default -> message;
      };
    }
  },
  M3_A_STOP_IS_NOT_NOTICED(Kind.STOP) {
    @Override
    public boolean clockStands() {
      return true;
    }
  },
  M4_FENCE_IS_NOT_CHECKED_IN_A_BURST(Kind.LAN_CUT, Kind.BOTH_CUT) {
    @Override
    public boolean finishesBursts() {
      return true;
    }
  },
  M5_HELD_IS_KEPT_WHILE_MUTE(Kind.STOP) {
    @Override
    public boolean keepsWhileMute() {
      return true;
    }
  },
  M6_NO_AUDIT(Set.of(Rule.AUDIT), Kind.MEMBER_SPLIT, Kind.MEMBER_NODE),
  M7_AN_AUDIT_HEARS_ITSELF(Kind.KILL) {
    @Override
    public boolean answersItself() {
      return true;
    }
  },
  M8_A_YIELD_IS_FOR_EVER(Set.of(Rule.CEDED_LEASE), Kind.MEMBER_NODE, Kind.CRASH, Kind.KILL),
  M9_YIELDS_TO_CLAIMS_OF_ITS_OWN_VIEW {
    @Override
    public Optional<Heard> hears(Life life, Heard heard) {
      return Optional.of(
          heard instanceof Heard.Claim c
              ? new Heard.Claim(
                  c.link(), c.address(), c.sender(), c.solicited(), c.trailer().map(Mutation::big))
              : heard);
    }
  },
  M10_PLANS_BEFORE_ALL_HAVE_REPORTED(Set.of(Rule.GATHER), Kind.MEMBER_SPLIT, Kind.MEMBER_NODE),
  M11_VIEWS_ARE_COMPARED_BY_NUMBER,
  M12_PLANS_OF_OLDER_VIEWS_ARE_TAKEN(Kind.MEMBER_PAIR, Kind.DRAIN, Kind.KILL) {
    @Override
    public Message hears(Life life, Message message) {
      View view = life.seat.view();
      return message instanceof Plan p && view != null
          ? new Plan(
              new Epoch(view.id(), p.epoch().seq(), p.epoch().planner()),
              p.revision(),
              p.assignments())
          : message;
    }
  },
  M13_MEMBERS_ARE_NODE_NAMES {
    @Override
    public Message hears(Life life, Message message) {
      return message instanceof Plan p ? byName(p, life.self) : message;
    }
  },
  M14_OLD_OWNER_LETS_GO_AT_THE_PLAN {
    @Override
    public boolean letsGoAtPlan() {
      return true;
    }
  },
  M15_OLD_OWNER_OVERHEARS_THE_CLAIM {
    @Override
    public Optional<Heard> hears(Life life, Heard heard) {
      return heard instanceof Heard.Claim ? Optional.empty() : Optional.of(heard);
    }
  },
  M16_A_BURST_OUTLIVES_ITS_TENURE(Kind.DRAIN) {
    @Override
    public boolean finishesBursts() {
      return true;
    }
  },
  M17_NO_HELLO(Set.of(Rule.HELLO), Kind.BOTH_SPLIT),
  M18_A_CHALLENGE_IS_AN_ANNOUNCEMENT {
    @Override
    public boolean challengesAloud() {
      return true;
    }
  },
  M19_THE_RANK_IS_NO_CONSTANT(Kind.BOTH_SPLIT, Kind.BOTH_CUT) {
    @Override
    public Trailer says(Life life, Trailer t) {
      return t.since() == 0
          ? t
          : new Trailer(t.memberHash(), t.creatorHash(), t.viewNumber(), t.seq(), 1, t.since());
    }
  },
  M20_ISOLATED_IGNORES_FOREIGN_FRAMES {
    @Override
    public boolean ignoresForeign() {
      return true;
    }
  },
  M21_DOUBT_REMOVES_THE_LAST_CANDIDATE {
    @Override
    public Message hears(Life life, Message message) {
      return message instanceof Report r && !r.apiFresh() ? with(r, List.of()) : message;
    }
  },
  M22_A_LAGGING_PLANNER_PLANS_ON(Set.of(Rule.LAG, Rule.REFUSAL)),
  M23_NOTHING_IS_SAID_AGAIN(Set.of(Rule.REASSERT)),
  M24_PLANNER_MOVES_A_CEDED_ADDRESS(Kind.MEMBER_NODE) {
    @Override
    public Message hears(Life life, Message message) {
      return message instanceof Report r && !r.ceded().isEmpty() ? with(r, List.of()) : message;
    }
  };

  // Both are unmodifiable, which their types do not say.
  @SuppressWarnings("ImmutableEnumChecker")
  final Set<Rule> without;

  @SuppressWarnings("ImmutableEnumChecker")
  final List<Kind> faults;

  /** The first seed to look at: bugs that show seldom begin near the seed that is known. */
  final long from;

  Mutation(Kind... faults) {
    this(Set.of(), faults);
  }

  Mutation(Set<Rule> without, Kind... faults) {
    this.without = without;
    this.faults = List.of(faults);
    this.from = name().startsWith("M16") ? 150 : 1;
  }

  private static Trailer big(Trailer t) {
    return new Trailer(
        t.memberHash(), t.creatorHash() ^ 1, t.viewNumber() + 99, t.seq(), 255, t.since());
  }

  // Without interfaces a member is no candidate.
  private static Report with(Report r, List<ReportedLink> links) {
    return new Report(
        r.view(),
        r.formerSize(),
        r.plan(),
        r.apiFresh(),
        r.revision(),
        r.digest(),
        r.factsKnown(),
        r.draining(),
        links,
        r.holds(),
        r.ceded(),
        r.refused());
  }

  private static Plan byName(Plan plan, Member self) {
    Map<io.harp.model.Address, Assignment> mine = new HashMap<>();
    NodeName name = self.node();
    plan.assignments()
        .forEach((address, a) ->
            mine.put(
                address,
                a.owner().node().equals(name) ? new Assignment(self, a.from(), a.reason()) : a));
    return new Plan(plan.epoch(), plan.revision(), mine);
  }
}
