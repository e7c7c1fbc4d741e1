package io.harp.controller.allocation;

/** What became of trying to give a Service certain addresses. */
sealed interface Attempt {

  /** It has them in {@code next}. */
  record Granted(Allocator next, Holding holding) implements Attempt {}

  /** It cannot have them; nothing changed. */
  record Refused(String why) implements Attempt {}
}
