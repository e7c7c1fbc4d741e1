package io.harp.speaker.protocol;

/**
 * Names a view. Two views are the same only if both parts are equal: after a partition two
 * components count on with the same numbers, so numbers alone order nothing.
 *
 * @param number counted up by the creator
 */
public record ViewId(long number, Member creator) {

  @Override
  public String toString() {
    return number + "@" + creator.node();
  }
}
