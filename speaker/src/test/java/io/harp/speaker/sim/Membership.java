package io.harp.speaker.sim;

import io.harp.speaker.membership.Cluster;
import io.harp.speaker.protocol.Member;
import io.harp.speaker.protocol.View;
import io.harp.speaker.protocol.ViewId;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The membership as measured of JGroups, coarsely: heartbeats with a time-out, verification of a
 * suspicion, views made by the first member that is not suspected and installed at each member a
 * little later, merges of views that can hear each other again with a number above all of theirs,
 * and messages that are reliable and in order inside a view.
 */
final class Membership {

  /** What a process does with its seat. */
  interface Host {
    int node();

    boolean isRunning();

    /** Alive, running or not: packets for it wait in its socket. */
    boolean isAlive();

    void post(String what, Runnable event);

    Cluster.Events events();
  }

  private static final long HEARTBEAT_US = 50_000;

  private final Timeline time;
  private final long detectionMs;
  private final int[][] deaf = new int[16][16];
  private final Map<Member, Seat> seats = new HashMap<>();
  double datagramLoss;

  /** How long a member in doubt is given to answer, and a little more. */
  long verifyMs = 50;

  /** How much later than usual every message arrives. */
  long delayMs;

  /** How likely it is that a suspicion is confirmed although the member would answer. */
  double falseSuspicion;

  Membership(Timeline time, long detectionMs) {
    this.time = time;
    this.detectionMs = detectionMs;
  }

  /** Cuts or mends the way from one node to another. */
  void cut(int from, int to, boolean cut) {
    deaf[to][from] += cut ? 1 : -1;
  }

  /** Whether messages of any other node reach this one, were its process running. */
  boolean hearsAnybody(int node) {
    return seats.values().stream()
        .anyMatch(s -> s.host.node() != node && deaf[node][s.host.node()] == 0);
  }

  private boolean reaches(Seat from, Seat to) {
    return from.host.node() == to.host.node() || deaf[to.host.node()][from.host.node()] == 0;
  }

  private boolean mutual(Seat a, Seat b) {
    return reaches(a, b) && reaches(b, a);
  }

  private boolean answers(Seat asking, Seat asked) {
    return asked.host.isRunning() && !asked.closed && mutual(asking, asked);
  }

  Seat open(Member self, Host host) {
    Seat seat = new Seat(self, host);
    seats.put(self, seat);
    time.afterMs(time.between(20, 200), () -> seat.join(0));
    time.afterUs(time.between(0, HEARTBEAT_US), seat::beat);
    time.afterMs(time.between(300, 1_000), seat::lookForOthers);
    return seat;
  }

  /** The process of a seat has died and its node has not: the kernel closes its connections. */
  void died(Member member) {
    Seat dead = seats.get(member);
    for (Seat seat : List.copyOf(seats.values())) {
      if (dead != null && seat != dead && seat.sees(member) && mutual(seat, dead)) {
        time.afterMs(time.between(1, 6), () -> seat.suspect(member));
      }
    }
  }

  /** A connection breaks; both ends become suspicious. */
  void reset(int a, int b) {
    for (Seat seat : List.copyOf(seats.values())) {
      for (Seat other : List.copyOf(seats.values())) {
        if (seat.host.node() == a && other.host.node() == b && seat.host.isRunning()) {
          seat.suspect(other.self);
        }
      }
    }
  }

  final class Seat implements Cluster {
    private final Member self;
    private final Host host;
    private @Nullable View view;
    private final Map<Member, Long> heardUs = new HashMap<>();
    private final Map<Member, Long> doubted = new HashMap<>();
    private final Set<Member> gone = new HashSet<>();
    private final Map<Member, Outbox> outbox = new HashMap<>();
    private boolean closed;

    private record Letter(Runnable delivery, long number, long sentMs) {}

    /** The letters to one member, in order; replaced when that member leaves the view. */
    private static final class Outbox {
      final Deque<Letter> letters = new ArrayDeque<>();
    }

    Seat(Member self, Host host) {
      this.self = self;
      this.host = host;
    }

    @Nullable View view() {
      return view;
    }

    boolean sees(Member member) {
      return view != null && view.contains(member);
    }

    private boolean acts() {
      return !closed && host.isRunning();
    }

