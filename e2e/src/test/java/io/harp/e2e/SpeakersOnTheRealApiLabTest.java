package io.harp.e2e;

import io.harp.e2e.api.ApiServer;

/** The scenarios with kube-apiserver and the rights the chart gives to speakers. */
@NeedsLab(realApi = true)
class SpeakersOnTheRealApiLabTest extends SpeakerScenarios {

  SpeakersOnTheRealApiLabTest() {
    super(ApiServer.Kind.REAL);
  }
}
