package io.harp.e2e.api;

import static io.harp.e2e.net.LabPlan.API_ADDRESS;
import static io.harp.e2e.net.LabPlan.API_PORT;
import static io.harp.e2e.net.LabPlan.CLUSTER_IPS_V4;
import static io.harp.e2e.net.LabPlan.CLUSTER_IPS_V6;

import io.fabric8.kubernetes.client.KubernetesClient;
import io.harp.e2e.net.LabPlan;
import io.harp.e2e.net.LabProcess;
import io.harp.e2e.net.Namespace;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * kube-apiserver and etcd, as two processes in the API server's namespace. Controller and speakers
 * are service accounts with the rights the chart gives them and no others.
 */
public final class RealApi implements ApiServer {

  private static final String ACCOUNTS = "system:serviceaccount:" + LabPlan.NAMESPACE + ":";
  private static final long READY_TIMEOUT_NS = 60_000_000_000L;

  /** A finished request of a daemon that was meant to change something. */
  private static final Pattern WRITE =
      Pattern.compile(
          "\"verb\":\"(create|update|patch|delete|deletecollection)\",\"user\":\\{\"username\":\""
              + ACCOUNTS);

  private static final Pattern WRITE_OF_KIND =
      Pattern.compile(
          WRITE.pattern()
              + "([^\"]+)\".*?\"objectRef\":\\{\"resource\":\"([^\"]+)\""
              + "(?:[^}]*\"subresource\":\"([^\"]+)\")?");

  private final Namespace namespace;
  private final Path binaries;
  private final Path directory;
  private final List<LabProcess> processes = new ArrayList<>();
  private final Doorway doorway;
  private final Access access;
  private final KubernetesClient client;

  private RealApi(Namespace api, Path directory, Path binaries) {
    this.namespace = api;
    this.binaries = binaries;
    this.directory = directory;
    Path etcd = directory.resolve("etcd");
    this.doorway = Doorway.open(api, directory);
    this.access = new Access(Optional.of(authority()));
    try {
      prepareFiles();
      processes.add(start("etcd", etcdCommand(binaries, etcd)));
      processes.add(start("kube-apiserver", apiCommand(binaries)));
      awaitReady();
      this.client = access.admin(doorway);
      access.kubeconfig(directory.resolve("kubeconfig"));
    } catch (RuntimeException e) {
      close();
      throw e;
    }
  }

  public static RealApi start(Namespace api, Path directory) {
    Path binaries =
        binaries()
            .orElseThrow(() ->
                new IllegalStateException(
                    "no kube-apiserver and etcd: run e2e/kube-apiserver/build"));
    return new RealApi(api, directory, binaries);
  }

  /**
   * The directory of kube-apiserver and etcd: below {@code KUBE_API_TEST_DIR}, or where {@code
   * e2e/kube-apiserver/build} puts them.
   */
  public static Optional<Path> binaries() {
    return Stream.concat(env("KUBE_API_TEST_DIR", "").stream(), caches("kube-api").stream())
        .map(dir -> dir.resolve("k8s"))
        .filter(Files::isDirectory)
        .flatMap(RealApi::versions)
        .filter(d -> Files.isExecutable(d.resolve("kube-apiserver")))
        .filter(d -> Files.isExecutable(d.resolve("etcd")))
        .findFirst();
  }

  /** Where {@code ./dev} keeps what it built or fetched under this name, nearest first. */
  public static List<Path> caches(String name) {
    return Stream.of(
            env("HARP_CACHE", "/" + name),
            env("XDG_CACHE_HOME", "/harp/" + name),
            env("HOME", "/.cache/harp/" + name))
        .flatMap(Optional::stream)
        .toList();
  }

  @Override
  public Kind kind() {
    return Kind.REAL;
  }

  @Override
  public Map<String, String> environment(User user) {
    return access.environment(user);
  }

  @Override
  public KubernetesClient client() {
    return client;
  }

