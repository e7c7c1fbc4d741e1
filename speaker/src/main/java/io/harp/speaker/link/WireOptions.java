package io.harp.speaker.link;

/**
 * How the wire is used.
 *
 * @param exclusions which interfaces never speak
 * @param promiscuous whether interfaces receive all frames, for hardware that filters multicast
 *     wrongly (some wireless cards)
 * @param answerPing whether echo requests for held addresses are answered
 */
public record WireOptions(Exclusions exclusions, boolean promiscuous, boolean answerPing) {

  public static final WireOptions DEFAULT = new WireOptions(Exclusions.DEFAULT, false, false);
}
