package io.harp.controller.status;

import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import io.harp.kube.Fields;
import io.harp.kube.Json;
import java.nio.charset.StandardCharsets;

/** Objects of fabric8's classes as the API would send them. */
final class Plain {

  private Plain() {}

  static Fields of(Object object) {
    String text = new KubernetesSerialization().asJson(object);
    return Fields.of("", Json.object(text.getBytes(StandardCharsets.UTF_8)));
  }
}
