package io.harp.e2e;

import io.harp.e2e.api.ApiServer;

/** The controller's scenarios with the embedded API server. */
@NeedsLab
class ControllerLabTest extends ControllerScenarios {

  ControllerLabTest() {
    super(ApiServer.Kind.EMBEDDED);
  }
}
