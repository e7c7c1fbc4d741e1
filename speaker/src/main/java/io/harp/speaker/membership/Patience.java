package io.harp.speaker.membership;

/**
 * How long a member is given before it is asked, doubted and taken for lost.
 *
 * @param timers for members that have been here for a while
 * @param lenient for those that were just met
 * @param youngMs for how long a member counts as just met
 * @param settlingMs for how long it does if its host answers
 * @param starvedMs the silence such a one is then granted
 */
record Patience(Timers timers, Timers lenient, long youngMs, long settlingMs, long starvedMs) {

  long askMs(Regard of) {
    return of.sinceMs + timers.silenceMs() / 2;
  }

  long doubtMs(Regard of) {
    return of.sinceMs + given(of).silenceMs() - given(of).verifyMs();
  }

  long deadlineMs(Regard of) {
    if (of.suspected) {
      return of.repeatMs;
    }
    if (!of.watched && !of.told) {
      // Asked to be sure, not because anything was missed: there is no hurry.
      return of.askedMs + 2 * timers.patienceMs();
    }
    Timers given = given(of);
    long silence = of.closed ? given.verifyMs() : given.silenceMs();
    long patience = of.closed ? given.silenceMs() : ifHostIsThereMs(of);
    long end =
        Math.max(of.sinceMs + (of.hostThere ? patience : silence), of.askedMs + given.verifyMs());
    // Whoever is short of processors learns late what the host has long answered.
    return of.hostAsked ? Math.max(end, of.hostAskedMs + 2L * timers.knockMs()) : end;
  }

  /** When there may next be something to do about it, {@code latestMs} at most. */
  long nextMs(Regard of, long latestMs) {
    long next = of.asked ? Math.min(latestMs, deadlineMs(of)) : latestMs;
    return of.watched && !of.told ? Math.min(next, of.asked ? doubtMs(of) : askMs(of)) : next;
  }

  private Timers given(Regard to) {
    return to.sinceMs - to.metMs < youngMs ? lenient : timers;
  }

  // A dead host does not answer, so this makes no dead host's end later.
  private long ifHostIsThereMs(Regard to) {
    boolean settling = to.sinceMs - to.metMs < settlingMs;
    long patience = given(to).patienceMs();
    return settling ? Math.max(patience, starvedMs) : patience;
  }
}
