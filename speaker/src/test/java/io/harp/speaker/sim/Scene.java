package io.harp.speaker.sim;

import io.harp.model.Address;
import io.harp.model.Ipv4;
import io.harp.model.NodeName;
import io.harp.model.ServiceKey;
import io.harp.speaker.ownership.Settings;
import io.harp.speaker.protocol.Message.Eligibility;
import io.harp.speaker.protocol.Message.Group;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/** A cluster, its segment, its clients and its API: what a fault can happen to. */
final class Scene {

  private static final long WALL_MS = 1_760_000_000_000L;

  final Timeline time;
  final Lan lan;
  final Membership membership;
  final List<Machine> machines = new ArrayList<>();
  final List<Client> clients = new ArrayList<>();
  final Witness witness;
  private final Settings settings;
  private final Map<Address, Group> groups = new TreeMap<>();
  private final Set<Address> everWanted = new HashSet<>();
  private final Map<Integer, Long> disturbedAt = new HashMap<>();
  private long revision = 100;

  /** No fault of this run gives a reason to move an address from a healthy owner. */
  boolean movesAreWrong;

  /** Some client may have missed a whole burst, which no speaker can see. */
  boolean clientsWereCut;

  Scene(long seed, Settings settings, int nodes, int addresses, int clientCount, int remember) {
    this.settings = settings;
    this.time = new Timeline(seed, remember);
    this.lan = new Lan(time);
    this.membership = new Membership(time, settings.detectionMs());
    this.witness = new Witness(this);
    for (int i = 0; i < nodes; i++) {
      machines.add(new Machine(i, new NodeName("n" + (i + 1)), lan, membership));
    }
    for (int i = 0; i < clientCount; i++) {
      clients.add(new Client(time, lan, i, i % 3 == 0 ? 3_000 : 30_000, i % 2 == 0 ? 0 : 1_000));
    }
    for (int i = 0; i < addresses; i++) {
      want(address(i), allNodes());
    }
    for (Client client : clients) {
      time.afterMs(time.between(1_000, 1_500), () -> keepUsing(client));
    }
  }

  static Address address(int i) {
    return new Ipv4(0xc000_0200 + 10 + i);
  }

  Set<NodeName> allNodes() {
    Set<NodeName> all = new HashSet<>();
    machines.forEach(m -> all.add(m.name));
    return all;
  }

  private void keepUsing(Client client) {
    groups.keySet().forEach(client::use);
    time.afterMs(time.between(150, 900), () -> keepUsing(client));
  }

  Scene runUntil(long ms) {
    time.runUntil(ms, () -> {});
    witness.lookAll();
    return this;
  }

  Scene runFor(long ms) {
    return runUntil(time.nowMs() + ms);
  }

  // The API

  /** Wants {@code address} on one of {@code nodes}. */
  void want(Address address, Set<NodeName> nodes) {
    Map<NodeName, Eligibility> eligible = new TreeMap<>();
    nodes.forEach(n -> eligible.put(n, Eligibility.ANY));
    groups.put(
        address,
        new Group(List.of(address), List.of(new ServiceKey("default", "s" + address)), eligible));
    everWanted.add(address);
    changed();
  }

  void unwant(Address address) {
    groups.remove(address);
    changed();
  }

  private void changed() {
    revision++;
    for (Machine machine : machines) {
      tell(machine, time.between(1, 40));
    }
  }

  private void tell(Machine machine, long afterMs) {
    time.afterMs(
        afterMs,
        () -> {
          if (machine.api && machine.life != null) {
            machine.life.world(List.copyOf(groups.values()), revision);
          }
        });
  }

  void api(Machine machine, boolean there) {
    machine.api = there;
    Life life = machine.life;
    if (life == null) {
      return;
    }
    if (there) {
      tell(machine, time.between(10, 300));
      time.afterMs(
          310,
          () -> {
            if (machine.api && machine.life == life) {
              life.apiFresh(true);
            }
          });
    } else {
      time.afterMs(
          time.between(20, 1_500),
          () -> {
            if (!machine.api) {
              life.apiFresh(false);
            }
          });
    }
  }

  boolean apiLost() {
    return machines.stream().anyMatch(m -> !m.api);
  }

  Set<Address> addresses() {
    return everWanted;
  }

  // The machines

  void startAll() {
    machines.forEach(this::start);
  }

  void start(Machine machine) {
    if (machine.isAlive()) {
      return;
    }
    machine.up = true;
    disturb(machine);
    Life life =
        new Life(time, lan, membership, machine, settings, witness, WALL_MS + machine.wallSkewMs);
    machine.life = life;
    time.note(() -> machine.name + ": STARTS as " + life.self);
    life.links(machine.links());
    if (machine.api) {
      long listed = time.between(5, 200);
      time.afterMs(listed, () -> life.expected(allNodes()));
      tell(machine, listed + 1);
      time.afterMs(
          listed + 2,
          () -> {
            if (machine.api) {
              life.apiFresh(true);
            }
          });
    }
  }

  void crash(Machine machine) {
    Life life = machine.life;
    if (life != null && life.isAlive()) {
      machine.up = false;
      disturb(machine);
      life.kill(true);
    }
  }

