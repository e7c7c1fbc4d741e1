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
import org.jspecify.annotations.Nullable;

/** A cluster, its segment, its clients and its API: what a fault can happen to. */
final class Scene {

  private static final long WALL_MS = 1_760_000_000_000L;

  final Timeline time;
  final List<Lan> lans = new ArrayList<>();
  final Membership membership;
  final List<Machine> machines = new ArrayList<>();
  final List<Client> clients = new ArrayList<>();
  final Witness witness;
  private final Settings settings;
  private final Map<Address, Group> groups = new TreeMap<>();
  private final Set<Address> everWanted = new HashSet<>();
  private final Map<Integer, Long> disturbedAt = new HashMap<>();
  private final Set<Life> reading = new HashSet<>();
  private Set<Address> gateways = Set.of();
  private long revision = 100;
  private long lists;

  /** How every speaker of this scene errs. */
  Mutant mutant = Mutant.NONE;

  /** No fault of this run gives a reason to move an address from a healthy owner. */
  boolean movesAreWrong;

  /** What the watches of a starting speaker list is handled up to this much later, in ms. */
  long handledLateMs;

  /** Some client may have missed a whole burst, which no speaker can see. */
  boolean clientsWereCut;

  Scene(
      long seed,
      Settings settings,
      int segments,
      int nodes,
      int addresses,
      int clientCount,
      int remember) {
    this.settings = settings;
    this.time = new Timeline(seed, remember);
    for (int i = 0; i < segments; i++) {
      lans.add(new Lan(time));
    }
    this.membership = new Membership(time, settings.detectionMs());
    this.witness = new Witness(this);
    for (int i = 0; i < nodes; i++) {
      machines.add(new Machine(i, new NodeName("n" + (i + 1)), lans, membership));
    }
    for (int i = 0; i < clientCount; i++) {
      clients.add(
          new Client(
              time,
              lans.get(i % segments),
              i,
              i % 3 == 0 ? 3_000 : 30_000,
              i % 2 == 0 ? 0 : 1_000));
    }
    for (int i = 0; i < addresses; i++) {
      want(address(i), allNodes());
    }
    for (Client client : clients) {
      time.afterMs(time.between(1_000, 1_500), () -> keepUsing(client));
    }
  }

  /** Some nodes on one segment, with one client, all healthy. */
  static Scene of(int nodes, int addresses) {
    return new Scene(1, Settings.of(400), 1, nodes, addresses, 2, 4_000).withGateway();
  }

  /** Adds a host to the first segment that always answers. */
  Scene withGateway() {
    new Gateway(lans.getFirst());
    gateways = Set.of(Gateway.ADDRESS);
    return this;
  }

  /** Gives a machine the name of another, as after cloning a disk. */
  void twin(int i, int of) {
    Machine machine = machines.get(i);
    machine.name = machines.get(of).name;
    for (Address address : List.copyOf(groups.keySet())) {
      want(address, allNodes());
    }
  }

  Machine machine(int i) {
    return machines.get(i);
  }

  /** Fails unless all invariants held so far. */
  void wasSound() {
    if (!witness.breaches.isEmpty()) {
      throw new AssertionError(time.story() + "\n" + witness.breaches);
    }
  }

  /** How long it takes until exactly one machine other than {@code not} answers, in ms. */
  long msUntilAnswered(Address address, Machine not, long atMost) {
    long from = time.nowMs();
    while (time.nowMs() - from < atMost) {
      if (answering(address).stream().anyMatch(l -> l.machine != not)) {
        return time.nowMs() - from;
      }
      runFor(1);
    }
    throw new AssertionError(time.story() + "\nnobody else answers for " + address);
  }

