package io.harp.speaker.election;

import io.harp.speaker.protocol.Member;

/**
 * A member that could own a group.
 *
 * @param score the sum of the stated preferences for its node; higher is better
 */
public record Candidate(Member member, Standing standing, int score) {

  /**
   * How sure it is that the member would do. Doubt ranks last; it never empties a candidate set.
   */
  public enum Standing {
    GOOD,
    /**
     * It would take the address, but its picture of the cluster is old, or its node has been
     * flapping.
     */
    DOUBTFUL,
    /**
     * Its segment does not answer, it did not take what was handed to it, or it refuses by a newer
     * picture of the cluster. An owner of this standing is left as soon as there is a better one.
     */
    CUT_OFF
  }
}
