package io.harp.controller.allocation;

import io.harp.model.LbService;
import java.util.List;
import java.util.Optional;

/** Annotations of MetalLB's old prefix: they work, but their author should know the new one. */
public final class LegacyKeys {

  private LegacyKeys() {}

  /** What to tell the author of a Service that bears any. */
  public static Optional<Note> warning(LbService service) {
    List<String> keys = Request.legacyKeys(service);
    return keys.isEmpty()
        ? Optional.empty()
        : Optional.of(
            Note.warning(
                "deprecatedAnnotation",
                "the prefix of " + String.join(", ", keys) + " is deprecated: use metallb.io/"));
  }
}