  /** Whether a client that knows an address sends to a machine. */
  boolean sends(Client client, Address address, Machine machine) {
    return client
        .knows(address)
        .map(mac -> machine.nics.stream().anyMatch(n -> n.mac().equals(mac)))
        .orElse(true);
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

  /** Wishes {@code address} onto a node, whatever may own it; null takes the wish back. */
  void wish(Address address, @Nullable NodeName node) {
    Group group = groups.get(address);
    if (group != null) {
      groups.put(
          address,
          new Group(group.addresses(), group.services(), group.nodes(), Optional.ofNullable(node)));
      changed();
    }
  }

  /** A machine's watches deliver nothing any more, without an error. */
  void hang(Machine machine) {
    machine.api = false;
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
          if (machine.api && machine.life != null && !reading.contains(machine.life)) {
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
      life.listed = ++lists;
      life.expected(allNodes());
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
        new Life(
            time, membership, machine, settings, witness, mutant, WALL_MS + machine.wallSkewMs);
    machine.life = life;
    life.listed = ++lists;
    time.note(() -> machine.name + ": STARTS as " + life.self);
    life.links(machine.links());
    life.gateways(gateways);
    if (machine.api && handledLateMs > 0) {
      readLate(machine, life);
    } else if (machine.api) {
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

  /**
   * A list has the version of its moment, which is newer than that of every list before; and the
   * watches know that they have listed everything before a starved loop has handled it.
   */
  private void readLate(Machine machine, Life life) {
    reading.add(life);
    long listed = time.between(5, 1_000);
    time.afterMs(listed, () -> life.expected(allNodes()));
    time.afterMs(
        listed,
        () -> {
          long version = revision;
          life.listed = ++lists;
          life.apiFresh(machine.api);
          life.reached(version);
          time.afterMs(
              time.between(1, handledLateMs),
              () -> {
                reading.remove(life);
                life.world(List.copyOf(groups.values()), version);
              });
        });
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

  void carrier(Nic nic, boolean there) {
    note(nic + (there ? " has a carrier again" : " loses its CARRIER"));
    nic.carrier = there;
    Machine machine = nic.machine;
    disturb(machine);
    Life life = machine.life;
    time.afterMs(
        time.between(1, 60),
        () -> {
          if (life != null && life == machine.life) {
            life.links(machine.links());
          }
        });
    lookAtIsolation();
    witness.lookAll();
  }

  /** Cuts a machine off the segment, which it cannot tell from its carrier. */
  void lanCut(Nic nic, boolean cut) {
    note(nic + (cut ? " is CUT off the segment" : " hears the segment again"));
    nic.lan.isolate(nic.station, cut);
    disturb(nic.machine);
    lookAtIsolation();
    witness.lookAll();
  }

  /** Cuts a machine off all segments. */
  void lanCut(Machine machine, boolean cut) {
    machine.nics.forEach(nic -> lanCut(nic, cut));
  }

  // Who was alone before and is cut off then has nothing to notice it by.
  private boolean hasPeers(Machine machine) {
    Life life = machine.life;
    var view = life == null ? null : life.seat.view();
    return view == null || view.members().size() > (gateways.isEmpty() ? 2 : 1);
  }

  private void lookAtIsolation() {
    for (Machine machine : machines) {
      boolean alone = !machine.hearsAnybody() && !membership.hearsAnybody(machine.number);
      if (!alone) {
        machine.cutSince = null;
      } else if (machine.cutSince == null && hasPeers(machine)) {
        machine.cutSince = time.nowMs();
      }
    }
  }

  /** Cuts the segment in two. */
  void lanSplit(Lan lan, Set<Integer> stations, boolean cut) {
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

  void lanOneWay(Lan lan, int listener, int speaker, boolean cut) {
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
        && time.nowMs() - disturbedAt.getOrDefault(life.machine.number, 0L) > 2_000
        && life.machine.nics.stream().allMatch(this::isWell);
  }

  private boolean isWell(Nic nic) {
    return nic.carrier
        && clients.stream()
            .filter(c -> c.lan().equals(nic.lan))
            .allMatch(c -> nic.lan.mutual(c.station(), nic.station))
        && machines.stream()
            .filter(m -> m != nic.machine && m.isAlive())
            .allMatch(m -> nic.lan.mutual(m.nic(nic.link).station, nic.station));
  }

  boolean mayOwn(Machine machine, Address address) {
    Group group = groups.get(address);
    return group != null && group.nodes().containsKey(machine.name);
  }

  /** Whether somebody should answer for an address. */
  boolean wanted(Address address) {
    return machines.stream()
        .anyMatch(
            m -> mayOwn(m, address) && m.life != null && m.life.isRunning() && m.hearsAnybody());
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
