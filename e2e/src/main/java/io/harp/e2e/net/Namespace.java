package io.harp.e2e.net;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A network namespace with its own {@code /sys}, held open by a process that does nothing else.
 * Named ones ({@code ip netns add}) would outlive a crash and need a writable {@code /run/netns};
 * these end with the process, work without root, and can carry any number of labs.
 */
public final class Namespace implements AutoCloseable {

  /** What a process may do. {@code RAW_SOCKETS} is what a speaker gets in a cluster. */
  public enum Rights {
    ALL,
    RAW_SOCKETS,
    NONE
  }

  private static final int COMMAND_TIMEOUT_S = 20;

  private final String name;
  private final Process holder;
  private final List<String> enter;
  private final List<LabProcess> processes = Collections.synchronizedList(new ArrayList<>());

  private Namespace(String name, Process holder, boolean user) {
    this.name = name;
    this.holder = holder;
    this.enter = enter(holder.pid(), user);
  }

  /**
   * Makes a namespace. Without root the first of a lab also makes a user namespace, in which the
   * caller is root; the others are made inside of it.
   *
   * @param first the namespace that owns the user namespace, null when this is the first
   */
  public static Namespace create(String name, @Nullable Namespace first) {
    boolean user = !isRoot();
    List<String> command = new ArrayList<>();
    if (first != null && user) {
      command.addAll(
          List.of("nsenter", "-t", first.pid() + "", "-U", "--preserve-credentials", "--"));
    }
    command.add("unshare");
    if (first == null && user) {
      command.addAll(List.of("--user", "--map-root-user"));
    }
    command.addAll(List.of("--net", "--mount", "--", "setpriv", "--pdeathsig", "KILL", "sh", "-c"));
    command.add("mount -t sysfs sysfs /sys && ip link set lo up && echo ready && exec cat");
    Process holder = Launcher.start(new ProcessBuilder(command).redirectErrorStream(true));
    Namespace made = new Namespace(name, holder, user);
    made.awaitReady();
    return made;
  }

  public static boolean isRoot() {
    return "root".equals(System.getProperty("user.name"));
  }

  public String name() {
    return name;
  }

  /** What to type to get a shell in here. */
  public String enterCommand() {
    return String.join(" ", enter) + " bash";
  }

  /** The process that holds it open, for moving interfaces here. */
  public long pid() {
    return holder.pid();
  }

  /**
   * Runs a command to its end, for 20 s at most.
   *
   * @param input what it reads
   * @return what it printed
   * @throws IllegalStateException if it fails, with what it printed
   */
  public String run(String input, String... command) {
    List<String> all = new ArrayList<>(enter);
    all.add("--");
    all.addAll(List.of(command));
    Process process = Launcher.start(new ProcessBuilder(all).redirectErrorStream(true));
    try (Writer stdin = process.outputWriter()) {
      stdin.write(input);
    } catch (IOException e) {
      // It ended without reading everything; its exit status and output tell why.
    }
    try {
      String output =
          new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
      if (!process.waitFor(COMMAND_TIMEOUT_S, TimeUnit.SECONDS) || process.exitValue() != 0) {
        process.destroyForcibly();
        throw new IllegalStateException(
            name + ": " + String.join(" ", command) + " failed: " + output + "\n" + input);
      }
      return output;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", e);
    }
  }

  /** Runs lines of {@code ip}, as in {@code link set eth0 up}. */
  public void ip(String... lines) {
    run(String.join("\n", lines) + "\n", "ip", "-batch", "-");
  }

  /** Loads an nftables ruleset, all of it or nothing. */
  public void nft(String ruleset) {
    run(ruleset, "nft", "-f", "-");
  }

  /** Starts a process that stays; its output goes to {@code log}. */
  public LabProcess start(
      String process, List<String> command, Map<String, String> env, Rights rights, Path log) {
    return keep(LabProcess.toFile(process, builder(command, env, rights), log));
  }

  /** Starts a process whose standard input and output the lab talks to. */
  public LabProcess converse(String process, List<String> command, Path log) {
    return keep(LabProcess.toPipe(process, builder(command, Map.of(), Rights.ALL), log));
  }

  /**
   * Kills what runs here. The namespace and its ends of the cables vanish with the last process.
   */
  @Override
  public void close() {
    List.copyOf(processes).forEach(LabProcess::kill);
    holder.destroyForcibly();
  }

  private LabProcess keep(LabProcess process) {
    processes.removeIf(p -> !p.isAlive());
    processes.add(process);
    return process;
  }

  private ProcessBuilder builder(List<String> command, Map<String, String> env, Rights rights) {
    List<String> all = new ArrayList<>(enter);
    all.addAll(List.of("--", "setpriv", "--pdeathsig", "KILL"));
    all.addAll(
        switch (rights) {
          case ALL -> List.of();
          case RAW_SOCKETS ->
              List.of("--no-new-privs", "--bounding-set=-all,+net_raw", "--inh-caps=-all");
          case NONE -> List.of("--no-new-privs", "--bounding-set=-all", "--inh-caps=-all");
        });
    all.addAll(command);
    ProcessBuilder builder = new ProcessBuilder(all);
    builder.environment().putAll(env);
    return builder;
  }

  private void awaitReady() {
    // The holder prints nothing else, and its pipe is read only here.
    BufferedReader out =
        new BufferedReader(new InputStreamReader(holder.getInputStream(), StandardCharsets.UTF_8));
    try {
      String line = out.readLine();
      if (!"ready".equals(line)) {
        throw new IllegalStateException("no namespace " + name + ": " + line);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static List<String> enter(long pid, boolean user) {
    List<String> enter = new ArrayList<>(List.of("nsenter", "-t", Long.toString(pid)));
    if (user) {
      enter.addAll(List.of("-U", "--preserve-credentials"));
    }
    enter.addAll(List.of("-n", "-m", "-w" + System.getProperty("user.dir")));
    return enter;
  }
}
