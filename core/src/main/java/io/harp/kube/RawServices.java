package io.harp.kube;

import io.harp.model.LbService;
import io.harp.model.ServiceKey;

/** Wants Services as the API gave them, each before its event. Called from the watch's thread. */
public interface RawServices {

  /** Wants none. */
  RawServices IGNORED =
      new RawServices() {
        @Override
        public void seen(Fields object, LbService service) {}

        @Override
        public void gone(ServiceKey key) {}
      };

  /**
   * A Service is new or changed.
   *
   * @param object the receiver's from now on
   * @param service the same as a value
   */
  void seen(Fields object, LbService service);

  void gone(ServiceKey key);
}
