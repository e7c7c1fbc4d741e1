package io.harp.speaker.flight;

/** Where frames about held and watched addresses are written down. */
public interface FrameLog {

  /** Writes nothing. */
  FrameLog NONE = (_, _, _, _) -> {};

  /**
   * Notes the first {@code length} bytes of {@code frame} as received or sent just now. May be
   * called by any thread; allocates nothing and never waits for a reader for long.
   *
   * @param link the index of the interface
   */
  void frame(int link, boolean sent, byte[] frame, int length);
}
