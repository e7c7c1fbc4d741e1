package io.harp.speaker.sim;

import io.harp.speaker.announcement.Heard;
import io.harp.speaker.protocol.Message;
import io.harp.speaker.protocol.Trailer;
import java.util.Optional;

/**
 * How a speaker errs on purpose. The real classes stay as they are: what they are told and what
 * they say is changed on the way, as if the bug were inside.
 */
interface Mutant {

  /** A speaker without a bug. */
  Mutant NONE = new Mutant() {};

  /** What it takes a message of a peer for. */
  default Message hears(Life life, Message message) {
    return message;
  }

  /** What it takes a frame for; empty if it overlooks it. */
  default Optional<Heard> hears(Life life, Heard heard) {
    return Optional.of(heard);
  }

  /** What it adds to its frames. */
  default Trailer says(Life life, Trailer trailer) {
    return trailer;
  }

  /** Its challenges are announcements. */
  default boolean challengesAloud() {
    return false;
  }

  /** What it once began to announce it announces to the end, whatever comes. */
  default boolean finishesBursts() {
    return false;
  }

  /** Its clock stands still with it, so it does not notice that it was stopped. */
  default boolean clockStands() {
    return false;
  }

  /** It goes on with what it held once it may speak again. */
  default boolean keepsWhileMute() {
    return false;
  }

  /** It answers no longer for what a plan gives to another. */
  default boolean letsGoAtPlan() {
    return false;
  }

  /** It takes its own probe for the answer to it. */
  default boolean answersItself() {
    return false;
  }

  /** Frames of hosts that are no speakers prove nothing to it. */
  default boolean ignoresForeign() {
    return false;
  }
}
