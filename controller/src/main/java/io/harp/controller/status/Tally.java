package io.harp.controller.status;

/** Is told about every write to the API. Called from any thread. */
public interface Tally {

  /** What is written. */
  enum What {
    SERVICE,
    POOL,
    EVENT,
    STATE
  }

  /** A write was accepted after this long, in seconds. */
  void written(What what, double seconds);

  /** Somebody else had written first; it is tried again with the new version. */
  void conflict(What what);

  /** A write failed for another reason; it is tried again later. */
  void failed(What what);
}
