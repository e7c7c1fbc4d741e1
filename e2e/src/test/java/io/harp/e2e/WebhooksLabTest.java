package io.harp.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.admissionregistration.v1.ValidatingWebhookConfiguration;
import io.harp.e2e.WebhookLab.Said;
import io.harp.e2e.net.LabProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** kube-apiserver asks the webhooks of real controllers. */
@NeedsLab(realApi = true)
class WebhooksLabTest {

  private static final Logger log = LoggerFactory.getLogger(WebhooksLabTest.class);

  private static final String SECRET = "metallb-webhook-cert";

  @Test
  void theApiServerIsAnsweredFromTheFirstSecondOnAndThroughEveryRenewal() throws IOException {
    try (WebhookLab lab = new WebhookLab()) {
      Said nobody = lab.pool("early", "10.77.100.0/24", "");
      assertTrue(nobody.body().contains("no endpoints available"), nobody.body());

      LabProcess first = lab.controller(1, "enabled");
      LabProcess second = lab.controller(2, "enabled");
      lab.awaitReady(1, first);
      lab.awaitReady(2, second);
      lab.endpoints(1, 2);
      lab.await(
          "the API server to see the endpoints",
          () ->
              !lab.pool("probe", "10.77.100.0/24", "?dryRun=All").body().contains("no endpoints"));
      assertEquals(201, lab.pool("probe", "10.77.100.0/24", "?dryRun=All").status());
      judges(lab);
      warns(lab);
      renews(lab, first, second);
      modes(lab, first, second);
      for (LabProcess process : List.of(first, second)) {
        assertFalse(Files.readString(process.log()).contains("forbidden"), process.name());
      }
    }
  }

  private static void judges(WebhookLab lab) {
    assertEquals(201, lab.pool("edge", "10.77.100.0/24", "").status());
    denied(lab.pool("two", "10.77.100.128/25", ""), "overlaps with already defined CIDR");
    denied(
        lab.pool("two", "10.77.0.0/24", ""), "10.77.0.11, which belongs to Node n1 (InternalIP)");
    denied(lab.pool("two", "10.96.7.0/24", ""), "belong to ServiceCIDR kubernetes (10.96.0.0/16)");
    Said elsewhere =
        lab.post(
            "apis/metallb.io/v1beta1/namespaces/default/ipaddresspools",
            "{'apiVersion':'metallb.io/v1beta1','kind':'IPAddressPool',"
                + "'metadata':{'name':'x'},'spec':{'addresses':['192.0.2.0/24']}}");
    denied(elsewhere, "must be created in metallb-system namespace");
    Said advertisement =
        lab.post(
            "apis/metallb.io/v1beta1/namespaces/metallb-system/l2advertisements",
            "{'apiVersion':'metallb.io/v1beta1','kind':'L2Advertisement',"
                + "'metadata':{'name':'a'},'spec':{'ipAddressPools':['edge','egde']}}");
    assertEquals(201, advertisement.status(), advertisement.body());
    warned(advertisement, "there is no IPAddressPool egde yet");
  }

  private static void warns(WebhookLab lab) {
    lab.await(
        "a warning about a Service",
        () -> !service(lab, "?dryRun=All", "LoadBalancer").warnings().isEmpty());
    Said said = service(lab, "", "LoadBalancer");
    assertEquals(201, said.status(), said.body());
    warned(said, "there is no IPAddressPool egde (annotation address-pool)");
    assertEquals(List.of(), service(lab, "?dryRun=All", "ClusterIP").warnings());
  }

  private static Said service(WebhookLab lab, String query, String type) {
    return lab.post(
        "api/v1/namespaces/default/services" + query,
        "{'apiVersion':'v1','kind':'Service','metadata':{'name':'web','annotations':"
            + "{'metallb.io/address-pool':'egde'}},'spec':{'type':'"
            + type
            + "','ports':[{'port':80}]}}");
  }

