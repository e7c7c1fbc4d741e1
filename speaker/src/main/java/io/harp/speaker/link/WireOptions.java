package io.harp.speaker.link;

/**
 * How the wire is used.
 *
 * @param exclusions which interfaces never speak
 * @param promiscuous whether interfaces receive all frames, for hardware that filters multicast
 *     wrongly (some wireless cards)
 */
public record WireOptions(Exclusions exclusions, boolean promiscuous) {

  public static final WireOptions DEFAULT = new WireOptions(Exclusions.DEFAULT, false);
}
