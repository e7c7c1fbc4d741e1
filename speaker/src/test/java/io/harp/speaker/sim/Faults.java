package io.harp.speaker.sim;

import io.harp.model.Address;
import io.harp.model.NodeName;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** What goes wrong in a run: some faults of many kinds, overlapping, all healed at one moment. */
final class Faults {

  enum Kind {
    CRASH,
    KILL,
    QUICK_RESTART,
    STOP,
    DRAIN,
    LATE_JOIN,
    LAN_CUT,
    CARRIER,
    FLAP,
    LAN_SPLIT,
    LAN_ONE_WAY,
    LOSS,
    MEMBER_PAIR,
    MEMBER_NODE,
    MEMBER_SPLIT,
    MEMBER_ONE_WAY,
    RESET,
    FALSE_SUSPICION,
    BOTH_CUT,
    BOTH_SPLIT,
    API_LOSS,
    CHURN;

    /** Gives no reason to move anything from an owner that is well. */
    boolean leavesOwnersWell() {
      return switch (this) {
        case CRASH, KILL, QUICK_RESTART, DRAIN, LATE_JOIN, API_LOSS -> true;
        case MEMBER_PAIR, MEMBER_NODE, MEMBER_SPLIT, MEMBER_ONE_WAY -> true;
        case RESET, FALSE_SUSPICION -> true;
        case STOP, LAN_CUT, CARRIER, FLAP, LAN_SPLIT, LAN_ONE_WAY, LOSS -> false;
        case BOTH_CUT, BOTH_SPLIT, CHURN -> false;
      };
    }
  }

  private final Scene scene;
  private final Timeline time;
  private final long healMs;
  final Set<Kind> used = EnumSet.noneOf(Kind.class);
  private final List<Runnable> mends = new ArrayList<>();

  Faults(Scene scene, long healMs) {
    this.scene = scene;
    this.time = scene.time;
    this.healMs = healMs;
  }

  /** Plans {@code count} faults between {@code fromMs} and the moment of healing. */
  void plan(int count, long fromMs, List<Kind> kinds) {
    for (int i = 0; i < count; i++) {
      Kind kind = time.pick(kinds);
      used.add(kind);
      long at = time.between(fromMs, healMs - 500);
      time.atMs(at, () -> strike(kind));
    }
    time.atMs(healMs, this::heal);
  }

  private void heal() {
    time.note(() -> "ALL IS MENDED");
    mends.forEach(Runnable::run);
    mends.clear();
    scene.lans.forEach(lan -> lan.loss = 0);
    scene.membership.falseSuspicion = 0;
    for (Machine machine : scene.machines) {
      if (machine.life != null && machine.life.isStopped()) {
        scene.resume(machine, false, 0);
      }
      scene.start(machine);
    }
  }

  private void mendAfter(long ms, Runnable mend) {
    Runnable once =
        new Runnable() {
          private boolean done;

          @Override
          public void run() {
            if (!done) {
              done = true;
              mend.run();
            }
          }
        };
    mends.add(once);
    time.afterMs(ms, once);
  }

