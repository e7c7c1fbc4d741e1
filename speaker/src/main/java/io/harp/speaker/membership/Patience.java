package io.harp.speaker.membership;

/**
 * How long a member is given before it is asked, doubted and taken for lost.
 *
 * @param timers for members that have been here for a while
 * @param lenient for those that were just met
 * @param youngMs for how long a member counts as just met
 * @param settlingMs for how long it does if its host answers
 */
record Patience(Timers timers, Timers lenient, long youngMs, long settlingMs) {

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
    return of.hostAsked ? Math.max(end, of.hostAskedMs + answeredWithinMs(of)) : end;
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
    long patience = given(to).patienceMs();
    return isSettling(to) ? Math.max(patience, lenient.silenceMs()) : patience;
  }

  // Whoever is short of processors learns late what the host has long answered, or that it did not.
  private long answeredWithinMs(Regard host) {
    return isSettling(host) ? lenient.silenceMs() : 2L * timers.knockMs();
  }

  private boolean isSettling(Regard member) {
    return member.sinceMs - member.metMs < settlingMs;
  }
}
