package io.harp.speaker.ownership;

import io.harp.model.NodeName;
import io.harp.speaker.protocol.Member;
import io.harp.speaker.protocol.View;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Nodes that leave and come back again and again. Three times within ten minutes is too often: such
 * a node is chosen last for a while. It keeps what it has, and it is still better than nobody.
 *
 * <p>Who left a view is the smaller part of it. Where no part is smaller, the one that comes back
 * as another process is the one that was gone; if both come back as they were, nobody is blamed.
 */
final class Flapping {

  static final int TIMES = 3;
  static final long WINDOW_MS = 600_000;

  /** Nodes remembered; at the bound the one that was met first is forgotten. */
  private static final int MAX_NODES = 1_024;

  private final long holdOffMs;
  private @Nullable View view;
  private final Map<NodeName, Deque<Long>> leftAt = new LinkedHashMap<>();
  private final Map<NodeName, Member> undecided = new LinkedHashMap<>();
  private final Map<NodeName, Long> until = new HashMap<>();

  /**
   * @param holdOffMs how long such a node is chosen last, 0 for never
   */
  Flapping(long holdOffMs) {
    this.holdOffMs = holdOffMs;
  }

  void view(View next, long now) {
    View before = view;
    view = next;
    if (before == null || holdOffMs == 0) {
      return;
    }
    for (Member member : next.members()) {
      Member earlier = undecided.remove(member.node());
      if (earlier != null && !earlier.equals(member)) {
        left(member.node(), now);
      }
    }
    Set<Member> gone = new HashSet<>(before.members());
    next.members().forEach(gone::remove);
    for (Member member : gone) {
      if (next.members().size() > gone.size() || isBack(member, next)) {
        left(member.node(), now);
      } else {
        undecided.put(member.node(), member);
        forgetFirst(undecided);
      }
    }
  }

  private static boolean isBack(Member gone, View next) {
    return next.members().stream().anyMatch(m -> m.node().equals(gone.node()));
  }

  private void left(NodeName node, long now) {
    Deque<Long> times = leftAt.computeIfAbsent(node, _ -> new ArrayDeque<>());
    forgetFirst(leftAt);
    times.addLast(now);
    while (times.getFirst() <= now - WINDOW_MS) {
      times.removeFirst();
    }
    if (times.size() >= TIMES) {
      times.removeFirst();
      until.put(node, now + holdOffMs);
    }
  }

  private static void forgetFirst(Map<NodeName, ?> map) {
    if (map.size() > MAX_NODES) {
      map.remove(map.keySet().iterator().next());
    }
  }

  /** The nodes chosen last at {@code now}. */
  Set<NodeName> heldOff(long now) {
    if (until.isEmpty()) {
      return Set.of();
    }
    until.values().removeIf(end -> end <= now);
    return Set.copyOf(until.keySet());
  }
}