    private void join(int attempt) {
      if (!acts() || view != null) {
        if (host.isAlive() && view == null && !closed) {
          time.afterMs(100, () -> join(attempt));
        }
        return;
      }
      Seat known = null;
      for (Seat other : sorted(seats.values())) {
        if (other != this && other.view != null && answers(this, other)) {
          known = other;
          break;
        }
      }
      View there = known == null ? null : known.view;
      if (there == null || attempt >= 3) {
        install(new View(new ViewId(time.between(0, 3), self), List.of(self), false));
        return;
      }
      Seat coordinator = seats.get(there.members().getFirst());
      if (coordinator != null && answers(this, coordinator)) {
        time.afterMs(time.between(2, 30), () -> coordinator.admit(self));
      }
      time.afterMs(400, () -> join(attempt + 1));
    }

    private void admit(Member joiner) {
      if (acts() && view != null && !sees(joiner) && view.members().getFirst().equals(self)) {
        List<Member> members = new ArrayList<>(view.members());
        members.add(joiner);
        propose(members, false, view.id().number() + 1);
      }
    }

    private void beat() {
      if (closed || !host.isAlive()) {
        return;
      }
      if (host.isRunning() && view != null) {
        for (Member member : view.members()) {
          Seat other = seats.get(member);
          if (member.equals(self)) {
            continue;
          }
          if (other != null
              && other.acts()
              && reaches(other, this)
              && other.sees(self)
              && !time.chance(datagramLoss)) {
            heardUs.put(member, time.nowUs());
          } else if (time.nowUs() - heardUs.getOrDefault(member, 0L) > detectionMs * 1_000) {
            suspect(member);
          }
        }
      }
      time.afterUs(HEARTBEAT_US, this::beat);
    }

    /** After a stop the detector finds that it has heard nobody for long. */
    void woke(boolean suspectsAll) {
      if (view != null && suspectsAll) {
        List.copyOf(view.members()).stream().filter(m -> !m.equals(self)).forEach(this::suspect);
      }
    }

    /** With a verification that has run out too: alone within milliseconds, and sure of it. */
    void wokeAlone() {
      if (view != null && acts()) {
        propose(List.of(self), false, view.id().number() + 1);
      }
    }

    private void suspect(Member member) {
      long now = time.nowMs();
      if (!acts() || !sees(member) || now < doubted.getOrDefault(member, -1L)) {
        return;
      }
      doubted.put(member, now + 400);
      host.post("suspects " + member.node(), () -> host.events().suspected(member));
      if (view != null) {
        for (Member peer : view.members()) {
          Seat other = seats.get(peer);
          if (other != null && other != this && !peer.equals(member) && answers(this, other)) {
            time.afterMs(time.between(1, 4), () -> other.suspect(member));
          }
        }
      }
      time.afterMs(verifyMs + time.between(0, 20), () -> verify(member));
    }

    private void verify(Member member) {
      Seat other = seats.get(member);
      if (!acts() || !sees(member)) {
        return;
      }
      if (other != null && answers(this, other) && !time.chance(falseSuspicion)) {
        heardUs.put(member, time.nowUs());
        gone.remove(member);
        return;
      }
      gone.add(member);
      List<Member> left = new ArrayList<>(view == null ? List.of() : view.members());
      left.removeAll(gone);
      if (!left.isEmpty() && left.getFirst().equals(self) && view != null) {
        propose(left, false, view.id().number() + 1);
      }
    }

    private void lookForOthers() {
      if (closed || !host.isAlive()) {
        return;
      }
      if (acts() && view != null && leads()) {
        time.afterMs(time.between(20, 200), this::merge);
      }
      time.afterMs(time.between(300, 1_000), this::lookForOthers);
    }

    // The first of all that are in hearing leads, if they are of different views.
    private boolean leads() {
      boolean different = false;
      for (Seat other : seats.values()) {
        if (other != this && other.view != null && answers(this, other)) {
          different |= view != null && !other.view.id().equals(view.id());
          if (other.self.compareTo(self) < 0) {
            return false;
          }
        }
      }
      return different;
    }

    private void merge() {
      if (!acts() || view == null || !leads()) {
        return;
      }
      Set<Member> members = new LinkedHashSet<>(view.members());
      long number = view.id().number();
      for (Seat other : sorted(seats.values())) {
        if (other != this && other.view != null && answers(this, other)) {
          number = Math.max(number, other.view.id().number());
          members.addAll(other.view.members());
        }
      }
      members.removeIf(m -> seats.get(m) == null);
      propose(List.copyOf(members), true, number + 1);
    }

