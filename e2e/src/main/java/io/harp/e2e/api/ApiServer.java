package io.harp.e2e.api;

import io.fabric8.kubernetes.client.KubernetesClient;
import java.util.Map;

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
    SPEAKER
  }

  /** By its user agent the lab's own writes are told from those of the daemons. */
  String LAB_AGENT = "harp-lab";

  Kind kind();

  /** What a daemon that acts as {@code user} needs in its environment to find this server. */
  Map<String, String> environment(User user);

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
