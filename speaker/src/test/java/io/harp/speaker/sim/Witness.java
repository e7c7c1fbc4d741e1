package io.harp.speaker.sim;

import io.harp.model.Address;
import io.harp.speaker.ownership.Journal.Release;
import io.harp.speaker.protocol.ViewId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Watches the whole scene and says what must never be: the invariants, checked at every change. */
final class Witness {

  /** Two answerers in one view are allowed for this long, in a hand-over. */
  static final long SAME_VIEW_MS = 50;

  /** Two answerers of different views that hear each other settle within this. */
  static final long OTHER_VIEW_MS = 100;

  /** The longest way of a frame, see {@link Lan}. */
  private static final long FRAME_US = 600;

  /** What was broken: the number of the invariant (0: none of them, but never right) and how. */
  record Breach(int invariant, long atMs, String what, boolean excused) {}

  private static final class Pair {
    long sinceUs;
    boolean acrossViews;
    boolean told;
    String who = "";
  }

  private final Scene scene;
  private final Map<Address, Pair> doubles = new HashMap<>();
  private final Map<Address, Life> lastOwner = new HashMap<>();
  private final Map<Address, Long> lastClaimUs = new HashMap<>();
  private final Map<Address, Long> unansweredUs = new HashMap<>();
  private final Set<String> tenures = new HashSet<>();
  final List<Breach> breaches = new ArrayList<>();
  boolean escaped;
  int strangers;
  int conflictsOver;
  int claims;
  int unneededMoves;
  int wokenFrames;
  long longestDoubleSameMs;
  long longestDoubleOtherMs;

  /** How long addresses that had an owner were answered by nobody. */
  final List<Long> gapsMs = new ArrayList<>();

  /** Set while a kind of fault is in the run that no protocol can hide (ownership, section 8). */
  boolean excuseDoubles;

  Witness(Scene scene) {
    this.scene = scene;
  }

  void wrong(int invariant, String what) {
    wrong(invariant, what, false);
  }

  private void wrong(int invariant, String what, boolean excused) {
    scene.time.note(() -> "!!! invariant " + invariant + ": " + what);
    breaches.add(new Breach(invariant, scene.time.nowMs(), what, excused));
  }

  /** After anything that may change who answers on {@code life}. */
  void look(Life life) {
    if (life.hasChanged() || !doubles.isEmpty()) {
      lookAll();
    }
  }

  /** After a change of the segment. */
  void lookAll() {
    for (Address address : scene.addresses()) {
      look(address);
    }
  }

  private void look(Address address) {
    List<Life> answering = scene.answering(address);
    gap(address, answering.isEmpty());
    Life a = null;
    Life b = null;
    for (int i = 0; i < answering.size() && a == null; i++) {
      for (int k = i + 1; k < answering.size(); k++) {
        if (shareSegment(answering.get(i), answering.get(k), address)) {
          a = answering.get(i);
          b = answering.get(k);
          break;
        }
      }
    }
    Pair present = doubles.get(address);
    if (a == null || b == null) {
      if (present != null) {
        doubles.remove(address);
        ended(address, present);
      }
      return;
    }
    if (present == null) {
      present = new Pair();
      present.sinceUs = scene.time.nowUs();
      present.who = a.machine.name + " and " + b.machine.name;
      doubles.put(address, present);
    }
    present.acrossViews |= !sameView(a, b);
    long ms = (scene.time.nowUs() - present.sinceUs) / 1_000;
    if (ms > limit(present) && !present.told) {
      present.told = true;
      wrong(
          1,
          "%s answer for %s since %d ms, %s"
              .formatted(
                  present.who,
                  address,
                  ms,
                  present.acrossViews ? "of different views" : "of one view"),
          excuseDoubles);
    }
  }

  private static boolean shareSegment(Life a, Life b, Address address) {
    for (int i = 0; i < a.machine.nics.size(); i++) {
      Nic na = a.machine.nics.get(i);
      Nic nb = b.machine.nics.get(i);
      if (a.answers(address, na)
          && b.answers(address, nb)
          && na.lan.mutual(na.station, nb.station)) {
        return true;
      }
    }
    return false;
  }

  private static long limit(Pair d) {
    return d.acrossViews ? OTHER_VIEW_MS : SAME_VIEW_MS;
  }

