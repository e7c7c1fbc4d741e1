package io.harp.controller.leadership;

/** What to do about the Lease now. */
public sealed interface Move {

  /** There is none yet: make it ours. */
  record Create() implements Move {}

  /** It is ours: say so again. */
  record Renew(Seen from) implements Move {}

  /** It is nobody's any more: make it ours. */
  record Take(Seen from) implements Move {}

  /** Somebody else holds it. */
  record Follow() implements Move {}
}
