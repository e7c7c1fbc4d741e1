package io.harp.kube;

import io.fabric8.kubernetes.api.model.Service;
import io.harp.model.ServiceKey;

/** Wants Services as the API gave them, each before its event. Called from the watch's thread. */
public interface RawServices {

  /** Wants none. */
  RawServices IGNORED =
      new RawServices() {
        @Override
        public void seen(Service object) {}

        @Override
        public void gone(ServiceKey key) {}
      };

  void seen(Service object);

  void gone(ServiceKey key);
}
