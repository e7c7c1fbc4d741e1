package io.harp.controller.hostports;

import io.harp.kube.Fields;
import io.harp.kube.PlainObjects;
import io.harp.kube.Resource;
import io.harp.kube.Scope;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Knows who uses and who has reserved which host port, and says what is wrong with a newcomer. A
 * ConfigMap that cannot be read changes nothing: its last good version stays in force.
 */
public final class PortGuard implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(PortGuard.class);

  static final String NAMESPACE = "kube-system";
  static final String CONFIG_MAP = "port-assignments";
  static final String KEY = "assignments";
  static final Scope ASSIGNMENTS = Scope.in(NAMESPACE).withName(CONFIG_MAP);

  private static final String MIRROR = "kubernetes.io/config.mirror";

  /** Hears about ConfigMaps that cannot be read. */
  public interface Complaints {
    /**
     * Called once for each broken version.
     *
     * @param version the ConfigMap's resourceVersion
     * @param what the number of the line, and what is wrong with it
     */
    void malformed(String namespace, String name, String version, String what);
  }

  private final NodeBook nodes;
  private final Complaints complaints;
  private final Workloads workloads;
  private final List<PlainObjects.Watching> watches = new ArrayList<>();
  private volatile Assignments assignments = Assignments.NONE;
  private volatile boolean listed;

  private PortGuard(NodeBook nodes, Workloads workloads, Complaints complaints) {
    this.nodes = nodes;
    this.workloads = workloads;
    this.complaints = complaints;
  }

  /**
   * Watches from now on.
   *
   * @param nodes kept up to date by somebody else
   */
  public static PortGuard start(PlainObjects objects, NodeBook nodes, Complaints complaints) {
    PortGuard guard = new PortGuard(nodes, Workloads.watch(objects), complaints);
    guard.watches.add(objects.watch(Resource.CONFIG_MAPS, ASSIGNMENTS, guard.new Reservations()));
    return guard;
  }

  /** Knows what the caller puts there. */
  static PortGuard of(NodeBook nodes, Workloads workloads, Complaints complaints) {
    return new PortGuard(nodes, workloads, complaints);
  }

  /** Whether it knows enough to judge. */
  public boolean isListed() {
    return listed && nodes.isListed() && workloads.isListed();
  }

  /**
   * What is wrong with the host ports of an object, one line each.
   *
   * @param object a pod, or something with a pod template
   * @param old its present version, or no fields. A change that leaves host ports and nodes alone
   *     is never complained about, however old the fault
   * @throws Fields.WrongType if it cannot be read
   */
  public List<String> findings(Fields object, Fields old) {
    Workload workload = WorkloadReader.read(object);
    if (workload.claims().isEmpty()
        || object.object("metadata").has("deletionTimestamp")
        || object.object("metadata").labels("annotations").containsKey(MIRROR)
        || WorkloadReader.maker(object).filter(workloads::has).isPresent()
        || !old.values().isEmpty() && workload.wantsTheSame(WorkloadReader.read(old))) {
      return List.of();
    }
    return HostPorts.judge(workload, workloads.all(), nodes.all(), assignments);
  }

  Reservations reservations() {
    return new Reservations();
  }

  @Override
  public void close() {
    watches.forEach(PlainObjects.Watching::close);
    workloads.close();
  }

  /** Follows the ConfigMap. */
  final class Reservations implements PlainObjects.Sink {
    @Override
    public void seen(Fields object) {
      try {
        assignments = Assignments.parse(object.object("data").text(KEY));
        log.info("{} lines of port assignments", assignments.lines().size());
      } catch (IllegalArgumentException | Fields.WrongType e) {
        log.warn(
            "ConfigMap {}/{}: {}; the last good one stays", NAMESPACE, CONFIG_MAP, e.getMessage());
        complaints.malformed(
            NAMESPACE,
            CONFIG_MAP,
            object.object("metadata").text("resourceVersion"),
            e.getMessage() + "; the last good version stays in force");
      }
    }

    @Override
    public void gone(String namespace, String name) {
      assignments = Assignments.NONE;
    }

    @Override
    public void listed() {
      listed = true;
    }
  }
}
