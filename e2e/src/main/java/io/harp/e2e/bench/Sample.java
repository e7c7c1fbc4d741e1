package io.harp.e2e.bench;

import io.harp.e2e.probe.Outage;
import io.harp.e2e.probe.Watch;

/**
 * What clients noticed of one fault.
 *
 * @param outageMs longest gap of a client with a warm neighbour cache, a datagram every 5 ms
 * @param coldMs longest gap of a client with an empty cache, a question every 20 ms
 * @param twoAnswerersMs how long two nodes answered side by side
 * @param lost datagrams never answered
 * @param moves how often the answerer changed
 */
record Sample(double outageMs, double coldMs, double twoAnswerersMs, int lost, int moves) {

  /** All of it since the fault began. */
  static Sample since(Watch watch, long fromNs) {
    Outage outage = watch.outageSince(fromNs);
    return new Sample(
        outage.longestGapMs(),
        outage.coldGapMs(),
        outage.overlapMs(),
        outage.lost(),
        watch.movesSince(fromNs));
  }

  /** As this one, with the two answerers of another window. */
  Sample withTwoAnswerers(double ms) {
    return new Sample(outageMs, coldMs, ms, lost, moves);
  }
}