  /**
   * Counted in the audit log by user name, so the lab's own writes are left out. So is the Lease
   * that the leading controller renews every 1.5 s.
   */
  @Override
  public long writesSoFar() {
    try (Stream<String> lines = Files.lines(directory.resolve("audit.log"))) {
      return lines
          .filter(l -> WRITE.matcher(l).find() && !l.contains("\"resource\":\"leases\""))
          .count();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * The same requests by who sent them, what they did and to which kind of object, as {@code
   * speaker create events}.
   */
  public Map<String, Integer> writesByKind() {
    Map<String, Integer> writes = new TreeMap<>();
    try (Stream<String> lines = Files.lines(directory.resolve("audit.log"))) {
      lines
          .map(WRITE_OF_KIND::matcher)
          .filter(Matcher::find)
          .filter(m -> !"leases".equals(m.group(3)))
          .forEach(m -> {
            String part = m.group(4) == null ? "" : "/" + m.group(4);
            writes.merge(m.group(2) + " " + m.group(1) + " " + m.group(3) + part, 1, Integer::sum);
          });
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return writes;
  }

  @Override
  public void stop() {
    processes.getLast().stop();
  }

  @Override
  public void resume() {
    processes.getLast().resume();
  }

  /** SIGKILL of kube-apiserver, in the middle of whatever it does; etcd goes on. */
  public void crash() {
    processes.removeLast().kill();
  }

  /** Starts kube-apiserver again after a crash; returns when it is ready, 60 s at most. */
  public void recover() {
    processes.add(start("kube-apiserver", apiCommand(binaries)));
    awaitReady();
  }

  /** What a daemon trusts the server by. */
  public Path authority() {
    return directory.resolve("apiserver.crt");
  }

  @Override
  @SuppressWarnings("ConstantValue")
  public void close() {
    @Nullable KubernetesClient open = client;
    if (open != null) {
      open.close();
    }
    processes.reversed().forEach(LabProcess::kill);
    doorway.close();
  }

  private LabProcess start(String name, List<String> command) {
    return namespace.start(
        name, command, Map.of(), Namespace.Rights.ALL, directory.resolve(name + ".log"));
  }

  private static List<String> etcdCommand(Path binaries, Path data) {
    return List.of(
        binaries.resolve("etcd").toString(),
        "--data-dir=" + data,
        "--unsafe-no-fsync",
        "--log-level=warn",
        "--listen-client-urls=http://127.0.0.1:2379",
        "--advertise-client-urls=http://127.0.0.1:2379",
        "--listen-peer-urls=http://127.0.0.1:2380");
  }

  private List<String> apiCommand(Path binaries) {
    return List.of(
        binaries.resolve("kube-apiserver").toString(),
        "--etcd-servers=http://127.0.0.1:2379",
        "--secure-port=" + API_PORT,
        "--bind-address=0.0.0.0",
        "--advertise-address=" + API_ADDRESS,
        "--cert-dir=" + directory,
        "--service-cluster-ip-range=" + CLUSTER_IPS_V4 + "," + CLUSTER_IPS_V6,
        "--authorization-mode=RBAC",
        "--token-auth-file=" + directory.resolve("tokens.csv"),
        "--service-account-key-file=" + directory.resolve("sa.pub"),
        "--service-account-signing-key-file=" + directory.resolve("sa.key"),
        "--service-account-issuer=https://lab.local",
        "--disable-admission-plugins=ServiceAccount",
        "--endpoint-reconciler-type=none",
        // Webhooks are called by the addresses of their endpoints: no kube-proxy runs here.
        "--enable-aggregator-routing=true",
        "--audit-policy-file=" + directory.resolve("audit-policy.yaml"),
        "--audit-log-path=" + directory.resolve("audit.log"));
  }

  private void prepareFiles() {
    write(
        "tokens.csv",
        """
        %s,admin,1,"system:masters"
        %s,%scontroller,2,"system:serviceaccounts,system:serviceaccounts:%s"
        %s,%sspeaker,3,"system:serviceaccounts,system:serviceaccounts:%s"
        """
            .formatted(
                Access.token(User.ADMIN),
                Access.token(User.CONTROLLER),
                ACCOUNTS,
                LabPlan.NAMESPACE,
                Access.token(User.SPEAKER),
                ACCOUNTS,
                LabPlan.NAMESPACE));
    write(
        "audit-policy.yaml",
        """
        apiVersion: audit.k8s.io/v1
        kind: Policy
        omitStages: [RequestReceived, ResponseStarted]
        rules:
        - level: Metadata
          userGroups: ["system:serviceaccounts"]
        - level: None
        """);
    write("audit.log", "");
    KeyPair keys = keys();
    write("sa.key", pem("PRIVATE KEY", keys.getPrivate().getEncoded()));
    write("sa.pub", pem("PUBLIC KEY", keys.getPublic().getEncoded()));
  }

  private void awaitReady() {
    long deadline = System.nanoTime() + READY_TIMEOUT_NS;
    while (System.nanoTime() - deadline < 0) {
      for (LabProcess process : processes) {
        if (!process.isAlive()) {
          throw new IllegalStateException(process.name() + " ended: " + process.tail(20));
        }
      }
      if (Files.exists(directory.resolve("apiserver.crt"))) {
        try (KubernetesClient probe = access.admin(doorway)) {
          if ("ok".equals(probe.raw("/readyz"))) {
            return;
          }
        } catch (RuntimeException e) {
          // Not yet.
        }
      }
      java.util.concurrent.locks.LockSupport.parkNanos(100_000_000);
    }
    throw new IllegalStateException(
        "kube-apiserver is not ready after 60 s: " + processes.getLast().tail(20));
  }

  private void write(String name, String text) {
    try {
      Files.writeString(directory.resolve(name), text);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static KeyPair keys() {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
      generator.initialize(2048);
      return generator.generateKeyPair();
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  private static String pem(String what, byte[] der) {
    String text = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der);
    return "-----BEGIN " + what + "-----\n" + text + "\n-----END " + what + "-----\n";
  }

  private static Optional<Path> env(String name, String below) {
    return Optional.ofNullable(System.getenv(name)).map(value -> Path.of(value + below));
  }

  private static Stream<Path> versions(Path k8s) {
    try (Stream<Path> found = Files.list(k8s)) {
      return found.sorted(java.util.Comparator.reverseOrder()).toList().stream();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