  private void strike(Kind kind) {
    Machine a = time.pick(scene.machines);
    Machine b = time.pick(scene.machines);
    long ms = time.chance(0.5) ? time.between(50, 900) : time.between(900, 5_000);
    time.note(() -> "--- " + kind + " for " + ms + " ms");
    switch (kind) {
      case CRASH -> {
        scene.crash(a);
        mendAfter(ms + 300, () -> scene.start(a));
      }
      case KILL -> {
        scene.kill(a);
        mendAfter(ms + 100, () -> scene.start(a));
      }
      case QUICK_RESTART -> {
        scene.kill(a);
        mendAfter(time.between(1, 100), () -> scene.start(a));
      }
      case STOP -> stop(a, Math.max(300, ms));
      case DRAIN -> {
        scene.drain(a);
        mendAfter(2_100 + ms, () -> scene.start(a));
      }
      case LATE_JOIN -> scene.start(a);
      case LAN_CUT -> {
        Nic nic = time.pick(a.nics);
        scene.lanCut(nic, true);
        mendAfter(ms, () -> scene.lanCut(nic, false));
      }
      case CARRIER -> {
        Nic nic = time.pick(a.nics);
        scene.carrier(nic, false);
        mendAfter(ms, () -> scene.carrier(nic, true));
      }
      case FLAP -> flap(time.pick(a.nics), (int) time.between(1, 4));
      case LAN_SPLIT -> lanSplit(ms, false);
      case BOTH_SPLIT -> lanSplit(ms, true);
      case LAN_ONE_WAY -> {
        if (a != b) {
          Lan lan = time.pick(scene.lans);
          scene.lanOneWay(lan, a.number, b.number, true);
          mendAfter(ms, () -> scene.lanOneWay(lan, a.number, b.number, false));
        }
      }
      case LOSS -> {
        Lan lan = time.pick(scene.lans);
        lan.loss = 0.03;
        mendAfter(ms, () -> lan.loss = 0);
      }
      case MEMBER_PAIR -> {
        if (a != b) {
          scene.memberCut(a, b, true);
          mendAfter(ms, () -> scene.memberCut(a, b, false));
        }
      }
      case MEMBER_NODE -> {
        scene.memberIsolate(a, true);
        mendAfter(ms, () -> scene.memberIsolate(a, false));
      }
      case MEMBER_SPLIT -> {
        Set<Machine> side = side();
        scene.memberSplit(side, true);
        mendAfter(ms, () -> scene.memberSplit(side, false));
      }
      case MEMBER_ONE_WAY -> {
        if (a != b) {
          scene.membership.cut(a.number, b.number, true);
          mendAfter(ms, () -> scene.membership.cut(a.number, b.number, false));
        }
      }
      case RESET -> scene.membership.reset(a.number, b.number);
      case FALSE_SUSPICION -> {
        scene.membership.falseSuspicion = 1;
        scene.membership.reset(a.number, b.number);
        mendAfter(150, () -> scene.membership.falseSuspicion = 0);
      }
      case BOTH_CUT -> {
        scene.lanCut(a, true);
        scene.memberIsolate(a, true);
        mendAfter(
            ms,
            () -> {
              scene.lanCut(a, false);
              time.afterMs(time.between(0, 60), () -> scene.memberIsolate(a, false));
            });
      }
      case API_LOSS -> {
        List<Machine> hit = time.chance(0.5) ? scene.machines : List.of(a);
        hit.forEach(m -> scene.api(m, false));
        mendAfter(ms, () -> hit.forEach(m -> scene.api(m, true)));
      }
      case CHURN -> churn();
    }
  }

  private void stop(Machine machine, long ms) {
    scene.stop(machine);
    int detector = (int) time.between(0, 2);
    boolean escapes = time.chance(0.2);
    mendAfter(ms, () -> scene.resume(machine, escapes, detector));
  }

  private void flap(Nic nic, int times) {
    scene.carrier(nic, false);
    mendAfter(
        time.between(20, 400),
        () -> {
          scene.carrier(nic, true);
          if (times > 1 && time.nowMs() < healMs - 1_000) {
            time.afterMs(time.between(20, 400), () -> flap(nic, times - 1));
          }
        });
  }

  private void lanSplit(long ms, boolean both) {
    Set<Machine> side = side();
    Set<Integer> stations = new HashSet<>();
    Lan lan = time.pick(scene.lans);
    side.forEach(m -> stations.add(m.number));
    scene.clients.stream()
        .filter(c -> c.lan().equals(lan) && time.chance(0.5))
        .forEach(c -> stations.add(c.station()));
    scene.lanSplit(lan, stations, true);
    if (both) {
      scene.memberSplit(side, true);
    }
    mendAfter(
        ms,
        () -> {
          scene.lanSplit(lan, stations, false);
          if (both) {
            time.afterMs(time.between(0, 300), () -> scene.memberSplit(side, false));
          }
        });
  }

  private Set<Machine> side() {
    Set<Machine> side = new java.util.LinkedHashSet<>();
    int count = (int) time.between(1, Math.max(1, scene.machines.size() - 1));
    for (int i = 0; i < count; i++) {
      side.add(time.pick(scene.machines));
    }
    return side;
  }

  private void churn() {
    Address address = Scene.address((int) time.between(0, 7));
    switch ((int) time.between(0, 3)) {
      case 0 -> scene.unwant(address);
      case 1 -> scene.want(address, Set.of());
      case 2 -> {
        Set<NodeName> some = new HashSet<>();
        side().forEach(m -> some.add(m.name));
        scene.want(address, some);
      }
      default -> scene.want(address, scene.allNodes());
    }
  }
}
