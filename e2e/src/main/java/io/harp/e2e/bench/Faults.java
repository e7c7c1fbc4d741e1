package io.harp.e2e.bench;

import io.harp.e2e.LabNode;
import io.harp.e2e.SpeakerLab;
import io.harp.e2e.probe.Watch;

/**
 * One fault of each kind, and what clients noticed of it. Those a speaker survives leave the lab
 * whole, after the others {@link #back} makes it so.
 */
final class Faults {

  private static final long TAKEOVER_MS = 20_000;

  /** What a sample covers after the last event; a late second move is still seen. */
  private static final long AFTERMATH_MS = 700;

  /** Long enough for a returned speaker to have taken something, if it wanted to. */
  private static final long RETURN_MS = 2_000;

  private static final long HANG_MS = 3_000;

  /** Speakers that have just met are given more time; what is measured are those that have not. */
  static final long SETTLED_MS = 5_000;

  private final SpeakerLab speakers;
  private final Watch watch;

  Faults(SpeakerLab speakers, Watch watch) {
    this.speakers = speakers;
    this.watch = watch;
  }

  /** Both cables cut, then SIGKILL. {@link #back} is to follow. */
  Sample crash() {
    LabNode owner = owner();
    return takenOver(owner, owner.powerOff());
  }

  /** SIGKILL of the owner's speaker; its node goes on. {@link #back} is to follow. */
  Sample kill() {
    LabNode owner = owner();
    return takenOver(owner, owner.kill());
  }

  /** The speaker that died returns, with its node. */
  Sample back() {
    speakers.awaitMembers(
        speakers.lab().nodes().stream().filter(LabNode::isRunning).toList(),
        speakers.lab().nodes().size() - 1,
        TAKEOVER_MS);
    long from = System.nanoTime();
    speakers.heal();
    return settled(from);
  }

  /** The owner's speaker hangs for 3 s and goes on. */
  Sample stop() {
    // For a process that hangs that takes twice as long, see Timers.
    watch.run(SETTLED_MS);
    LabNode owner = owner();
    long from = owner.stop();
    watch.awaitOwnerOtherThan(owner.name(), TAKEOVER_MS);
    long left = HANG_MS - (System.nanoTime() - from) / 1_000_000;
    if (left > 0) {
      watch.run(left);
    }
    owner.resume();
    speakers.awaitWhole();
    return settled(from);
  }

  /** The owner's LAN cable is out for 2 s, management stays; two answerers count after the heal. */
  Sample lanCut() {
    LabNode owner = owner();
    long from = owner.cutLan();
    watch.awaitOwnerOtherThan(owner.name(), TAKEOVER_MS);
    watch.run(HANG_MS - AFTERMATH_MS);
    long healed = owner.plugIn();
    watch.run(RETURN_MS);
    double twoAnswerersMs = watch.outageSince(healed).overlapMs();
    speakers.awaitWhole();
    return settled(from).withTwoAnswerers(twoAnswerersMs);
  }

  /** The owner's speaker is asked to end. {@link #back} is to follow. */
  Sample sigterm() {
    LabNode owner = owner();
    long from = owner.terminate();
    owner.awaitEnd(10_000);
    watch.awaitOwnerOtherThan(owner.name(), TAKEOVER_MS);
    watch.run(AFTERMATH_MS);
    return Sample.since(watch, from);
  }

  /**
   * The sample of what ends now; the next fault meets speakers that have known each other a while.
   */
  private Sample settled(long from) {
    watch.run(RETURN_MS);
    Sample sample = Sample.since(watch, from);
    watch.run(SETTLED_MS - RETURN_MS);
    return sample;
  }

  private Sample takenOver(LabNode owner, long from) {
    watch.awaitOwnerOtherThan(owner.name(), TAKEOVER_MS);
    watch.run(AFTERMATH_MS);
    return Sample.since(watch, from);
  }

  private LabNode owner() {
    return speakers.node(watch.awaitOwner(TAKEOVER_MS));
  }
}
