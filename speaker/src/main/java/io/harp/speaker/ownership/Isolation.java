package io.harp.speaker.ownership;

import io.harp.speaker.ownership.Settings.Rule;
import io.harp.speaker.protocol.View;
import org.jspecify.annotations.Nullable;

/**
 * Whether a member without peers is cut off, or the peers are gone. Being silent costs nothing
 * where nobody can hear, but it costs everything on the last node that is left; so a silent segment
 * proves a cut only where somebody should have spoken: a gateway, or more peers than are lost at
 * once by accident.
 */
final class Isolation {

  /** Who was heard while alone is believed to be there for so long, in milliseconds. */
  private static final long LONG_SILENCE_MS = 60_000;

  /** Peers lost within this time are lost together, in milliseconds. */
  private static final long TOGETHER_MS = 2_000;

  private static final long NEVER = Long.MIN_VALUE / 4;

  private final Settings settings;
  private @Nullable View view;
  private long aloneSince = NEVER;
  private boolean hadPeers;
  private int expectedPeers;
  private int lostTogether;
  private long lostAt = NEVER;
  private boolean gateway;
  private boolean carrier = true;
  private boolean heardAlone;
  private long foreignAt = NEVER;

  Isolation(Settings settings) {
    this.settings = settings;
  }

  void view(View next, long now) {
    int before = view == null ? 0 : view.members().size();
    int lost = before - next.members().size();
    if (lost > 0) {
      lostTogether = now - lostAt <= TOGETHER_MS ? lostTogether + lost : lost;
      lostAt = now;
    }
    if (next.members().size() == 1 && before != 1) {
      aloneSince = now;
      heardAlone = false;
    }
    hadPeers |= next.members().size() > 1;
    view = next;
  }

  /** How many speakers of other nodes should be there. */
  void expect(int peers) {
    expectedPeers = peers;
  }

  /** Whether there is a gateway, which answers as long as the segment does. */
  void gateway(boolean known) {
    gateway = known;
  }

  /** Whether any interface is connected. */
  void carrier(boolean any) {
    carrier = any;
  }

  /** A frame of another host was heard at {@code at}. */
  void foreign(long at) {
    if (at > foreignAt) {
      foreignAt = at;
      heardAlone |= isAlone() && at > aloneSince;
    }
  }

  boolean isAlone() {
    return view == null || view.members().size() == 1;
  }

  /** Whether it must be silent, since nobody is there who could hear it. */
  boolean isIsolated(long now) {
    return settings.has(Rule.ISOLATION)
        && isAlone()
        && couldTell()
        && now - foreignAt > (heardAlone ? LONG_SILENCE_MS : settings.fenceMs());
  }

  /** Whether it may speak without proof, since nobody is there who could give any. */
  boolean needsNoProof() {
    return isAlone() && (heardAlone || !couldTell() || !settings.has(Rule.ISOLATION));
  }

  private boolean couldTell() {
    int lost = hadPeers ? lostTogether : expectedPeers;
    return !carrier || lost > 0 && gateway || lost > 1;
  }
}
