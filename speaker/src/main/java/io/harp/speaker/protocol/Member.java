package io.harp.speaker.protocol;

import io.harp.model.NodeName;
import java.util.Comparator;

/**
 * One life of a speaker: its node and a number drawn at random when the process started. A
 * restarted speaker is another member, so nothing said of the old one is taken for the new one.
 */
public record Member(NodeName node, long incarnation) implements Comparable<Member> {

  private static final Comparator<Member> ORDER =
      Comparator.comparing(Member::node).thenComparing(Member::incarnation, Long::compareUnsigned);

  @Override
  public int compareTo(Member other) {
    return ORDER.compare(this, other);
  }

  @Override
  public String toString() {
    return node + "/" + Long.toHexString(incarnation);
  }
}
