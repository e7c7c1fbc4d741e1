package io.harp.speaker.protocol;

import java.util.List;

/**
 * How new a picture of the API is: the highest resourceVersion seen of each kind of object, 0 for
 * none, in an order all speakers share. Kinds are watched one by one, so a picture may be ahead of
 * another in one kind and behind it in another.
 */
public record Revision(List<Long> byKind) {

  public static final Revision NONE = new Revision(List.of());

  public Revision {
    byKind = List.copyOf(byKind);
  }

  /** A picture whose kinds are not told apart. */
  public static Revision of(long version) {
    return new Revision(List.of(version));
  }

  /** Whether {@code other} has seen something newer of any kind. */
  public boolean isBehind(Revision other) {
    for (int i = 0; i < other.byKind.size(); i++) {
      if (at(i) < other.byKind.get(i)) {
        return true;
      }
    }
    return false;
  }

  private long at(int kind) {
    return kind < byKind.size() ? byKind.get(kind) : 0;
  }

  @Override
  public String toString() {
    return byKind.toString();
  }
}
