package io.harp.speaker.membership;

import java.util.concurrent.atomic.LongAdder;

/** What happened since the start; read by the metrics, written by all threads. */
public final class Counters {

  /** Records sent sealed. */
  public final LongAdder sealed = new LongAdder();

  /** Records received that opened. */
  public final LongAdder opened = new LongAdder();

  /** Records received that did not open; each ended its connection. */
  public final LongAdder damaged = new LongAdder();

  /** Incoming connections that did not prove the secret, or pushed out by newer ones. */
  public final LongAdder refused = new LongAdder();

  /** Incoming connections that said nothing: somebody asked whether this host is alive. */
  public final LongAdder knocks = new LongAdder();

  /** Outgoing connections whose peer did not prove the secret. */
  public final LongAdder distrusted = new LongAdder();

  /** Messages not sent because too much already waited for the same peer. */
  public final LongAdder overflowed = new LongAdder();

  /** Messages of a kind or size no speaker sends. */
  public final LongAdder unexpected = new LongAdder();

  /** Heartbeats sent, each to one member. */
  public final LongAdder beatsSent = new LongAdder();

  /** Heartbeats received. */
  public final LongAdder beatsReceived = new LongAdder();

  /** Members that gave cause for doubt. */
  public final LongAdder doubts = new LongAdder();

  /** Members taken for lost. */
  public final LongAdder suspicions = new LongAdder();

  /** Members taken for lost, each counted once until it was heard again. */
  public final LongAdder detections = new LongAdder();

  /** How long those had been silent by then, or since their connection closed, in ms in all. */
  public final LongAdder detectionMs = new LongAdder();

  void detected(long silentMs) {
    detections.increment();
    detectionMs.add(silentMs);
  }

  /** Times this process found that it had itself stood still. */
  public final LongAdder stalls = new LongAdder();

  /** Views. */
  public final LongAdder views = new LongAdder();

  /** Views that joined components. */
  public final LongAdder merges = new LongAdder();
}
