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

    /** Tell those who care, and ask the member whether it is there. */
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
    boolean doubted;
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

  Watch(Timers timers, long nowMs) {
    this.timers = timers;
    this.lastTickMs = nowMs;
  }

  /** Watches exactly these from now on. */
  void members(Collection<M> members, long nowMs) {
    states.keySet().retainAll(members);
    members.forEach(m -> states.computeIfAbsent(m, _ -> new State(nowMs)));
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
    return List.of(ask(member, s, nowMs + timers.verifyMs()));
  }

  /** Its host answered that nobody listens there: the process is gone, asking is idle. */
  List<Act<M>> gone(M member, long nowMs) {
    State s = states.get(member);
    if (s == null || s.suspected) {
      return List.of();
    }
    s.doubted = true;
    s.closed = true;
    return List.of(suspect(member, s, nowMs));
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
    return s.suspected ? List.of() : List.of(suspect(member, s, nowMs));
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
      states.forEach((member, s) -> acts.add(ask(member, s, nowMs + silenceMs())));
    }
    lastTickMs = nowMs;
    states.forEach((member, s) -> tick(member, s, nowMs, acts));
    return acts;
  }

  private void tick(M member, State s, long nowMs, List<Act<M>> acts) {
    if (!s.doubted && nowMs >= doubtMs(s)) {
      acts.add(ask(member, s, s.heardMs + silenceMs()));
    }
    if (s.doubted && nowMs >= s.deadlineMs) {
      acts.add(suspect(member, s, nowMs));
    }
  }

  /** When {@link #tick} may next have something to do. */
  long nextMs() {
    long next = lastTickMs + silenceMs() / 4;
    for (State s : states.values()) {
      next = Math.min(next, s.doubted ? s.deadlineMs : doubtMs(s));
    }
    return next;
  }

  private long doubtMs(State s) {
    return s.heardMs + silenceMs() - timers.verifyMs();
  }

  private long silenceMs() {
    return timers.silenceMs(states.size() + 1);
  }

  private Act<M> ask(M member, State s, long deadlineMs) {
    s.deadlineMs = s.doubted ? Math.min(s.deadlineMs, deadlineMs) : deadlineMs;
    s.doubted = true;
    s.question = ++questions;
    return new Act.Ask<>(member, s.question);
  }

  /** It is said again from time to time: whoever is to exclude the member may be lost as well. */
  private Act<M> suspect(M member, State s, long nowMs) {
    s.suspected = true;
    s.deadlineMs = nowMs + silenceMs();
    return new Act.Suspect<>(member);
  }

  private List<Act<M>> trust(M member, State s, long nowMs) {
    boolean wasSuspected = s.suspected;
    s.heardMs = nowMs;
    s.doubted = false;
    s.closed = false;
    s.suspected = false;
    return wasSuspected ? List.of(new Act.Trust<>(member)) : List.of();
  }
}
