package io.harp.kube;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;

/** Wants pools as the API gave them, status included. Called from the watch's thread. */
public interface RawPools {

  /** Wants none. */
  RawPools IGNORED =
      new RawPools() {
        @Override
        public void seen(GenericKubernetesResource object) {}

        @Override
        public void gone(String name) {}
      };

  void seen(GenericKubernetesResource object);

  void gone(String name);
}