  /**
   * New certificate, a lost Secret and a configuration that was applied anew, all under traffic.
   */
  private static void renews(WebhookLab lab, LabProcess first, LabProcess second) {
    AtomicBoolean stop = new AtomicBoolean();
    AtomicInteger asked = new AtomicInteger();
    ConcurrentLinkedQueue<String> failures = new ConcurrentLinkedQueue<>();
    List<Thread> traffic =
        java.util.stream.IntStream.range(0, 3)
            .mapToObj(i ->
                Thread.ofVirtual()
                    .start(() -> {
                      while (!stop.get()) {
                        Said said = lab.pool("t" + i, "192.0.2." + i + "/32", "?dryRun=All");
                        asked.incrementAndGet();
                        if (said.status() != 201) {
                          failures.add(said.body());
                        }
                      }
                    }))
            .toList();

    Secret before = secret(lab);
    String certificate = before.getData().get("tls.crt");
    before.getData().remove("tls.crt");
    lab.client().resource(before).update();
    lab.await(
        "a new certificate",
        () ->
            secret(lab).getData().get("tls.crt") != null
                && !Objects.equals(certificate, secret(lab).getData().get("tls.crt")));
    lab.await("both to serve it", () -> served(first) == 2 && served(second) == 2);
    assertEquals(before.getData().get("ca.crt"), secret(lab).getData().get("ca.crt"));

    lab.client().resource(secret(lab)).delete();
    lab.await("the Secret to come back", () -> secret(lab) != null);
    assertEquals(before.getData().get("ca.crt"), secret(lab).getData().get("ca.crt"));
    assertNotEquals(certificate, secret(lab).getData().get("tls.crt"));

    int sofar = asked.get();
    lab.await("more traffic", () -> asked.get() > sofar + 20);
    stop.set(true);
    traffic.forEach(WebhooksLabTest::join);
    assertEquals(List.of(), List.copyOf(failures));
    log.info("{} admission requests during the renewals, none failed", asked.get());

    ValidatingWebhookConfiguration applied = configuration(lab);
    applied.getWebhooks().forEach(w -> w.getClientConfig().setCaBundle(null));
    lab.client().resource(applied).update();
    lab.await(
        "the CA to be put in again",
        () ->
            configuration(lab).getWebhooks().stream()
                .allMatch(w -> w.getClientConfig().getCaBundle() != null));
    lab.await(
        "the webhook to be trusted again",
        () -> lab.pool("probe", "192.0.2.0/24", "?dryRun=All").status() == 201);
  }

  private static void modes(WebhookLab lab, LabProcess first, LabProcess second) {
    LabProcess third = lab.controller(3, "onlywebhook", "--pool-overlaps=warn");
    lab.awaitReady(3, third);
    lab.endpoints(3);
    first.terminate();
    second.terminate();
    lab.await(
        "the third to be asked",
        () -> lab.pool("probe", "10.77.0.0/24", "?dryRun=All").status() == 201);
    warned(lab.pool("probe", "10.77.0.0/24", "?dryRun=All"), "10.77.0.11");
    denied(lab.pool("two", "10.77.100.128/25", ""), "overlaps with already defined CIDR");
    Said late =
        lab.post(
            "api/v1/namespaces/default/services",
            "{'apiVersion':'v1','kind':'Service','metadata':{'name':'late'},"
                + "'spec':{'type':'LoadBalancer','ports':[{'port':80}]}}");
    assertEquals(201, late.status(), late.body());
    assertFalse(third.tail(30).contains("leading"), third.tail(30));
  }

  private static long served(LabProcess process) {
    try {
      return Files.readString(process.log())
          .lines()
          .filter(l -> l.contains("serving with certificate"))
          .count();
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  private static Secret secret(WebhookLab lab) {
    return lab.client().secrets().inNamespace("metallb-system").withName(SECRET).get();
  }

  private static ValidatingWebhookConfiguration configuration(WebhookLab lab) {
    return lab.client()
        .admissionRegistration()
        .v1()
        .validatingWebhookConfigurations()
        .withName("metallb-webhook-configuration")
        .get();
  }

  private static void denied(Said said, String fragment) {
    assertEquals(403, said.status(), said.body());
    assertTrue(said.body().contains(fragment), said.body());
  }

  private static void warned(Said said, String fragment) {
    assertTrue(
        said.warnings().stream().anyMatch(w -> w.contains(fragment)),
        said.warnings() + " " + said.body());
  }

  private static void join(Thread thread) {
    try {
      thread.join();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }
}
