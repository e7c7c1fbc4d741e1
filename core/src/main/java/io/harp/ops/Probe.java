package io.harp.ops;

import java.util.Optional;

/** Answers a health question. */
@FunctionalInterface
public interface Probe {

  /** Empty if all is well, else one line that says what is not. */
  Optional<String> complaint();
}
