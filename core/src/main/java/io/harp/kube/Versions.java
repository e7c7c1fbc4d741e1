package io.harp.kube;

/** Resource versions as numbers (comparable since Kubernetes 1.35, in practice always). */
final class Versions {

  private Versions() {}

  /** The version as a number, 0 if it is none. */
  static long number(String resourceVersion) {
    try {
      return Long.parseLong(resourceVersion);
    } catch (NumberFormatException e) {
      return 0;
    }
  }
}
