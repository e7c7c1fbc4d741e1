package io.harp.kube;

/** Wants pools as the API gave them, status included. Called from the watch's thread. */
public interface RawPools {

  /** Wants none. */
  RawPools IGNORED =
      new RawPools() {
        @Override
        public void seen(Fields object) {}

        @Override
        public void gone(String name) {}
      };

  void seen(Fields object);

  void gone(String name);
}
