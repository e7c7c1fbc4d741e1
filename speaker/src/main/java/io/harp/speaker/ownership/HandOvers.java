package io.harp.speaker.ownership;

import io.harp.model.Address;
import io.harp.speaker.election.Situation.Move;
import io.harp.speaker.ownership.Settings.Rule;
import io.harp.speaker.protocol.Member;
import io.harp.speaker.protocol.Message.Assignment;
import io.harp.speaker.protocol.Message.Group;
import io.harp.speaker.protocol.Message.Plan;
import io.harp.speaker.protocol.Message.Reason;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;

/**
 * Hand-overs of the present plan that nobody takes in time: they go back to who still holds the
 * address, and who did not take them is chosen last for a while.
 */
final class HandOvers {

  private final Settings settings;
  private final Agenda agenda;
  private final Roster roster;
  private final Picture picture;
  private final Predicate<Plan> inForce;
  private final Runnable lookAgain;
  private final Unresponsive unresponsive = new Unresponsive();
  private final Map<Address, Move> back = new HashMap<>();

  /**
   * @param inForce whether a plan still is the newest, and this member the one to change it
   * @param lookAgain told when there is something to plan
   */
  HandOvers(
      Settings settings,
      Agenda agenda,
      Roster roster,
      Picture picture,
      Predicate<Plan> inForce,
      Runnable lookAgain) {
    this.settings = settings;
    this.agenda = agenda;
    this.roster = roster;
    this.picture = picture;
    this.inForce = inForce;
    this.lookAgain = lookAgain;
  }

  /** A plan was taken: what it hands over is to be taken within {@link Settings#handOverMs}. */
  void begin(Plan plan, long now) {
    Map<Member, Integer> handed = new HashMap<>();
    for (Assignment a : plan.assignments().values()) {
      if (a.from().isPresent()) {
        handed.merge(a.owner(), 1, Integer::sum);
      }
    }
    if (!handed.isEmpty()) {
      agenda.at(now + settings.handOverMs(), then -> takeBack(plan, handed, then));
    }
  }

  /** What the next plan shall give back, by group. */
  Map<Address, Move> toGiveBack() {
    return back;
  }

  /** The next plan was made, or the view in which to make it is gone. */
  void forget() {
    back.clear();
  }

  /** The members to be chosen last at {@code now}. */
  Set<Member> unresponsive(long now) {
    return unresponsive.at(now);
  }

  /**
   * Who has taken some of many meanwhile is given as much time again for the others.
   *
   * @param before how many each member had to take when that was looked at last
   */
  private void takeBack(Plan plan, Map<Member, Integer> before, long now) {
    if (!inForce.test(plan) || !settings.has(Rule.GIVE_BACK)) {
      return;
    }
    Map<Member, Integer> busy = new HashMap<>();
    notTaken(plan)
        .forEach((member, groups) -> {
          int left = groups.stream().mapToInt(group -> group.addresses().size()).sum();
          if (left < before.getOrDefault(member, 0)) {
            busy.put(member, left);
          } else {
            giveBack(plan, groups);
            agenda.at(unresponsive.failed(member, now), _ -> lookAgain.run());
          }
        });
    if (!busy.isEmpty()) {
      agenda.at(now + settings.handOverMs(), then -> takeBack(plan, busy, then));
    }
  }

  /** What each member was handed and does not hold, while who handed it over still does. */
  private Map<Member, List<Group>> notTaken(Plan plan) {
    Map<Member, List<Group>> waiting = new TreeMap<>();
    for (Group group : picture.groups()) {
      Assignment a = plan.assignments().get(group.name());
      if (a != null
          && a.from().isPresent()
          && !roster.holds(a.owner(), group.name())
          && roster.holds(a.from().get(), group.name())) {
        waiting.computeIfAbsent(a.owner(), _ -> new ArrayList<>()).add(group);
      }
    }
    return waiting;
  }

  private void giveBack(Plan plan, List<Group> groups) {
    for (Group group : groups) {
      Optional.ofNullable(plan.assignments().get(group.name()))
          .flatMap(Assignment::from)
          .ifPresent(from -> back.put(group.name(), new Move(from, Reason.GIVEN_BACK)));
    }
    lookAgain.run();
  }
}
