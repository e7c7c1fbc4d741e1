package io.harp.e2e.demo;

import io.harp.e2e.probe.Observation;
import io.harp.e2e.probe.Observation.Answered;
import io.harp.e2e.probe.Observation.Kind;
import io.harp.e2e.probe.Observation.Sent;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The probes of one kind as stretches of time with one outcome each: answered by a node, or not.
 *
 * @param title what stands beside the lane
 */
record Lane(String title, List<Stretch> stretches) {

  /** What {@link Stretch#who} says where nobody answered. */
  static final String NOBODY = "";

  /** From the sending of its first probe to that of the next stretch. */
  record Stretch(String who, long fromNs, long toNs) {}

  static Lane of(String title, Kind kind, List<Observation> seen, long endNs) {
    Map<Long, String> answers = new HashMap<>();
    for (Observation o : seen) {
      if (o instanceof Answered a && a.kind() == kind) {
        answers.putIfAbsent(a.sentNs(), a.who());
      }
    }
    List<Stretch> stretches = new ArrayList<>();
    for (Observation o : seen) {
      if (o instanceof Sent sent && sent.kind() == kind) {
        extend(stretches, answers.getOrDefault(sent.atNs(), NOBODY), sent.atNs());
      }
    }
    if (!stretches.isEmpty()) {
      Stretch last = stretches.removeLast();
      stretches.add(new Stretch(last.who(), last.fromNs(), endNs));
    }
    return new Lane(title, List.copyOf(stretches));
  }

  private static void extend(List<Stretch> stretches, String who, long atNs) {
    if (!stretches.isEmpty()) {
      Stretch last = stretches.removeLast();
      stretches.add(new Stretch(last.who(), last.fromNs(), atNs));
      if (last.who().equals(who)) {
        return;
      }
    }
    stretches.add(new Stretch(who, atNs, atNs));
  }
}
