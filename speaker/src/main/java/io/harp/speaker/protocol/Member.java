package io.harp.speaker.protocol;

import io.harp.model.NodeName;
import java.util.Comparator;
import org.jspecify.annotations.Nullable;

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

  // Asked for each address of each report: the number nearly always tells, and is told at once.
  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof Member same
        && incarnation == same.incarnation
        && node.equals(same.node);
  }

  @Override
  public int hashCode() {
    return 31 * node.hashCode() + Long.hashCode(incarnation);
  }

  @Override
  public String toString() {
    return node + "/" + Long.toHexString(incarnation);
  }
}
