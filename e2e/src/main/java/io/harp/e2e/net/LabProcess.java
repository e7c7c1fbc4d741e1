package io.harp.e2e.net;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** A process of the lab: a daemon under test or an agent. */
public final class LabProcess {

  private final String name;
  private final Process process;
  private final Path log;

  private LabProcess(String name, Process process, Path log) {
    this.name = name;
    this.process = process;
    this.log = log;
  }

  static LabProcess toFile(String name, ProcessBuilder builder, Path log) {
    builder
        .redirectErrorStream(true)
        .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
    return new LabProcess(name, Launcher.start(builder), log);
  }

  static LabProcess toPipe(String name, ProcessBuilder builder, Path log) {
    builder.redirectError(ProcessBuilder.Redirect.appendTo(log.toFile()));
    return new LabProcess(name, Launcher.start(builder), log);
  }

  public String name() {
    return name;
  }

  public long pid() {
    return process.pid();
  }

  public boolean isAlive() {
    return process.isAlive();
  }

  /** SIGKILL; returns when the process is gone. */
  public void kill() {
    process.destroyForcibly();
    awaitEnd(5_000);
  }

  /** SIGTERM; returns at once. */
  public void terminate() {
    process.destroy();
  }

  /** SIGSTOP: it stands still and does not know. */
  public void stop() {
    signal("STOP");
  }

  /** SIGCONT. */
  public void resume() {
    signal("CONT");
  }

  /** Whether it ended within {@code timeoutMs}. */
  public boolean awaitEnd(long timeoutMs) {
    try {
      return process.waitFor(timeoutMs, TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  /**
   * Its exit status, 128 and more for a signal.
   *
   * @throws IllegalThreadStateException while it runs
   */
  public int exitStatus() {
    return process.exitValue();
  }

  /** Sends a line to an agent. */
  public void tell(String line) {
    try {
      Writer stdin = process.outputWriter();
      stdin.write(line);
      stdin.write('\n');
      stdin.flush();
    } catch (IOException e) {
      throw new UncheckedIOException(name + " does not listen: " + tail(20), e);
    }
  }

  /** Hands each line an agent prints to {@code reader}, on a thread of its own. */
  public void onLine(Consumer<String> reader) {
    Thread.ofPlatform()
        .daemon()
        .name("lab-" + name)
        .start(() -> process.inputReader().lines().forEach(reader));
  }

  /** Resident memory in kB, 0 when it is gone (proc(5)). */
  public long residentKb() {
    return statusKb("VmRSS:");
  }

  /** The most resident memory it ever had, in kB, 0 when it is gone (proc(5)). */
  public long peakResidentKb() {
    return statusKb("VmHWM:");
  }

  private long statusKb(String field) {
    try (var lines = Files.lines(Path.of("/proc/" + pid() + "/status"))) {
      return lines
          .filter(l -> l.startsWith(field))
          .mapToLong(l -> Long.parseLong(l.replaceAll("\\D", "")))
          .findFirst()
          .orElse(0);
    } catch (IOException | UncheckedIOException e) {
      return 0;
    }
  }

  /** User and system time used so far, in ms (proc(5); a tick is 10 ms). */
  public long cpuMs() {
    return ticks(11) * 10;
  }

  /** As {@link #cpuMs}, with that of the children that have ended and were waited for. */
  public long cpuWithChildrenMs() {
    return (ticks(11) + ticks(13)) * 10;
  }

  private long ticks(int first) {
    try {
      String stat = Files.readString(Path.of("/proc/" + pid() + "/stat"));
      String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
      return Long.parseLong(fields[first]) + Long.parseLong(fields[first + 1]);
    } catch (IOException e) {
      return 0;
    }
  }

  public Path log() {
    return log;
  }

  /** The last {@code n} lines of its log. */
  public String tail(int n) {
    try {
      List<String> lines = Files.readAllLines(log);
      return String.join("\n", lines.subList(Math.max(0, lines.size() - n), lines.size()));
    } catch (IOException e) {
      return "no log " + log;
    }
  }

  private void signal(String signal) {
    if (!process.isAlive()) {
      throw new IllegalStateException(name + " has ended: " + tail(20));
    }
    try {
      int status =
          new ProcessBuilder("kill", "-" + signal, Long.toString(pid()))
              .inheritIO()
              .start()
              .waitFor();
      if (status != 0) {
        throw new IllegalStateException("cannot send SIG" + signal + " to " + name);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
