package io.harp.speaker.ownership;

import java.util.List;
import java.util.Set;

/**
 * The timers of the protocol, all in milliseconds, and its switches. Everything follows from {@code
 * detectionMs}, which the membership's failure detector uses too.
 *
 * @param detectionMs how long a member may be silent before it is suspected, 100-10,000
 * @param pingMs between two pings, as often as the {@link Fence} is looked at anyway
 * @param fenceMs how long an echo or a foreign frame proves the right to send; never longer than
 *     the detection time, so that an excluded member is mute before its successor claims
 * @param gatherMs how long a planner waits for the reports of a new view
 * @param auditProbesMs when the probes of an audit are sent, after its start
 * @param auditMs when an audit that heard nothing ends
 * @param cededMs between two audits of an address somebody else answers
 * @param placementWaitMs how long a placement waits for members that have not reported under the
 *     view; the first of all waits longer, for others
 * @param handOverMs how long a planned owner may take to claim before the move is taken back
 * @param helloMs between two hellos to expected members outside the view
 * @param burstMs when an address is announced after a claim
 * @param refreshMs between two announcements of a held address, jittered by a tenth; 0 for none
 * @param announcementsPerSecond pace of first announcements, and four times that of repeated ones;
 *     addresses wait their turn beyond it
 * @param failback whether a node that is preferred more gets its addresses back
 * @param matchingSubnets whether only interfaces with the subnet of an address speak about it
 * @param holdOffMs how long a node that left too often is chosen last, 0 for never
 * @param rebalancePerMinute groups moved in a minute to even out the load, 0 for none
 * @param rebalanceAfterMs how long the load must have been uneven before
 * @param placement how the first owner of all looks whether an address is free
 * @param without rules that are switched off, to show what each is worth
 */
public record Settings(
    long detectionMs,
    long pingMs,
    long fenceMs,
    long gatherMs,
    List<Long> auditProbesMs,
    long auditMs,
    long cededMs,
    long placementWaitMs,
    long handOverMs,
    long helloMs,
    List<Long> burstMs,
    long refreshMs,
    int announcementsPerSecond,
    boolean failback,
    boolean matchingSubnets,
    long holdOffMs,
    int rebalancePerMinute,
    long rebalanceAfterMs,
    Placement placement,
    Set<Rule> without) {

  /** How it is made sure that nobody uses an address that is placed for the first time. */
  public enum Placement {
    /** By the audit that precedes every claim. */
    AUDIT,
    /** By three probes in 600 ms. */
    SHORT,
    /** As RFC 5227 section 2.1.1 wants it: three probes in three seconds, and two of waiting. */
    FULL
  }

  /**
   * When an audit asks, and when it ends that heard nothing, both after its start, in milliseconds.
   */
  record Audit(List<Long> probesMs, long endsMs) {}

  /** The rules of the protocol that can be switched off by a hidden flag. */
  public enum Rule {
    AUDIT,
    FENCE,
    ISOLATION,
    ARBITRATION,
    HELLO,
    CEDED_LEASE,
    REASSERT,
    OVERLAP,
    SOUNDING,
    CHALLENGE,
    GATHER,
    PLACEMENT_WAIT,
    GIVE_BACK,
    REFUSAL,
    LAG,
    STORM_GUARD
  }

  public Settings {
    auditProbesMs = List.copyOf(auditProbesMs);
    burstMs = List.copyOf(burstMs);
    without = Set.copyOf(without);
  }

  /** The defaults for a detection time in milliseconds. */
  public static Settings of(long detectionMs) {
    return new Settings(
        detectionMs,
        Math.max(10, detectionMs / 4),
        detectionMs,
        100,
        List.of(0L, 15L),
        30,
        250,
        1_000,
        300,
        80,
        List.of(0L, 100L, 400L, 1_200L, 3_000L),
        60_000,
        2_000,
        false,
        false,
        600_000,
        1,
        600_000,
        Placement.AUDIT,
        Set.of());
  }

  /** The same timers with other choices. */
  public Settings with(
      boolean failback,
      boolean matchingSubnets,
      long holdOffMs,
      int rebalancePerMinute,
      long refreshMs,
      Placement placement,
      Set<Rule> without) {
    return with(
        failback,
        matchingSubnets,
        holdOffMs,
        rebalancePerMinute,
        rebalanceAfterMs,
        refreshMs,
        placement,
        without);
  }

  private Settings with(
      boolean failback,
      boolean matchingSubnets,
      long holdOffMs,
      int rebalancePerMinute,
      long rebalanceAfterMs,
      long refreshMs,
      Placement placement,
      Set<Rule> without) {
    return new Settings(
        detectionMs,
        pingMs,
        fenceMs,
        gatherMs,
        auditProbesMs,
        auditMs,
        cededMs,
        placementWaitMs,
        handOverMs,
        helloMs,
        burstMs,
        refreshMs,
        announcementsPerSecond,
        failback,
        matchingSubnets,
        holdOffMs,
        rebalancePerMinute,
        rebalanceAfterMs,
        placement,
        without);
  }

  /** The same timers and choices, but another patience with uneven load. */
  public Settings rebalancingAfter(long ms) {
    return with(
        failback,
        matchingSubnets,
        holdOffMs,
        rebalancePerMinute,
        ms,
        refreshMs,
        placement,
        without);
  }

  /** The same timers and choices, but another way to place. */
  public Settings placing(Placement how) {
    return with(failback, matchingSubnets, holdOffMs, rebalancePerMinute, refreshMs, how, without);
  }

  /** The usual audit. */
  Audit audit() {
    return new Audit(auditProbesMs, auditMs);
  }

  /** One that must not miss an owner that is only slow. */
  Audit longAudit() {
    return new Audit(longAuditProbesMs(), longAuditMs());
  }

  /**
   * The one before the first claim of all.
   *
   * @param usual what precedes other claims of the address now
   */
  Audit placementAudit(Audit usual) {
    return switch (placement) {
      case AUDIT -> usual;
      case SHORT -> new Audit(List.of(0L, 200L, 400L), 620);
      case FULL -> new Audit(List.of(500L, 2_000L, 3_500L), 5_600);
    };
  }

  /** When the probes of an audit are sent that must not miss an owner that is only slow. */
  public List<Long> longAuditProbesMs() {
    return List.of(0L, 15L, 100L, 200L);
  }

  /** When such an audit ends, in milliseconds. */
  public long longAuditMs() {
    return 250;
  }

  /** The same timers and choices without some rules. */
  public Settings without(Set<Rule> rules) {
    return with(
        failback,
        matchingSubnets,
        holdOffMs,
        rebalancePerMinute,
        refreshMs,
        placement,
        Set.copyOf(rules));
  }

  /** How long the first placement of all waits for members that are expected. */
  public long expectedWaitMs() {
    return 2 * placementWaitMs;
  }

  /** How long the first placement of all waits for speakers that the segment lets hear. */
  public long mergeWaitMs() {
    return 3 * placementWaitMs;
  }

  /** After how long a silence the segment is asked whether it is there, in milliseconds. */
  public long soundAfterMs() {
    return fenceMs / 2;
  }

  /** Between two such questions, in milliseconds. */
  public long soundMs() {
    return Math.max(10, fenceMs / 8);
  }

  /** How long they go unanswered until the segment counts as dead, in milliseconds. */
  public long deafMs() {
    return fenceMs / 2;
  }

  public boolean has(Rule rule) {
    return !without.contains(rule);
  }
}
