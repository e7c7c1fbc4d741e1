package io.harp.e2e.net;

import io.harp.e2e.agent.Agent;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;

/** A running {@link Agent}, and who listens to it. */
public final class AgentProcess implements AutoCloseable {

  private static final int READY_TIMEOUT_S = 30;

  private final LabProcess process;
  private final List<Consumer<String>> listeners = new CopyOnWriteArrayList<>();
  private final CompletableFuture<Void> ready = new CompletableFuture<>();

  private AgentProcess(LabProcess process) {
    this.process = process;
  }

  /** Starts an agent; {@link #awaitReady} tells when it works, so that several start at once. */
  public static AgentProcess start(Namespace where, int heapMb, Path logs, String... args) {
    String name = where.name() + "-" + args[0];
    LabProcess process =
        where.converse(
            name, Jvm.self(heapMb, Agent.class.getName(), args), logs.resolve(name + ".log"));
    AgentProcess agent = new AgentProcess(process);
    process.onLine(agent::hear);
    return agent;
  }

  /** Waits until it works, 30 s at most. */
  public AgentProcess awaitReady() {
    try {
      ready.get(READY_TIMEOUT_S, TimeUnit.SECONDS);
      return this;
    } catch (ExecutionException | TimeoutException e) {
      throw new IllegalStateException(process.name() + " did not start: " + process.tail(20), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", e);
    }
  }

  public void tell(String line) {
    process.tell(line);
  }

  public void listen(Consumer<String> listener) {
    listeners.add(listener);
  }

  public void forget(Consumer<String> listener) {
    listeners.remove(listener);
  }

  public LabProcess process() {
    return process;
  }

  @Override
  public void close() {
    process.kill();
  }

  private void hear(String line) {
    if (line.equals("ready")) {
      ready.complete(null);
    } else {
      listeners.forEach(l -> l.accept(line));
    }
  }
}
