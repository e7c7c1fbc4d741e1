package io.harp.speaker.link;

/** One interface, open for frames, and the thread that reads them. */
interface Port extends AutoCloseable {

  /** What is done with a frame; called on the port's thread. */
  @FunctionalInterface
  interface Receiver {
    /** The first {@code length} bytes are the frame. The array is used again. */
    void frame(byte[] frame, int length);
  }

  /**
   * Opens the interface, so that the caller may send at once, and starts the thread, which tries
   * again if that failed.
   */
  void start();

  /**
   * Sends the first {@code length} bytes; false if they could not be. May be called by anyone.
   * Never blocks.
   */
  boolean send(byte[] frame, int length);

  /** What the kernel passed on, and dropped because the thread did not keep up, since the start. */
  PacketSocket.Statistics statistics();

  /** Stops the thread and closes the interface; waits for that at most a second. */
  @Override
  void close();
}
