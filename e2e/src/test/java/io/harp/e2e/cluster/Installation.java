package io.harp.e2e.cluster;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Harp and an echo workload in a cluster, with the questions the suite asks again and again. */
final class Installation {

  static final String NAMESPACE = "metallb-system";
  static final String RELEASE = "harp";

  private static final long APPLY_NS = 30_000_000_000L;
  private static final Pattern MAC = Pattern.compile("lladdr (\\S+)");

  private final Cluster cluster;
  private final Path chart;
  private final String image;

  /**
   * @param image name and tag of the image with all daemons, already in the nodes
   */
  Installation(Cluster cluster, Path chart, String image) {
    this.cluster = cluster;
    this.chart = chart;
    this.image = image;
  }

  /** Installs or upgrades a release and waits until its pods are ready. */
  void helm(String verb, String release, String namespace, String... more) {
    int colon = image.lastIndexOf(':');
    List<String> args =
        new ArrayList<>(
            List.of(
                verb,
                release,
                chart.toString(),
                "--namespace=" + namespace,
                "--set=image.repository=" + image.substring(0, colon),
                "--set=image.tag=" + image.substring(colon + 1),
                "--set=image.pullPolicy=Never",
                "--wait",
                "--timeout=180s"));
    args.addAll(List.of(more));
    cluster.helm(args.toArray(String[]::new));
    // Helm waits until all pods but one of a DaemonSet are ready, by its maxUnavailable.
    for (String kind : List.of("daemonset", "deployment")) {
      rolledOut(namespace, kind, "--selector=app.kubernetes.io/instance=" + release);
    }
  }

  void apply(String yaml) {
    // Right after an installation the webhook's pod is ready before its Service is.
    long end = System.nanoTime() + APPLY_NS;
    while (true) {
      try {
        cluster.kubectl(yaml, "apply", "-f", "-");
        return;
      } catch (IllegalStateException e) {
        if (System.nanoTime() - end > 0) {
          throw e;
        }
        pause(1_000);
      }
    }
  }

  /** A Deployment of echo pods and a Service before it; waits until the pods are ready. */
  void serve(String name, int replicas, String serviceFields) {
    apply(
        """
        apiVersion: apps/v1
        kind: Deployment
        metadata: {name: %1$s}
        spec:
          replicas: %2$d
          selector: {matchLabels: {app: %1$s}}
          template:
            metadata: {labels: {app: %1$s}}
            spec:
              topologySpreadConstraints: [{maxSkew: 1, topologyKey: kubernetes.io/hostname, whenUnsatisfiable: DoNotSchedule, labelSelector: {matchLabels: {app: %1$s}}}]
              terminationGracePeriodSeconds: 1
              containers:
              - name: echo
                image: %3$s
                imagePullPolicy: IfNotPresent
                env: [{name: NODE, valueFrom: {fieldRef: {fieldPath: spec.nodeName}}}]
                readinessProbe: {httpGet: {path: /, port: 8080}, periodSeconds: 1}
        ---
        apiVersion: v1
        kind: Service
        metadata: {name: %1$s}
        spec:
          type: LoadBalancer
          selector: {app: %1$s}
          ports: [{name: http, port: 80, targetPort: 8080}, {name: udp, protocol: UDP, port: 80, targetPort: 8080}]
          %4$s
        """
            .formatted(name, replicas, cluster.echoImage(), serviceFields));
    rolledOut("default", "deployment/" + name);
  }

  /** Lets the pods of {@code name} run on one node only. */
  void pin(String name, String node) {
    cluster.kubectl(
        "",
        "patch",
        "deployment",
        name,
        "-p",
        "{\"spec\":{\"template\":{\"spec\":{\"nodeSelector\":{\"kubernetes.io/hostname\":\""
            + node
            + "\"}}}}}");
    rolledOut("default", "deployment/" + name);
    await(
        name + " runs on " + node + " alone",
        30,
        () ->
            cluster
                .kubectl(
                    "",
                    "get",
                    "pods",
                    "-l",
                    "app=" + name,
                    "-o",
                    "jsonpath={.items[*].spec.nodeName}")
                .equals(node));
  }

  /**
   * Waits until a rollout has ended.
   *
   * @param what the arguments that tell of which
   */
  void rolledOut(String namespace, String... what) {
    List<String> args = new ArrayList<>(List.of("rollout", "status"));
    args.addAll(List.of(what));
    args.addAll(List.of("-n", namespace, "--timeout=180s"));
    cluster.kubectl("", args.toArray(String[]::new));
  }

  /** The addresses a Service has been given. */
  List<String> addresses(String service, int count) {
    List<String> found = new ArrayList<>();
    await(
        service + " has " + count + " addresses",
        30,
        () -> {
          found.clear();
          String text =
              cluster.kubectl(
                  "",
                  "get",
                  "service",
                  service,
                  "-o",
                  "jsonpath={.status.loadBalancer.ingress[*].ip}");
          found.addAll(List.of(text.split(" ", -1)));
          found.removeIf(String::isEmpty);
          return found.size() == count;
        });
    return found;
  }

  /** What a pod behind an address answers over TCP; empty when nobody does within 3 s. */
  String ask(String address) {
    String host = address.contains(":") ? "[" + address + "]" : address;
    return cluster.onClient("curl -s -m 3 http://" + host + "/ || true");
  }

  void awaitAnswer(String address) {
    await(address + " answers", 30, () -> !ask(address).isEmpty());
  }

  /** The node whose MAC address a client with an empty cache learns. */
  String owner(String address) {
    String script =
        "ip neigh flush to %1$s; ip -6 neigh flush to %1$s 2>/dev/null; curl -s -m 2 -o /dev/null 'http://%2$s/'; ip neigh show %1$s"
            .formatted(address, address.contains(":") ? "[" + address + "]" : address);
    Matcher mac = MAC.matcher(cluster.onClient(script));
    return mac.find() ? cluster.nodeOf(mac.group(1)) : "nobody";
  }

  /** Sends to an address for some seconds while something happens. */
  Probes during(String address, int seconds, Runnable something) {
    CompletableFuture<String> report =
        CompletableFuture.supplyAsync(() -> cluster.onClient(Probes.script(address, seconds)));
    pause(500);
    something.run();
    return Probes.parse(report.join());
  }

  /**
   * Waits until something has come true, looking twice a second.
   *
   * @throws AssertionError after {@code seconds}, saying what did not
   */
  static void await(String what, int seconds, BooleanSupplier comeTrue) {
    long end = System.nanoTime() + seconds * 1_000_000_000L;
    while (!comeTrue.getAsBoolean()) {
      if (System.nanoTime() - end > 0) {
        throw new AssertionError("not within " + seconds + " s: " + what);
      }
      pause(500);
    }
  }

  private static void pause(int ms) {
    LockSupport.parkNanos(ms * 1_000_000L);
  }
}
