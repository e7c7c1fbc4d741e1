package io.harp.speaker.status;

import io.harp.model.ServiceKey;
import java.util.Optional;

/**
 * What to write about a Service.
 *
 * @param tenure empty when it is nobody's to answer for any longer
 * @param attempt how often writing it has failed
 */
record Word(ServiceKey service, Optional<Tenure> tenure, int attempt) {

  static Word of(Tenure tenure) {
    return new Word(tenure.service(), Optional.of(tenure), 0);
  }

  static Word gone(ServiceKey service) {
    return new Word(service, Optional.empty(), 0);
  }

  Word failedOnceMore() {
    return new Word(service, tenure, attempt + 1);
  }
}