  private void ended(Address address, Pair d) {
    long ms = (scene.time.nowUs() - d.sinceUs) / 1_000;
    scene.time.note(() -> "two answered for " + address + " for " + ms + " ms: " + d.who);
    if (!excuseDoubles) {
      if (d.acrossViews) {
        longestDoubleOtherMs = Math.max(longestDoubleOtherMs, ms);
      } else {
        longestDoubleSameMs = Math.max(longestDoubleSameMs, ms);
      }
    }
  }

  private static boolean sameView(Life a, Life b) {
    return Objects.equals(id(a), id(b));
  }

  private static @Nullable ViewId id(Life life) {
    var view = life.seat.view();
    return view == null ? null : view.id();
  }

  private void gap(Address address, boolean unanswered) {
    if (!unanswered) {
      Long since = unansweredUs.remove(address);
      if (since != null) {
        gapsMs.add((scene.time.nowUs() - since) / 1_000);
      }
    } else if (lastOwner.containsKey(address)) {
      unansweredUs.putIfAbsent(address, scene.time.nowUs());
    }
  }

  /** An announcement or an answer leaves. */
  void sent(Life life, Address address, boolean announcement) {
    long now = scene.time.nowMs();
    if (announcement && !life.speaker.held().containsKey(address)) {
      wrong(1, life.machine.name + " announces " + address + " though it does not hold it");
    }
    if (life.wokeAt != Long.MIN_VALUE && !life.claimedSinceWaking.contains(address)) {
      wokenFrames++;
      wrong(
          4,
          life.machine.name
              + " woke at "
              + life.wokeAt
              + " and "
              + (announcement ? "announces " : "answers for ")
              + address
              + " without having taken it again");
    }
    // One that starts on a dead segment and has met nobody may as well be the only node there is.
    Long cutSince = life.machine.cutSince;
    if (cutSince != null && now - cutSince > 1_300 && life.metSomebody) {
      wrong(4, life.machine.name + " is cut off since " + cutSince + " and still speaks");
    }
  }

  void claimed(Life life, Address address, long since) {
    claims++;
    if (!tenures.add(address + " " + life.self + " " + since)) {
      wrong(6, life.machine.name + " records the same tenure of " + address + " twice");
    }
    Life before = lastOwner.put(address, life);
    Long claimedUs = lastClaimUs.put(address, scene.time.nowUs());
    // Of two views neither can know of a claim that is still on its way: none took it from the
    // other, and how long both answer is looked at anyway.
    boolean atOnce =
        before != null
            && claimedUs != null
            && scene.time.nowUs() - claimedUs < FRAME_US
            && !sameView(before, life);
    if (before != null
        && before != life
        && !atOnce
        && scene.isUndisturbed(before)
        && scene.isUndisturbed(life)
        && scene.mayOwn(before.machine, address)) {
      unneededMoves++;
      scene.time.note(
          () -> "    unneeded: " + before.machine.name + " was well and had " + address);
      if (scene.movesAreWrong) {
        wrong(3, address + " moves from " + before.machine.name + " to " + life.machine.name);
      }
    }
  }

  void released(Life life, Address address, Release why) {
    if (why == Release.NOT_PLANNED && scene.mayOwn(life.machine, address) && scene.apiLost()) {
      scene.time.note(() -> "    withdrawn while the API is lost: " + address);
    }
  }

  /** Long after the last fault. */
  void quiet() {
    for (Address address : scene.addresses()) {
      List<Life> answering = scene.answering(address);
      boolean wanted = scene.wanted(address);
      if (wanted && answering.size() != 1) {
        wrong(
            2,
            "at the end %d answer for %s: %s"
                .formatted(
                    answering.size(),
                    address,
                    answering.stream().map(l -> l.machine.name.text()).toList()));
      } else if (!wanted && !answering.isEmpty()) {
        wrong(2, "at the end " + address + " is answered though nobody wants it");
      }
      if (wanted && answering.size() == 1) {
        caches(address, answering.getFirst());
      }
    }
  }

  private void caches(Address address, Life holder) {
    for (Client client : scene.clients) {
      client
          .knows(address)
          .filter(mac -> holder.machine.nics.stream().noneMatch(n -> n.mac().equals(mac)))
          .ifPresent(mac ->
              wrong(
                  2,
                  "at the end client %d sends %s to %s, the holder is %s"
                      .formatted(client.station(), address, mac, holder.machine.name),
                  scene.clientsWereCut));
    }
  }
}
