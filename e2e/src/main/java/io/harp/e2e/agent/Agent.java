package io.harp.e2e.agent;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.function.Consumer;

/**
 * The program the lab runs inside its namespaces. Its first argument says what it is; it prints
 * {@code ready}, obeys lines on standard input, reports lines on standard output, and ends when
 * standard input does.
 */
public final class Agent {

  private final PrintStream out =
      new PrintStream(
          new java.io.FileOutputStream(java.io.FileDescriptor.out),
          false,
          StandardCharsets.US_ASCII);

  private Agent() {}

  public static void main(String[] args) throws Exception {
    Agent agent = new Agent();
    Consumer<String> obey =
        switch (args[0]) {
          case "backend" -> Backend.start(args[1], Integer.parseInt(args[2]));
          case "probe" -> new TrafficProbe(agent::say);
          case "neighbor" -> NeighborProbe.open(args[1], args[2], args[3], args[4], agent::say);
          case "stranger" -> new Stranger(agent::say);
          case "relay" -> Relay.start(args[1], args[2], Integer.parseInt(args[3]));
          case "detour" ->
              Detour.start(
                  Integer.parseInt(args[1]),
                  args[2],
                  Integer.parseInt(args[3]),
                  args[4],
                  agent::say);
          case "resolver" ->
              Resolver.start(args[1], Integer.parseInt(args[2]), args[3], args[4], agent::say);
          case "api" -> EmbeddedApiServer.start(args[1], Integer.parseInt(args[2]), agent::say);
          default -> throw new IllegalArgumentException("no agent is called " + args[0]);
        };
    agent.say("ready");
    agent.obey(obey);
    System.exit(0);
  }

  /** Reports one line. Flushed at once: a report that waits is a report lost to a SIGKILL. */
  private synchronized void say(String line) {
    out.print(line);
    out.print('\n');
    out.flush();
  }

  private void obey(Consumer<String> command) throws IOException {
    try (BufferedReader in =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.US_ASCII))) {
      for (String line = in.readLine(); line != null; line = in.readLine()) {
        command.accept(line);
      }
    }
  }
}
