package io.harp.e2e.api;

import io.fabric8.kubernetes.client.KubernetesClient;
import java.nio.file.Path;

/** The API server of a lab, reachable for everybody on the management network. */
public interface ApiServer extends AutoCloseable {

  /** Which one. */
  enum Kind {
    /** fabric8's in-memory server: no prerequisites, no validation, no rights. */
    EMBEDDED,
    /** kube-apiserver and etcd. */
    REAL
  }

  /** On whose behalf a client speaks. */
  enum User {
    ADMIN,
    CONTROLLER,
    SPEAKER;

    String fileName() {
      return "kubeconfig-" + name().toLowerCase(java.util.Locale.ROOT);
    }
  }

  Kind kind();

  /** A kubeconfig that works inside the lab's namespaces. */
  Path kubeconfig(User user);

  /** The lab's own client, with every right. */
  KubernetesClient client();

  /** How many requests by others than the lab wanted to change something, since the start. */
  long writesSoFar();

  /** SIGSTOP: it answers nobody, connections stay. */
  void stop();

  /** SIGCONT. */
  void resume();

  /** Only the real server hands out cluster addresses. */
  default boolean allocatesClusterIps() {
    return kind() == Kind.REAL;
  }

  @Override
  void close();
}
