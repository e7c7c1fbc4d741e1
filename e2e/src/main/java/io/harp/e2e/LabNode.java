package io.harp.e2e;

import io.harp.e2e.net.LabPlan;
import io.harp.e2e.net.LabProcess;
import io.harp.e2e.net.Namespace;
import io.harp.model.MacAddress;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * A node, and everything that can happen to it. Methods that begin a fault return when it began, as
 * {@link System#nanoTime}.
 */
public final class LabNode {

  private final Lab lab;
  private final LabPlan.Host host;
  private @Nullable LabProcess speaker;
  private int attempts;

  LabNode(Lab lab, LabPlan.Host host) {
    this.lab = lab;
    this.host = host;
  }

  public String name() {
    return host.name();
  }

  /** Its address on the LAN. */
  public String address() {
    return host.v4();
  }

  public MacAddress mac() {
    return host.mac();
  }

  /** Starts the speaker; its pod has been there all along. */
  public long start() {
    return start(List.of());
  }

  /**
   * As {@link #start()}, with more arguments.
   *
   * @param args added to its command
   */
  public long start(List<String> args) {
    return start(Namespace.Rights.RAW_SOCKETS, args);
  }

  /** As {@link #start()}, for a command that gives rights away by itself. */
  public long start(Namespace.Rights rights) {
    return start(rights, List.of());
  }

  private long start(Namespace.Rights rights, List<String> args) {
    if (speaker != null && speaker.isAlive()) {
      throw new IllegalStateException("the speaker of " + name() + " runs already");
    }
    long at = System.nanoTime();
    speaker = lab.startSpeaker(host, rights, args, name(), "speaker-" + name());
    return at;
  }

  /**
   * Starts one more speaker here, which is expected to end by itself.
   *
   * @param args added to its command
   * @param nodeName the name it is told
   */
  public LabProcess tryStart(Namespace.Rights rights, List<String> args, String nodeName) {
    return lab.startSpeaker(
        host, rights, args, nodeName, "speaker-" + name() + "-attempt-" + ++attempts);
  }

  /** SIGKILL to the speaker. The node and its traffic go on. */
  public long kill() {
    long at = System.nanoTime();
    speaker().kill();
    return at;
  }

  /** SIGSTOP: the speaker hangs. */
  public long stop() {
    long at = System.nanoTime();
    speaker().stop();
    return at;
  }

  /** SIGCONT: it goes on as if nothing had happened. */
  public long resume() {
    long at = System.nanoTime();
    speaker().resume();
    return at;
  }

  /** SIGTERM: the orderly end. */
  public long terminate() {
    long at = System.nanoTime();
    speaker().terminate();
    return at;
  }

  /**
   * Waits for the speaker to end after {@link #terminate}.
   *
   * @throws AssertionError after {@code timeoutMs}
   */
  public void awaitEnd(long timeoutMs) {
    if (!speaker().awaitEnd(timeoutMs)) {
      throw new AssertionError("the speaker of " + name() + " still runs:\n" + tail(20));
    }
  }

  /** Pulls the LAN cable. */
  public long cutLan() {
    long at = System.nanoTime();
    lab.lan().cutLan(name());
    return at;
  }

  /** Pulls the management cable: no API server, and no membership if that is its network. */
  public long cutManagement() {
    long at = System.nanoTime();
    lab.lan().cutManagement(name());
    return at;
  }

  /** Pulls both cables. */
  public long cutBoth() {
    long at = System.nanoTime();
    lab.lan().cutBoth(name());
    return at;
  }

  /** Plugs the cables in again. */
  public long plugIn() {
    long at = System.nanoTime();
    lab.lan().plugIn(name());
    return at;
  }

  /** The whole node dies: first the cables, so that no dying process says goodbye, then SIGKILL. */
  public long powerOff() {
    long at = cutBoth();
    speaker().kill();
    return at;
  }

  /** Undoes {@link #powerOff}: cables in, a new speaker process. */
  public long bringBack() {
    plugIn();
    return start();
  }

  /** Whether the speaker says it is ready. */
  public boolean isReady() {
    return isRunning() && get("readyz").startsWith("HTTP/1.1 200");
  }

  /**
   * Waits until it is.
   *
   * @throws AssertionError after {@code timeoutMs}
   */
  public void awaitReady(long timeoutMs) {
    long deadline = System.nanoTime() + timeoutMs * 1_000_000;
    while (!isReady()) {
      if (!isRunning() || System.nanoTime() - deadline > 0) {
        throw new AssertionError("the speaker of " + name() + " is not ready: " + tail(20));
      }
      LockSupport.parkNanos(50_000_000);
    }
  }

  /** What the speaker's HTTP port answers, headers and all; empty when it does not. */
  public String get(String path) {
    return get(LabPlan.OPS_PORT, path);
  }

  /** What an HTTP server of this node answers, headers and all, in one piece; else empty. */
  public String get(int port, String path) {
    String command =
        "exec 3<>/dev/tcp/127.0.0.1/%d && printf 'GET /%s HTTP/1.0\\r\\nHost: lab\\r\\n\\r\\n' >&3 && cat <&3"
            .formatted(port, path);
    try {
      return lab.lan().machine(name()).run("", "timeout", "2", "bash", "-c", command);
    } catch (IllegalStateException e) {
      return "";
    }
  }

  public boolean isRunning() {
    return speaker != null && speaker.isAlive();
  }

  /** The speaker's process, for its memory, its time and its log. */
  public LabProcess speaker() {
    if (speaker == null) {
      throw new IllegalStateException("no speaker was started on " + name());
    }
    return speaker;
  }

  String tail(int lines) {
    return speaker == null ? "" : "--- " + speaker.name() + "\n" + speaker.tail(lines) + "\n";
  }
}
