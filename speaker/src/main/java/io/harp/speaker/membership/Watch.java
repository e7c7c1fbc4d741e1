package io.harp.speaker.membership;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Decides who is lost, from signs of life and the time; sends and receives nothing itself.
 *
 * <p>The members of a view stand in a ring. Each sends heartbeats to the {@link #NEIGHBOURS} after
 * it and watches as many before it, so heartbeats grow with the members and not with their square.
 * Who misses heartbeats asks the member, and its host as well; who gets no answer tells everybody,
 * and everybody asks for himself, so that no single broken line can exclude a member.
 *
 * <p>A host that answers for a silent process tells a pause from a crash: the process gets {@link
 * Timers#patienceMs} instead of {@link Timers#silenceMs}. After a closed connection only the answer
 * of the process counts, because what was under way may still come in for a while; its host is
 * asked again and again, since a process that ends closes its connections before it ceases to
 * listen. And a member that answers but has excluded us is lost as well: it would otherwise answer
 * for ever, and this side would never notice that they are apart.
 *
 * <p>A member that was just met is given more time: one of the two has just started, and a program
 * that loads its classes beside others that do is silent for longer than one that is cut off later.
 * For a while longer it is if its host answers, since then it is not the host that died.
 *
 * @param <M> names a member
 */
final class Watch<M> {

  /**
   * How many members watch each one. If more neighbours than this are lost at once, those in the
   * middle are noticed by the second: a doubt about two makes everybody ask all.
   */
  static final int NEIGHBOURS = 3;

  private final Timers timers;
  private final Patience patience;
  private Map<M, Regard> states = new LinkedHashMap<>();
  private List<M> successors = List.of();
  private int questions;
  // As many as there are members, until they are taken.
  private final List<Long> silences = new ArrayList<>();
  private long lastTickMs;

  Watch(Patience patience, long nowMs) {
    this.timers = patience.timers();
    this.patience = patience;
    this.lastTickMs = nowMs;
  }

  /**
   * Who there is from now on.
   *
   * @param ring everybody in the order of the view, {@code self} among them
   */
  void members(List<M> ring, M self, long nowMs) {
    if (states.isEmpty()) {
      // There was nothing to tick for.
      lastTickMs = nowMs;
    }
    int others = ring.size() - 1;
    int here = ring.indexOf(self);
    Map<M, Regard> next = new LinkedHashMap<>();
    for (int i = 1; i <= others; i++) {
      M member = ring.get((here + i) % ring.size());
      Regard s = states.getOrDefault(member, new Regard(nowMs));
      boolean watched = others - i < NEIGHBOURS;
      if (watched && !s.watched && !s.asked) {
        s.sinceMs = nowMs;
      }
      s.watched = watched;
      next.put(member, s);
    }
    states = next;
    successors = List.copyOf(next.keySet()).subList(0, Math.min(NEIGHBOURS, others));
  }

  /** To whom heartbeats are sent. */
  List<M> successors() {
    return successors;
  }

  /** A heartbeat or any other message of a member. */
  List<Act<M>> heard(M member, long nowMs) {
    Regard s = states.get(member);
    return s == null || s.closed ? List.of() : trust(member, s, nowMs);
  }

  /** Its connection closed. */
  List<Act<M>> closed(M member, long nowMs) {
    Regard s = states.get(member);
    List<Act<M>> acts = new ArrayList<>();
    if (s != null && !s.closed) {
      s.closed = true;
      s.sinceMs = nowMs;
      ask(member, s, nowMs, acts);
      if (s.watched) {
        knock(member, s, nowMs, acts);
      }
      doubt(member, s, nowMs, acts);
    }
    return acts;
  }

  /**
   * Another member has not heard {@code member} for so long.
   *
   * @param hostThere whether its host answered the other one
   */
  List<Act<M>> told(M member, long silentMs, boolean hostThere, long nowMs) {
    Regard s = states.get(member);
    List<Act<M>> acts = new ArrayList<>();
    if (s != null && !s.told) {
      s.sinceMs = s.watched ? s.sinceMs : Math.max(s.sinceMs, nowMs - silentMs);
      s.told = true;
      s.hostThere |= hostThere;
      acts.add(new Act.Doubt<>(member));
      if (!s.asked) {
        ask(member, s, nowMs, acts);
      }
      askAllIfManyAreDoubted(nowMs, acts);
    }
    return acts;
  }

  /** Its host completed a connection: it is alive, whatever has become of the process. */
  List<Act<M>> hostAnswered(M member) {
    Regard s = states.get(member);
    if (s == null || !s.asked) {
      return List.of();
    }
    s.hostThere = true;
    s.hostAsked = false;
    // Ends when the process answers, or the host refuses, or the time for both is over.
    return s.closed && !s.suspected
        ? List.of(new Act.Knock<>(member, timers.knockAgainMs()))
        : List.of();
  }

  /** Nothing came back from its host in time. */
  void hostSilent(M member) {
    Regard s = states.get(member);
    if (s != null) {
      s.hostAsked = false;
    }
  }

  /** Its host answered that nobody listens there: the process is gone, waiting is idle. */
  List<Act<M>> gone(M member, long nowMs) {
    Regard s = states.get(member);
    List<Act<M>> acts = new ArrayList<>();
    if (s != null && !s.suspected) {
      s.asked = true;
      s.closed = true;
      suspect(member, s, nowMs, acts);
    }
    return acts;
  }

  /**
   * @param inView whether the member said that it has us in its view
   */
  List<Act<M>> answered(M member, int question, boolean inView, long nowMs) {
    Regard s = states.get(member);
    if (s == null || question != s.question) {
      return List.of();
    }
    // Who joined a moment ago may not have the view yet that has both of us.
    if (inView || nowMs - s.metMs < timers.silenceMs()) {
      return trust(member, s, nowMs);
    }
    List<Act<M>> acts = new ArrayList<>();
    if (!s.suspected) {
      suspect(member, s, nowMs, acts);
      // Who has excluded us has done so together with others.
      askAll(nowMs, acts);
    }
    return acts;
  }

  /**
   * Whether this process stood still since the last tick; what it then believes is worth nothing.
   */
  boolean stalled(long nowMs) {
    return nowMs - lastTickMs > timers.silenceMs() / 2;
  }

  /** To be called at {@link #nextMs}, or earlier. */
  List<Act<M>> tick(long nowMs) {
    List<Act<M>> acts = new ArrayList<>();
    if (stalled(nowMs)) {
      // Their heartbeats wait in the socket, or they too stood still: their silence means nothing.
      // But they may have excluded us meanwhile.
      states.values().forEach(s -> s.trust(nowMs));
      askAll(nowMs, acts);
    }
    lastTickMs = nowMs;
    states.forEach((member, s) -> tick(member, s, nowMs, acts));
    return acts;
  }

  private void tick(M member, Regard s, long nowMs, List<Act<M>> acts) {
    if (s.watched && !s.asked && nowMs >= patience.askMs(s)) {
      ask(member, s, nowMs, acts);
      knock(member, s, nowMs, acts);
    }
    if (s.watched && !s.told && nowMs >= patience.doubtMs(s)) {
      doubt(member, s, nowMs, acts);
    }
    if (s.asked && nowMs >= patience.deadlineMs(s)) {
      if (s.suspected) {
        ask(member, s, nowMs, acts);
      }
      suspect(member, s, nowMs, acts);
    }
  }

  /**
   * When {@link #tick} may next have something to do; {@link Long#MAX_VALUE} for whoever is alone.
   */
  long nextMs() {
    if (states.isEmpty()) {
      return Long.MAX_VALUE;
    }
    long next = lastTickMs + timers.silenceMs() / 4;
    for (Regard s : states.values()) {
      next = patience.nextMs(s, next);
    }
    return next;
  }

  private void doubt(M member, Regard s, long nowMs, List<Act<M>> acts) {
    s.told = true;
    acts.add(new Act.Doubt<>(member));
    if (s.watched) {
      acts.add(new Act.Tell<>(member, nowMs - s.sinceMs, s.hostThere));
    }
    if (s.watched && !s.hostThere && (!s.hostAsked || s.hostAskedMs < nowMs)) {
      // A first knock may have been lost, and is waited for no longer for that.
      acts.add(new Act.Knock<>(member, 0));
    }
    askAllIfManyAreDoubted(nowMs, acts);
  }

  /** More may be cut off then, also such as only lost members watch. */
  private void askAllIfManyAreDoubted(long nowMs, List<Act<M>> acts) {
    if (states.values().stream().filter(s -> s.told && !s.closed).count() > 1) {
      askAll(nowMs, acts);
    }
  }

  private void askAll(long nowMs, List<Act<M>> acts) {
    states.forEach((member, s) -> {
      if (!s.asked) {
        s.sinceMs = s.watched ? s.sinceMs : nowMs;
        ask(member, s, nowMs, acts);
      }
    });
  }

  private void ask(M member, Regard s, long nowMs, List<Act<M>> acts) {
    s.asked = true;
    s.askedMs = nowMs;
    s.question = ++questions;
    acts.add(new Act.Ask<>(member, s.question));
  }

  private void knock(M member, Regard s, long nowMs, List<Act<M>> acts) {
    s.hostAsked = true;
    s.hostAskedMs = nowMs;
    acts.add(new Act.Knock<>(member, 0));
  }

  /**
   * It is said and asked again from time to time: whoever is to exclude the member may be lost as
   * well, and nobody else may hear that it is back.
   */
  private void suspect(M member, Regard s, long nowMs, List<Act<M>> acts) {
    if (!s.told) {
      doubt(member, s, nowMs, acts);
    }
    if (!s.suspected) {
      silences.add(nowMs - s.sinceMs);
    }
    s.suspected = true;
    s.repeatMs = nowMs + timers.silenceMs();
    acts.add(new Act.Suspect<>(member));
  }

  /**
   * How long each member had been silent that was taken for lost since the last call, in
   * milliseconds.
   */
  List<Long> takeSilences() {
    List<Long> taken = List.copyOf(silences);
    silences.clear();
    return taken;
  }

  private List<Act<M>> trust(M member, Regard s, long nowMs) {
    boolean wasSuspected = s.suspected;
    s.trust(nowMs);
    return wasSuspected ? List.of(new Act.Trust<>(member)) : List.of();
  }
}