    private void propose(List<Member> members, boolean merged, long number) {
      View next = new View(new ViewId(number, self), members, merged);
      for (Member member : members) {
        Seat other = seats.get(member);
        if (other == this) {
          install(next);
        } else if (other != null) {
          time.afterUs(time.between(500, 15_000), () -> deliverView(other, next, 0));
        }
      }
    }

    private void deliverView(Seat to, View next, int attempt) {
      if (to.closed || !to.host.isAlive()) {
        return;
      }
      if (reaches(this, to) && to.host.isRunning()) {
        to.install(next);
      } else if (attempt < 4) {
        time.afterMs(100, () -> deliverView(to, next, attempt + 1));
      }
    }

    private void install(View next) {
      boolean later = view == null || next.id().number() > view.id().number();
      if (closed || !next.contains(self) || !later) {
        return;
      }
      view = next;
      gone.clear();
      doubted.clear();
      next.members().forEach(m -> heardUs.put(m, time.nowUs()));
      outbox.keySet().removeIf(m -> !next.contains(m));
      host.post("view " + next, () -> host.events().view(next));
    }

    @Override
    public Member self() {
      return self;
    }

    @Override
    public void broadcast(byte[] message, Delivery delivery) {
      if (view != null) {
        for (Member member : view.members()) {
          if (!member.equals(self)) {
            send(member, message, delivery);
          }
        }
      }
    }

    @Override
    public void send(Member to, byte[] message, Delivery delivery) {
      Seat other = seats.get(to);
      if (view == null || closed || other == null || !sees(to)) {
        return;
      }
      switch (delivery) {
        case DATAGRAM -> datagram(other, message);
        case RELIABLE -> {
          Outbox box = outbox.computeIfAbsent(to, _ -> new Outbox());
          box.letters.add(
              new Letter(
                  () -> other.host.post("", () -> other.host.events().message(self, message)),
                  view.id().number(),
                  time.nowMs()));
          if (box.letters.size() == 1) {
            time.afterUs(latencyUs(), () -> pump(other, box));
          }
        }
      }
    }

    private long latencyUs() {
      return delayMs * 1_000 + usualLatencyUs();
    }

    private long usualLatencyUs() {
      return time.chance(0.03) ? time.between(2_000, 25_000) : time.between(150, 1_200);
    }

    private void datagram(Seat to, byte[] message) {
      if (!reaches(this, to) || time.chance(datagramLoss)) {
        return;
      }
      time.afterUs(
          latencyUs(),
          () -> {
            if (reaches(this, to)
                && to.host.isAlive()
                && !to.closed
                && (to.sees(self) || time.chance(0.5))) {
              to.host.post("", () -> to.host.events().message(self, message));
            }
          });
    }

    // In order: the first letter goes when it can, and holds up those behind it.
    private void pump(Seat to, Outbox box) {
      Deque<Letter> queue = box.letters;
      if (!Objects.equals(outbox.get(to.self), box)
          || !host.isAlive()
          || to.closed
          || !to.host.isAlive()
          || queue.isEmpty()) {
        return;
      }
      Letter letter = queue.getFirst();
      boolean future = to.view == null || to.view.id().number() < letter.number();
      boolean waits = !reaches(this, to) || !to.sees(self) && future;
      if (waits && time.nowMs() - letter.sentMs() < 3_000) {
        time.afterMs(20, () -> pump(to, box));
        return;
      }
      queue.removeFirst();
      if (to.sees(self)) {
        letter.delivery().run();
      }
      if (!queue.isEmpty()) {
        time.afterUs(latencyUs() / 4, () -> pump(to, box));
      }
    }

    /** Leaves in order: the first of the others makes a view without it. */
    @Override
    public void close() {
      if (closed) {
        return;
      }
      closed = true;
      if (view != null) {
        for (Member member : view.members()) {
          Seat other = seats.get(member);
          if (other != null && other != this && answers(other, other) && reaches(this, other)) {
            time.afterMs(time.between(2, 20), () -> other.left(self));
            return;
          }
        }
      }
    }

    private void left(Member member) {
      if (acts() && sees(member) && view != null) {
        List<Member> members = new ArrayList<>(view.members());
        members.remove(member);
        propose(members, false, view.id().number() + 1);
      }
    }
  }

  private static List<Seat> sorted(Iterable<Seat> seats) {
    List<Seat> sorted = new ArrayList<>();
    seats.forEach(sorted::add);
    sorted.sort(Comparator.comparing((Seat s) -> s.self));
    return sorted;
  }
}
