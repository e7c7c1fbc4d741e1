package io.harp.controller.admission;

import io.harp.controller.admission.Question.Operation;
import io.harp.kube.Fields;
import io.harp.kube.Json;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** AdmissionReview of {@code admission.k8s.io/v1}, read and written. */
final class Review {

  private static final String API_VERSION = "admission.k8s.io/v1";

  /** A longer one is cut by the API server itself (KEP-1693). */
  private static final int LONGEST_WARNING = 256;

  private static final int MOST_WARNINGS = 10;

  private Review() {}

  /**
   * Reads a request.
   *
   * @throws IllegalArgumentException in one line, if it is no AdmissionReview v1 with a request
   */
  static Question read(byte[] body) {
    try {
      Fields review = Fields.of("", Json.object(body));
      if (!review.text("apiVersion").equals(API_VERSION)
          || !review.text("kind").equals("AdmissionReview")) {
        throw new IllegalArgumentException(
            "this is \""
                + review.text("apiVersion")
                + " "
                + review.text("kind")
                + "\"; send AdmissionReview of "
                + API_VERSION);
      }
      Fields request = review.object("request");
      if (request.text("uid").isEmpty()) {
        throw new IllegalArgumentException("request.uid: it is empty");
      }
      return new Question(
          request.text("uid"),
          request.object("kind").text("kind"),
          operation(request.text("operation")),
          request.text("namespace"),
          request.text("name"),
          unnamed(request, "object"),
          unnamed(request, "oldObject"));
    } catch (Fields.WrongType e) {
      throw new IllegalArgumentException(e.field + ": " + e.getMessage(), e);
    }
  }

  static String write(String uid, Answer answer) {
    Map<String, Object> response = new LinkedHashMap<>();
    response.put("uid", uid);
    response.put("allowed", answer.denial().isEmpty());
    answer
        .denial()
        .ifPresent(why ->
            response.put(
                "status",
                Map.of("status", "Failure", "reason", "Forbidden", "code", 403, "message", why)));
    List<String> warnings =
        answer.warnings().stream().limit(MOST_WARNINGS).map(Review::cut).toList();
    if (!warnings.isEmpty()) {
      response.put("warnings", warnings);
    }
    return Json.text(
        Map.of("apiVersion", API_VERSION, "kind", "AdmissionReview", "response", response));
  }

  /** Problems name the fields of the object, not those of the review. */
  private static Fields unnamed(Fields request, String name) {
    return Fields.of("", request.object(name).values());
  }

  private static Operation operation(String text) {
    try {
      return Operation.valueOf(text);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          "request.operation: \"" + text + "\" is none of CREATE, UPDATE, DELETE and CONNECT", e);
    }
  }

  private static String cut(String warning) {
    return warning.length() <= LONGEST_WARNING
        ? warning
        : warning.substring(0, LONGEST_WARNING - 3) + "...";
  }
}
