package io.harp.speaker.membership;

/**
 * Every duration of the membership, in one place, all derived from one setting. Milliseconds.
 *
 * <p>How long a failure goes unnoticed: a process that dies closes its sockets, which the kernel of
 * its host tells at once; it is gone from the view after {@link #verifyMs}, at the latest. A host
 * that dies or is cut off tells nothing; it is gone {@link #silenceMs} after its last heartbeat. A
 * process that hangs on a host that answers is given longer, {@link #patienceMs}: most of them are
 * only starved.
 *
 * <p>None of this depends on how many members there are: each sends heartbeats to a few neighbours.
 *
 * @param detectionMs how long a member may be silent before it is taken for lost; 100-10,000
 */
public record Timers(int detectionMs) {

  /** What a member is given unless told otherwise. */
  public static final Timers DEFAULT = new Timers(250);

  /** Peers that may be missing before looking for them becomes rarer. */
  private static final int UNSTRETCHED_LOOKS = 16;

  public Timers {
    if (detectionMs < 100 || detectionMs > 10_000) {
      throw new IllegalArgumentException(
          "the detection time must be 100-10000 ms, it is " + detectionMs);
    }
  }

  /** Between two heartbeats: a fifth of the silence, so four in a row may be late or lost. */
  public long beatMs() {
    return detectionMs / 5;
  }

  /** Without a sign of life of itself and its host for so long a member is taken for lost. */
  public long silenceMs() {
    return detectionMs;
  }

  /**
   * Without a sign of life for so long a member is taken for lost although its host answers. Longer
   * than a pause of 300 ms, to which the time since the last heartbeat adds, at the default.
   */
  public long patienceMs() {
    return detectionMs * 8L / 5;
  }

  /**
   * For members that were just met four times the time: for 2 s in any case, and for 10 s if their
   * host answers, so that it is their process that is starved. Three JVMs that start together on
   * two cores were silent for up to half a second each, up to five and a half seconds after they
   * had formed their view.
   */
  Patience patience() {
    return new Patience(this, new Timers(Math.min(10_000, 4 * detectionMs)), 2_000, 10_000);
  }

  /**
   * A member that gives cause for doubt is asked, and has so long to answer. Longer than a
   * scheduler or a collector delays an answer, as measured with twice as many busy threads as
   * cores.
   */
  public long verifyMs() {
    return Math.clamp(detectionMs / 6, 20, 100);
  }

  /** For the host of a silent member to complete a connection. */
  public int knockMs() {
    return detectionMs / 2;
  }

  /**
   * Between two looks whether the host of a member whose connection closed still completes others.
   * Of a killed process the kernel closes the connections some milliseconds before the socket that
   * listens, so the first look often comes too soon.
   */
  public long knockAgainMs() {
    return 10;
  }

  /**
   * For a connection and the proof of the secret. A LAN connects in less than one; what takes
   * longer is a starting JVM. A second attempt of the kernel would come after 1,000.
   */
  public int connectMs() {
    return 300;
  }

  /** For an answer to discovery and for one to a request to join. */
  public int joinMs() {
    return 500;
  }

  /**
   * A peer outside the view that answers nothing for so long, though connected, gets a new
   * connection. Longer than a starting JVM needs to answer.
   */
  public int unheardMs() {
    return 4 * joinMs();
  }

  /**
   * Who is in no view after this goes on alone, though peers answer; views merge as soon as they
   * can. An address that nobody answers is worse than two views.
   */
  public int joinAtMostMs() {
    return 10 * joinMs();
  }

  /** A joiner that must let another go first looks again after this. */
  public int joinRetryMs() {
    return 30;
  }

  /**
   * Between two looks for peers that are not in the view; a merge takes about two. Everybody looks
   * for every missing peer, so with many peers it is done more rarely.
   */
  public long lookMs(int peers) {
    return (long) detectionMs * ((Math.max(1, peers) + UNSTRETCHED_LOOKS - 1) / UNSTRETCHED_LOOKS);
  }

  /**
   * Of the looks for peers every so many-th asks those in the view as well. That connects everybody
   * with everybody: 50 members that did so every 5 s were busy with nothing else, and suspected
   * each other.
   *
   * @param calm whether a look comes after {@link #calmMs} only
   */
  public int looksAtAll(int peers, boolean calm) {
    return calm && peers <= UNSTRETCHED_LOOKS ? 2 : 20;
  }

  /** A coordinator waits so long for members to confirm a view before it goes on without them. */
  public int viewAckMs() {
    return 500;
  }

  /**
   * Until a lost reliable message is asked for again. Over TCP that is one lost with its
   * connection.
   */
  public int resendMs() {
    return 100;
  }

  /** The same, and between two looks for peers, while all are together and nothing has broken. */
  public int calmMs() {
    return 3_000;
  }

  /** The longest {@link Cluster#close} takes. */
  public int leaveMs() {
    return 800;
  }
}
