package io.harp.controller.admission;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.harp.kube.Json;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ConversionTest {

  @Test
  void anObjectOfTheWantedVersionPassesThrough() {
    assertEquals(
        List.of(
            Map.of(
                "apiVersion",
                "metallb.io/v1beta1",
                "kind",
                "IPAddressPool",
                "metadata",
                Map.of("name", "a"),
                "spec",
                Map.of("addresses", List.of("192.0.2.0/24")))),
        converted(
            "metallb.io/v1beta1",
            """
            {"apiVersion":"metallb.io/v1beta1","kind":"IPAddressPool","metadata":{"name":"a"},
             "spec":{"addresses":["192.0.2.0/24"]}}\
            """));
  }

  @ParameterizedTest
  @CsvSource({"v1beta1, v1beta2", "v1beta2, v1beta1"})
  void aPeerKeepsEverythingButItsVersion(String from, String to) {
    List<?> converted =
        converted(
            "metallb.io/" + to,
            """
            {"apiVersion":"metallb.io/%s","kind":"BGPPeer","metadata":{"name":"p","uid":"7"},
             "spec":{"myASN":64512,"peerASN":64513,"peerAddress":"192.0.2.1","holdTime":"3m0s",
               "nodeSelectors":[{"matchLabels":{"rack":"1"}}]}}\
            """
                .formatted(from));
    assertEquals(
        List.of(
            Map.of(
                "apiVersion",
                "metallb.io/" + to,
                "kind",
                "BGPPeer",
                "metadata",
                Map.of("name", "p", "uid", "7"),
                "spec",
                Map.of(
                    "myASN",
                    64512,
                    "peerASN",
                    64513,
                    "peerAddress",
                    "192.0.2.1",
                    "holdTime",
                    "3m0s",
                    "nodeSelectors",
                    List.of(Map.of("matchLabels", Map.of("rack", "1")))))),
        converted);
  }

  @Test
  void whatNobodyConvertsFailsByName() {
    Map<String, Object> response =
        response(
            "metallb.io/v1",
            """
            {"apiVersion":"metallb.io/v1beta2","kind":"BGPPeer","metadata":{"name":"p"}}\
            """);
    assertEquals(
        Map.of(
            "status",
            "Failure",
            "message",
            "BGPPeer p: nobody here converts metallb.io/v1beta2 to metallb.io/v1"),
        response.get("result"));
    assertEquals("1", response.get("uid"));
    assertTrue(!response.containsKey("convertedObjects"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"apiVersion\":\"admission.k8s.io/v1\",\"kind\":\"AdmissionReview\"}",
        "{\"apiVersion\":\"apiextensions.k8s.io/v1\",\"kind\":\"ConversionReview\"}",
        "{\"apiVersion\":\"apiextensions.k8s.io/v1\",\"kind\":\"ConversionReview\",\"request\":3}",
        "[]"
      })
  void whatIsNoReviewIsRefusedInOneLine(String body) {
    IllegalArgumentException refusal =
        assertThrows(IllegalArgumentException.class, () -> Conversion.answer(bytes(body)));
    assertEquals(1, String.valueOf(refusal.getMessage()).lines().count());
  }

  @Test
  void theDeskAnswersAtUpstreamsPath() {
    Desk desk = new Desk(Map.of(), new AdmissionMetrics(new PrometheusRegistry()));
    assertEquals(Optional.empty(), desk.refusal("POST", "/convert", "application/json"));
    assertEquals(200, desk.answer("/convert", request("metallb.io/v1beta1", "")).status());
    assertEquals(400, desk.answer("/convert", bytes("{}")).status());
  }

  private static List<?> converted(String wanted, String object) {
    Map<String, Object> response = response(wanted, object);
    assertEquals(Map.of("status", "Success"), response.get("result"));
    return (List<?>) Objects.requireNonNull(response.get("convertedObjects"));
  }

  private static Map<String, Object> response(String wanted, String object) {
    Map<String, Object> review = Json.object(bytes(Conversion.answer(request(wanted, object))));
    assertEquals("ConversionReview", review.get("kind"));
    Map<String, Object> response = new HashMap<>();
    ((Map<?, ?>) Objects.requireNonNull(review.get("response")))
        .forEach((name, value) -> response.put(String.valueOf(name), value));
    return response;
  }

  private static byte[] request(String wanted, String objects) {
    return bytes(
        """
        {"apiVersion":"apiextensions.k8s.io/v1","kind":"ConversionReview",
         "request":{"uid":"1","desiredAPIVersion":"%s","objects":[%s]}}\
        """
            .formatted(wanted, objects));
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