  void kill(Machine machine) {
    Life life = machine.life;
    if (life != null && life.isAlive()) {
      disturb(machine);
      life.kill(false);
    }
  }

  void stop(Machine machine) {
    Life life = machine.life;
    if (life != null && life.isRunning()) {
      disturb(machine);
      life.stop();
    }
  }

  void resume(Machine machine, boolean escapes, int detector) {
    Life life = machine.life;
    if (life != null) {
      disturb(machine);
      life.resume(escapes, detector, settings.fenceMs());
    }
  }

  void drain(Machine machine) {
    Life life = machine.life;
    if (life != null && life.isAlive()) {
      disturb(machine);
      life.drain();
    }
  }

  void carrier(Machine machine, boolean there) {
    note(machine.name + (there ? " has a carrier again" : " loses its CARRIER"));
    machine.carrier = there;
    disturb(machine);
    Life life = machine.life;
    time.afterMs(
        time.between(1, 60),
        () -> {
          if (life != null && life == machine.life) {
            life.links(machine.links());
          }
        });
    witness.lookAll();
  }

  /** Cuts a machine off the segment, which it cannot tell from its carrier. */
  void lanCut(Machine machine, boolean cut) {
    note(machine.name + (cut ? " is CUT off the segment" : " hears the segment again"));
    lan.isolate(machine.station(), cut);
    disturb(machine);
    lookAtIsolation();
    witness.lookAll();
  }

  // Who was alone before and is cut off then has nothing to notice it by.
  private static boolean hasPeers(Machine machine) {
    Life life = machine.life;
    var view = life == null ? null : life.seat.view();
    return view == null || view.members().size() > 1;
  }

  private void lookAtIsolation() {
    for (Machine machine : machines) {
      boolean alone =
          !lan.hearsAnybody(machine.station()) && !membership.hearsAnybody(machine.number);
      if (!alone) {
        machine.cutSince = null;
      } else if (machine.cutSince == null && hasPeers(machine)) {
        machine.cutSince = time.nowMs();
      }
    }
  }

  /** Cuts the segment in two. */
  void lanSplit(Set<Integer> stations, boolean cut) {
    note("the segment is " + (cut ? "SPLIT: " : "whole again: ") + stations);
    for (int a : stations) {
      for (int b = 0; b < lan.size(); b++) {
        if (!stations.contains(b)) {
          lan.cut(a, b, cut);
          lan.cut(b, a, cut);
        }
      }
    }
    machines.forEach(this::disturb);
    lookAtIsolation();
    witness.lookAll();
  }

  void lanOneWay(int listener, int speaker, boolean cut) {
    note("station " + listener + (cut ? " goes DEAF to " : " hears again ") + speaker);
    lan.cut(listener, speaker, cut);
    machines.forEach(this::disturb);
    lookAtIsolation();
    witness.lookAll();
  }

  void memberCut(Machine a, Machine b, boolean cut) {
    note("membership " + (cut ? "CUT" : "mended") + " between " + a.name + " and " + b.name);
    membership.cut(a.number, b.number, cut);
    membership.cut(b.number, a.number, cut);
    lookAtIsolation();
  }

  void memberIsolate(Machine machine, boolean cut) {
    machines.stream().filter(m -> m != machine).forEach(m -> memberCut(machine, m, cut));
  }

  void memberSplit(Set<Machine> side, boolean cut) {
    for (Machine a : side) {
      machines.stream().filter(m -> !side.contains(m)).forEach(m -> memberCut(a, m, cut));
    }
  }

  private void note(String text) {
    time.note(() -> text);
  }

  void disturb(Machine machine) {
    disturbedAt.put(machine.number, time.nowMs());
  }

  /** Whether nothing has been wrong with a speaker's process or its segment for two seconds. */
  boolean isUndisturbed(Life life) {
    return life.isRunning()
        && life.machine.life == life
        && life.machine.carrier
        && time.nowMs() - disturbedAt.getOrDefault(life.machine.number, 0L) > 2_000
        && clients.stream().allMatch(c -> lan.mutual(c.station(), life.machine.station()))
        && machines.stream()
            .filter(m -> m != life.machine && m.isAlive())
            .allMatch(m -> lan.mutual(m.station(), life.machine.station()));
  }

  boolean mayOwn(Machine machine, Address address) {
    Group group = groups.get(address);
    return group != null && group.nodes().containsKey(machine.name);
  }

  /** Whether somebody should answer for an address. */
  boolean wanted(Address address) {
    return machines.stream()
        .anyMatch(m ->
            mayOwn(m, address)
                && m.life != null
                && m.life.isRunning()
                && m.carrier
                && lan.hearsAnybody(m.station()));
  }

  List<Life> answering(Address address) {
    List<Life> answering = new ArrayList<>(2);
    for (Machine machine : machines) {
      Life life = machine.life;
      if (life != null && life.answers(address)) {
        answering.add(life);
      }
    }
    return answering;
  }

  /** The only machine that answers for an address. */
  Optional<Machine> holder(Address address) {
    List<Life> answering = answering(address);
    return answering.size() == 1 ? Optional.of(answering.getFirst().machine) : Optional.empty();
  }
}
