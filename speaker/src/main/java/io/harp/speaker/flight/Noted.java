package io.harp.speaker.flight;

import io.harp.model.Address;
import java.util.Optional;

/** What the recorder has kept, each with its age against {@link System#nanoTime}. */
sealed interface Noted {

  long nanos();

  /**
   * A frame.
   *
   * @param bytes its beginning
   * @param length how long it was
   */
  @SuppressWarnings("ArrayRecordComponent") // Nobody compares frames.
  record Frame(long nanos, int link, boolean sent, byte[] bytes, int length) implements Noted {}

  /**
   * Something this speaker decided.
   *
   * @param address empty if it is about all of them
   */
  record Decided(long nanos, Optional<Address> address, String what) implements Noted {}
}
