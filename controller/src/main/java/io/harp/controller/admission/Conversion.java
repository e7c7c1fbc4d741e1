package io.harp.controller.admission;

import io.harp.kube.Fields;
import io.harp.kube.Json;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * ConversionReview of {@code apiextensions.k8s.io/v1}, as MetalLB's definition of BGPPeer asks for
 * at {@code /convert}. Without an answer a cluster that still has that definition could not even
 * list its BGPPeers, let alone take them away.
 *
 * <p>The two versions of BGPPeer name their fields alike, so a conversion is the other version; the
 * API server drops what a version does not know. Any other pair of versions fails, by name.
 */
final class Conversion {

  /** The path upstream's definition names. */
  static final String PATH = "/convert";

  private static final String API_VERSION = "apiextensions.k8s.io/v1";

  /** What is the same in everything but its version. */
  private static final Map<String, Set<String>> ALIKE =
      Map.of("BGPPeer", Set.of("metallb.io/v1beta1", "metallb.io/v1beta2"));

  private Conversion() {}

  /** An object that cannot be converted; the message says which. */
  private static final class Impossible extends Exception {
    Impossible(String message) {
      super(message);
    }
  }

  /**
   * Answers a request.
   *
   * @throws IllegalArgumentException in one line, if it is no ConversionReview v1 with a request
   */
  static String answer(byte[] body) {
    try {
      Fields review = Fields.of("", Json.object(body));
      if (!review.text("apiVersion").equals(API_VERSION)
          || !review.text("kind").equals("ConversionReview")) {
        throw new IllegalArgumentException(
            "this is \"%s %s\"; send ConversionReview of %s"
                .formatted(review.text("apiVersion"), review.text("kind"), API_VERSION));
      }
      Fields request = review.object("request");
      if (request.text("uid").isEmpty()) {
        throw new IllegalArgumentException("request.uid: it is empty");
      }
      Map<String, Object> response = new LinkedHashMap<>();
      response.put("uid", request.text("uid"));
      response.putAll(converted(request));
      return Json.text(
          Map.of("apiVersion", API_VERSION, "kind", "ConversionReview", "response", response));
    } catch (Fields.WrongType e) {
      throw new IllegalArgumentException(e.field + ": " + e.getMessage(), e);
    }
  }

  private static Map<String, Object> converted(Fields request) {
    String wanted = request.text("desiredAPIVersion");
    try {
      List<Map<String, Object>> objects = new ArrayList<>();
      for (Fields object : request.objects("objects", o -> o)) {
        objects.add(converted(object, wanted));
      }
      return Map.of("convertedObjects", objects, "result", Map.of("status", "Success"));
    } catch (Impossible e) {
      return Map.of("result", Map.of("status", "Failure", "message", e.getMessage()));
    }
  }

  private static Map<String, Object> converted(Fields object, String wanted) throws Impossible {
    String kind = object.text("kind");
    String from = object.text("apiVersion");
    Set<String> alike = ALIKE.getOrDefault(kind, Set.of());
    if (!from.equals(wanted) && !(alike.contains(from) && alike.contains(wanted))) {
      throw new Impossible(
          "%s %s: nobody here converts %s to %s"
              .formatted(kind, object.nameOr("without a name"), from, wanted));
    }
    Map<String, Object> converted = new LinkedHashMap<>();
    object.values().forEach((name, value) -> converted.put(String.valueOf(name), value));
    converted.put("apiVersion", wanted);
    return converted;
  }
}
