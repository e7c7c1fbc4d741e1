package io.harp.speaker.membership;

/** How {@link Watch} regards one member: what it has heard, asked and told of it. */
final class Regard {

  final long metMs;
  boolean watched;

  /** The last sign of life, or when its connection closed: what it is given time from. */
  long sinceMs;

  long askedMs;
  long repeatMs;
  int question;
  boolean asked;
  boolean told;
  boolean closed;
  boolean hostThere;

  /** Its host was asked at {@link #hostAskedMs}, and what came of it is not known yet. */
  boolean hostAsked;

  long hostAskedMs;
  boolean suspected;

  Regard(long nowMs) {
    metMs = nowMs;
    sinceMs = nowMs;
  }

  /** It is there: whatever was held against it is forgotten. */
  void trust(long nowMs) {
    sinceMs = nowMs;
    asked = false;
    told = false;
    closed = false;
    hostThere = false;
    hostAsked = false;
    suspected = false;
  }
}
