package io.harp.e2e;

import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.http.HttpResponse;
import io.harp.e2e.api.ApiServer;
import io.harp.e2e.net.LabPlan;
import io.harp.e2e.net.LabProcess;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/** A real API server that calls the webhooks of controllers in this lab. */
final class WebhookLab implements AutoCloseable {

  private final Lab lab;

  WebhookLab() {
    this(LabOptions.harp().withNodes(1).withApi(ApiServer.Kind.REAL));
  }

  WebhookLab(LabOptions options) {
    lab = Lab.start(options);
    try (InputStream yaml = WebhookLab.class.getResourceAsStream("/webhooks.yaml")) {
      if (yaml == null) {
        throw new IllegalStateException("webhooks.yaml is not among the test's resources");
      }
      lab.cluster().applyYaml(new String(yaml.readAllBytes(), StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  Lab lab() {
    return lab;
  }

  KubernetesClient client() {
    return lab.api().client();
  }

  /** Starts a controller whose ports are those of number {@code n}. */
  LabProcess controller(int n, String mode, String... more) {
    java.util.List<String> args =
        new java.util.ArrayList<>(
            List.of(
                "--webhook-mode=" + mode,
                "--webhook-port=" + (9442 + n),
                "--metrics-port=" + (7572 + n),
                "--health-probe-port=0"));
    args.addAll(List.of(more));
    return lab.startController("controller-" + n, args.toArray(String[]::new));
  }

  /** Waits until a controller says it is ready, as a kubelet would. */
  void awaitReady(int n, LabProcess process) {
    await(
        process.name() + " to be ready", () -> get(7572 + n, "readyz").startsWith("HTTP/1.1 200"));
  }

  /** Makes these controllers the Service's endpoints, as the controller manager would. */
  void endpoints(int... numbers) {
    for (int n = 1; n <= 3; n++) {
      int each = n;
      String name = "metallb-webhook-service-" + n;
      client()
          .discovery()
          .v1()
          .endpointSlices()
          .inNamespace(LabPlan.NAMESPACE)
          .withName(name)
          .delete();
      if (java.util.Arrays.stream(numbers).anyMatch(i -> i == each)) {
        lab.cluster()
            .applyYaml(
                """
                apiVersion: discovery.k8s.io/v1
                kind: EndpointSlice
                metadata:
                  name: %s
                  namespace: metallb-system
                  labels: {kubernetes.io/service-name: metallb-webhook-service}
                addressType: IPv4
                ports:
                - {name: "", port: %d, protocol: TCP}
                endpoints:
                - addresses: [%s]
                  conditions: {ready: true, serving: true}
                """
                    .formatted(name, 9442 + n, LabPlan.API_ADDRESS));
      }
    }
  }

  /** What the API server answers, with its warnings; the status is 0 if it does not. */
  record Said(int status, String body, List<String> warnings) {}

  /** Posts an object as JSON; single quotes stand for double ones. */
  Said post(String path, String json) {
    try {
      var http = client().getHttpClient();
      HttpResponse<String> response =
          http.sendAsync(
                  http.newHttpRequestBuilder()
                      .uri(client().getMasterUrl() + path)
                      .post("application/json", json.replace('\'', '"'))
                      .build(),
                  String.class)
              .get();
      return new Said(response.code(), response.bodyString(), response.headers("Warning"));
    } catch (IOException | ExecutionException e) {
      return new Said(0, String.valueOf(e.getMessage()), List.of());
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  Said pool(String name, String addresses, String query) {
    return post(
        "apis/metallb.io/v1beta1/namespaces/metallb-system/ipaddresspools" + query,
        "{'apiVersion':'metallb.io/v1beta1','kind':'IPAddressPool','metadata':{'name':'"
            + name
            + "'},'spec':{'addresses':['"
            + addresses
            + "']}}");
  }

  void await(String what, BooleanSupplier condition) {
    long deadline = System.nanoTime() + 30_000_000_000L;
    while (!holds(condition)) {
      if (System.nanoTime() - deadline > 0) {
        throw new AssertionError("waited 30 s for " + what + "\n" + lab.tails(30));
      }
      LockSupport.parkNanos(50_000_000);
    }
  }

  private static boolean holds(BooleanSupplier condition) {
    try {
      return condition.getAsBoolean();
    } catch (KubernetesClientException e) {
      return false;
    }
  }

  String get(int port, String path) {
    String command =
        "exec 3<>/dev/tcp/127.0.0.1/%d && printf 'GET /%s HTTP/1.1\\r\\nHost: lab\\r\\nConnection: close\\r\\n\\r\\n' >&3 && cat <&3"
            .formatted(port, path);
    try {
      return lab.lan().machine("api").run("", "timeout", "2", "bash", "-c", command);
    } catch (IllegalStateException e) {
      return "";
    }
  }

  @Override
  public void close() {
    lab.close();
  }
}
