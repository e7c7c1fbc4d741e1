package io.harp.kube;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.server.mock.KubernetesMockServer;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ApiTest {

  private static final String WEB = Resource.SERVICES.path("shop", "web");

  private final KubernetesMockServer server = new KubernetesMockServer(false);
  private final Api api = connect();

  private Api connect() {
    server.init();
    return Api.connect(config(server.url("/")));
  }

  private static Config config(String url) {
    return new ConfigBuilder().withAutoConfigure(false).withMasterUrl(url).build();
  }

  @AfterEach
  void stop() {
    api.close();
    server.destroy();
  }

  @Test
  void anObjectComesWithoutWhatNobodyReads() {
    server
        .expect()
        .get()
        .withPath(WEB)
        .andReturn(
            200,
            Map.of(
                "metadata",
                Map.of("name", "web", "managedFields", List.of(Map.of("manager", "kubectl")))))
        .once();
    assertEquals(Map.of("metadata", Map.of("name", "web")), api.get(WEB).values());
  }

  @Test
  void whatIsNotThereIsNoProblemForWhoAsks() {
    assertEquals(Optional.empty(), api.find(WEB));
    ApiProblem problem = assertThrows(ApiProblem.class, () -> api.get(WEB));
    assertTrue(problem.isNotFound());
  }

  @Test
  void aRefusalSaysWhatTheServerSaid() {
    server
        .expect()
        .put()
        .withPath(WEB)
        .andReturn(409, Map.of("kind", "Status", "message", "the object has been modified"))
        .once();
    ApiProblem problem = assertThrows(ApiProblem.class, () -> api.replace(WEB, Map.of()));
    assertTrue(problem.isConflict());
    assertEquals("PUT " + WEB + ": 409, the object has been modified", problem.getMessage());
  }

  /** As what stands before a server may do. */
  @Test
  void anAnswerThatIsNoJsonIsAProblem() {
    server.expect().get().withPath(WEB).andReturn(200, "<html>").once();
    server.expect().get().withPath(WEB).andReturn(502, "<html>").once();
    ApiProblem problem = assertThrows(ApiProblem.class, () -> api.get(WEB));
    assertEquals(ApiProblem.NO_ANSWER, problem.status());
    assertEquals(502, assertThrows(ApiProblem.class, () -> api.get(WEB)).status());
  }

  @Test
  void aListIsReadPageByPage() {
    String path = "/api/v1/namespaces/shop/pods?labelSelector=app%3Dharp%2Ctier%3Da&limit=500";
    server.expect().get().withPath(path).andReturn(200, page("a", "next one")).once();
    server
        .expect()
        .get()
        .withPath(path + "&continue=next%20one")
        .andReturn(200, page("b", ""))
        .once();
    Scope scope = Scope.in("shop").withLabels(Map.of("tier", "a", "app", "harp"));
    assertEquals(
        List.of("a", "b"), api.list(Resource.PODS, scope).stream().map(Fields::name).toList());
  }

  private static Map<String, Object> page(String name, String next) {
    return Map.of(
        "metadata",
        Map.of("continue", next),
        "items",
        List.of(Map.of("metadata", Map.of("name", name))));
  }

  @Test
  void pathsAreThoseOfTheApi() {
    assertEquals("/api/v1/nodes", Resource.NODES.path());
    assertEquals("/api/v1/nodes/n1", Resource.NODES.path("", "n1"));
    assertEquals(
        "/apis/metallb.io/v1beta1/namespaces/metallb-system/ipaddresspools/edge/status",
        Resource.POOLS.statusPath("metallb-system", "edge"));
    assertEquals("/api/v1/namespaces/a%2Fb/secrets/c%20d", Resource.SECRETS.path("a/b", "c d"));
  }

  @Test
  void noServerAndNoClientAreProblemsWithoutAnswer() {
    try (Api nobody = Api.connect(config("http://127.0.0.1:1/"))) {
      assertEquals(
          ApiProblem.NO_ANSWER, assertThrows(ApiProblem.class, () -> nobody.get(WEB)).status());
    }
    Api closed = Api.connect(config(server.url("/")));
    closed.close();
    assertEquals(
        ApiProblem.NO_ANSWER, assertThrows(ApiProblem.class, () -> closed.get(WEB)).status());
  }
}
