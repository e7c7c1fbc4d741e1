package io.harp.e2e.probe;

import io.harp.e2e.net.AgentProcess;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** Where the probes run: a client with a neighbour cache, and one beside it without. */
public final class Client {

  /**
   * Intervals of the probes in ms, 0 for none.
   *
   * @param udpMs datagrams with a warm cache
   * @param tcpMs new connections with a warm cache
   * @param arpMs questions of the client without a cache
   */
  public record Rates(int udpMs, int tcpMs, int arpMs) {
    public static final Rates USUAL = new Rates(5, 50, 20);
  }

  private static final AtomicInteger IDS = new AtomicInteger();

  private final AgentProcess traffic;
  private final @Nullable AgentProcess neighbors;
  private final UnaryOperator<String> nameOf;

  /**
   * @param traffic the agent that sends datagrams and connects
   * @param neighbors the agent that asks by ARP, null for a client that is not on the LAN
   * @param nameOf the name of a machine by its MAC address
   */
  public Client(
      AgentProcess traffic, @Nullable AgentProcess neighbors, UnaryOperator<String> nameOf) {
    this.traffic = traffic;
    this.neighbors = neighbors;
    this.nameOf = nameOf;
  }

  /** Watches an address at the usual rates. */
  public Watch watch(String address) {
    return watch(address, Rates.USUAL);
  }

  public Watch watch(String address, Rates rates) {
    String id = "w" + IDS.incrementAndGet();
    Runnable[] stop = new Runnable[1];
    Watch watch = new Watch(id, nameOf, () -> stop[0].run());
    Consumer<String> ear = watch::hear;
    stop[0] = () -> end(id, ear);
    traffic.listen(ear);
    if (neighbors != null) {
      neighbors.listen(ear);
    }
    if (neighbors != null && rates.arpMs() > 0) {
      neighbors.tell("watch " + id + " " + address + " " + rates.arpMs());
    }
    traffic.tell("watch " + id + " " + address + " " + rates.udpMs() + " " + rates.tcpMs());
    return watch;
  }

  /** Asks for {@code count} addresses from {@code first} on, each once in {@code roundMs}. */
  public Census census(String first, int count, int roundMs) {
    if (neighbors == null) {
      throw new IllegalStateException("this client is not on the LAN");
    }
    AgentProcess asking = neighbors;
    String id = "w" + IDS.incrementAndGet();
    Runnable[] stop = new Runnable[1];
    Census census = new Census(id, count, nameOf, () -> stop[0].run());
    Consumer<String> ear = census::hear;
    stop[0] =
        () -> {
          asking.forget(ear);
          asking.tell("stop " + id);
        };
    asking.listen(ear);
    asking.tell("sweep " + id + " " + first + " " + count + " " + roundMs);
    return census;
  }

  private void end(String id, Consumer<String> ear) {
    traffic.forget(ear);
    traffic.tell("stop " + id);
    if (neighbors != null) {
      neighbors.forget(ear);
      neighbors.tell("stop " + id);
    }
  }
}
