package io.harp.speaker.membership;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Decides who is lost, from signs of life and the time; sends and receives nothing itself.
 *
 * <p>A member gives cause for doubt when its connection closes, or when it has been silent for
 * almost {@link Timers#silenceMs}. It is then asked. If it does not answer in time, it is
 * suspected.
 *
 * <p>After a closed connection only the answer to that question counts, because what was under way
 * may still come in for a while. And a member that answers but has excluded us is lost as well: it
 * would otherwise answer for ever, and this side would never notice that they are apart.
 *
 * @param <M> names a member
 */
final class Watch<M> {

  /** What to do about a member. */
  sealed interface Act<M> {
    M member();

    /** There is cause for doubt, told once until the member is heard again: it may be lost. */
    record Doubt<M>(M member) implements Act<M> {}

    /** Ask it whether it is there. */
    record Ask<M>(M member, int question) implements Act<M> {}

    /** It is lost. */
    record Suspect<M>(M member) implements Act<M> {}

    /** It was lost and is there again. */
    record Trust<M>(M member) implements Act<M> {}
  }

  private static final class State {
    long heardMs;
    long deadlineMs;
    int question;
    boolean asked;
    boolean told;
    boolean closed;
    boolean suspected;

    State(long nowMs) {
      heardMs = nowMs;
    }
  }

  private final Timers timers;
  private final Map<M, State> states = new LinkedHashMap<>();
  private int questions;
  private long lastTickMs;
  private int expected = 1;

  Watch(Timers timers, long nowMs) {
    this.timers = timers;
    this.lastTickMs = nowMs;
  }

  /** Watches exactly these from now on. */
  void members(Collection<M> members, long nowMs) {
    states.keySet().retainAll(members);
    members.forEach(m -> states.computeIfAbsent(m, _ -> new State(nowMs)));
  }

  /** How many members there may be, even if fewer are here at present. */
  void expect(int members) {
    expected = members;
  }

  /** Between two heartbeats to everybody. */
  long beatMs() {
    return timers.beatMs(count());
  }

  /** A heartbeat or any other message of a member. */
  List<Act<M>> heard(M member, long nowMs) {
    State s = states.get(member);
    return s == null || s.closed ? List.of() : trust(member, s, nowMs);
  }

  /** Its connection closed. */
  List<Act<M>> closed(M member, long nowMs) {
    State s = states.get(member);
    if (s == null || s.closed) {
      return List.of();
    }
    s.closed = true;
    List<Act<M>> acts = new ArrayList<>();
    doubt(member, s, acts);
    ask(member, s, nowMs + timers.verifyMs(), acts);
    return acts;
  }

  /** Its host answered that nobody listens there: the process is gone, asking is idle. */
  List<Act<M>> gone(M member, long nowMs) {
    State s = states.get(member);
    if (s == null || s.suspected) {
      return List.of();
    }
    s.asked = true;
    s.closed = true;
    return suspect(member, s, nowMs);
  }

  /**
   * @param inView whether the member said that it has us in its view
   */
  List<Act<M>> answered(M member, int question, boolean inView, long nowMs) {
    State s = states.get(member);
    if (s == null || question != s.question) {
      return List.of();
    }
    if (inView) {
      return trust(member, s, nowMs);
    }
    return s.suspected ? List.of() : suspect(member, s, nowMs);
  }

  /**
   * Whether this process stood still since the last tick; what it then believes is worth nothing.
   */
  boolean stalled(long nowMs) {
    return nowMs - lastTickMs > silenceMs() / 2;
  }

  /** To be called at {@link #nextMs}, or earlier. */
  List<Act<M>> tick(long nowMs) {
    List<Act<M>> acts = new ArrayList<>();
    if (stalled(nowMs)) {
      // Their heartbeats wait in the socket, or they too stood still: their silence means nothing.
      // But they may have excluded us meanwhile.
      states.replaceAll((_, _) -> new State(nowMs));
      states.forEach((member, s) -> ask(member, s, nowMs + silenceMs(), acts));
    }
    lastTickMs = nowMs;
    states.forEach((member, s) -> tick(member, s, nowMs, acts));
    return acts;
  }

  private void tick(M member, State s, long nowMs, List<Act<M>> acts) {
    if (!s.asked && nowMs >= doubtMs(s)) {
      doubt(member, s, acts);
      ask(member, s, s.heardMs + silenceMs(), acts);
    }
    if (s.asked && nowMs >= s.deadlineMs) {
      acts.addAll(suspect(member, s, nowMs));
    }
  }

  /** When {@link #tick} may next have something to do. */
  long nextMs() {
    long next = lastTickMs + silenceMs() / 4;
    for (State s : states.values()) {
      next = Math.min(next, s.asked ? s.deadlineMs : doubtMs(s));
    }
    return next;
  }

  private long doubtMs(State s) {
    return s.heardMs + silenceMs() - timers.verifyMs();
  }

  private long silenceMs() {
    return timers.silenceMs(count());
  }

  private int count() {
    return Math.max(expected, states.size() + 1);
  }

  private void doubt(M member, State s, List<Act<M>> acts) {
    if (!s.told) {
      s.told = true;
      acts.add(new Act.Doubt<>(member));
    }
  }

  private void ask(M member, State s, long deadlineMs, List<Act<M>> acts) {
    s.deadlineMs = s.asked ? Math.min(s.deadlineMs, deadlineMs) : deadlineMs;
    s.asked = true;
    s.question = ++questions;
    acts.add(new Act.Ask<>(member, s.question));
  }

  /** It is said again from time to time: whoever is to exclude the member may be lost as well. */
  private List<Act<M>> suspect(M member, State s, long nowMs) {
    List<Act<M>> acts = new ArrayList<>();
    doubt(member, s, acts);
    s.suspected = true;
    s.deadlineMs = nowMs + silenceMs();
    acts.add(new Act.Suspect<>(member));
    return acts;
  }

  private List<Act<M>> trust(M member, State s, long nowMs) {
    boolean wasSuspected = s.suspected;
    s.heardMs = nowMs;
    s.asked = false;
    s.told = false;
    s.closed = false;
    s.suspected = false;
    return wasSuspected ? List.of(new Act.Trust<>(member)) : List.of();
  }
}
