package io.harp.kube;

import org.jspecify.annotations.Nullable;

/** Resource versions as numbers (comparable since Kubernetes 1.35, in practice always). */
public final class Versions {

  private Versions() {}

  /** Whether {@code a} is older than {@code b}; no if either is unknown. */
  public static boolean isOlder(@Nullable String a, @Nullable String b) {
    return number(a) > 0 && number(b) > 0 && number(a) < number(b);
  }

  /** The version as a number, 0 if it is none. */
  public static long number(@Nullable String resourceVersion) {
    if (resourceVersion == null) {
      return 0;
    }
    try {
      return Long.parseLong(resourceVersion);
    } catch (NumberFormatException e) {
      return 0;
    }
  }
}
