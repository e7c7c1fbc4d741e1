package io.harp.e2e.agent;

import io.harp.model.Address;
import io.harp.model.Ipv4;
import io.harp.model.Ipv6;
import io.harp.model.MacAddress;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.function.Consumer;
import org.pcap4j.core.BpfProgram.BpfCompileMode;
import org.pcap4j.core.NotOpenException;
import org.pcap4j.core.PcapHandle;
import org.pcap4j.core.PcapNativeException;
import org.pcap4j.core.PcapNetworkInterface.PromiscuousMode;
import org.pcap4j.core.RawPacketListener;

/**
 * A client with an empty neighbour cache. {@code watch ID ADDRESS INTERVAL_MS} asks who has the
 * address at this interval with frames of its own, so that no kernel's cache hides a change. Asks
 * by ARP (RFC 826) or neighbour solicitation (RFC 4861). Reports:
 *
 * <pre>
 *  s ID arp SENT             asked at SENT (CLOCK_MONOTONIC, ns)
 *  r ID arp SENT GOT MAC     MAC answered the question of SENT
 *  c ID GOT MAC              MAC claimed the address unasked (gratuitous ARP, unsolicited NA)
 * </pre>
 *
 * <p>{@code sweep ID FIRST COUNT ROUND_MS} asks for many addresses and reports changes only, see
 * {@link Sweep}.
 */
final class NeighborProbe implements Consumer<String> {

  private static final int SNAPLEN = 256;

  /**
   * An answer names the address it goes to and nothing else of the question, so as many questions
   * are sent from addresses of their own before the first is used again.
   */
  private static final int SLOTS = 32;

  private final PcapHandle handle;
  private final MacAddress mac;
  private final Ipv4 v4;
  private final Ipv6 v6;
  private final Consumer<String> say;
  private final Map<String, Run> runs = new ConcurrentHashMap<>();
  private final Map<String, Sweep> sweeps = new ConcurrentHashMap<>();

  private NeighborProbe(PcapHandle handle, MacAddress mac, Ipv4 v4, Ipv6 v6, Consumer<String> say) {
    this.handle = handle;
    this.mac = mac;
    this.v4 = v4;
    this.v6 = v6;
    this.say = say;
  }

  static Consumer<String> open(
      String device, String mac, String v4, String v6, Consumer<String> say)
      throws PcapNativeException, NotOpenException {
    PcapHandle handle =
        new PcapHandle.Builder(device)
            .snaplen(SNAPLEN)
            .promiscuousMode(PromiscuousMode.NONPROMISCUOUS)
            .timeoutMillis(100)
            .immediateMode(true)
            .build();
    handle.setDirection(PcapHandle.PcapDirection.IN);
    handle.setFilter("arp or (icmp6 and ip6[40] == 136)", BpfCompileMode.OPTIMIZE);
    NeighborProbe probe =
        new NeighborProbe(handle, MacAddress.parse(mac), Ipv4.parse(v4), Ipv6.parse(v6), say);
    Thread.ofPlatform().daemon().name("capture").start(probe::capture);
    return probe;
  }

  @Override
  public void accept(String line) {
    String[] words = line.split(" ", -1);
    switch (words[0]) {
      case "watch" -> {
        Run run = new Run(words[1], Address.parse(words[2]));
        runs.put(words[1], run);
        Thread.ofPlatform().daemon().start(() -> ask(run, Integer.parseInt(words[3])));
      }
      case "sweep" -> {
        int count = Integer.parseInt(words[3]);
        Sweep sweep = new Sweep(words[1], Ipv4.parse(words[2]), count, Integer.parseInt(words[4]));
        sweeps.put(words[1], sweep);
        Thread.ofPlatform().daemon().start(() -> sweep.ask(address -> send(question(address, 0))));
      }
      case "stop" -> {
        Sweep sweep = sweeps.remove(words[1]);
        if (sweep != null) {
          sweep.stop();
        }
        Run run = runs.remove(words[1]);
        if (run != null) {
          run.running = false;
        }
      }
      default -> throw new IllegalArgumentException(line);
    }
  }

  private void ask(Run run, int intervalMs) {
    Pace pace = new Pace(intervalMs);
    for (int slot = 0; run.running; slot = (slot + 1) % SLOTS) {
      byte[] question = question(run.address, slot);
      long now = System.nanoTime();
      run.askedNs.set(slot, now);
      say.accept("s " + run.id + " arp " + now);
      send(question);
      pace.await();
    }
  }

  private void send(byte[] question) {
    try {
      handle.sendPacket(question);
    } catch (PcapNativeException | NotOpenException e) {
      // The cable is out: a question asked and lost.
    }
  }

  private byte[] question(Address address, int slot) {
    return switch (address) {
      case Ipv4 target -> Questions.arpRequest(mac, v4.plus(slot), target);
      case Ipv6 target -> Questions.solicitation(mac, v6.plus(slot), target);
    };
  }

  /** Which question an answer to this address belongs to; -1 for none of ours. */
  private int slot(Address to) {
    long slot =
        switch (to) {
          case Ipv4 a -> Integer.toUnsignedLong(a.bits() - v4.bits());
          case Ipv6 a -> a.high() == v6.high() ? a.low() - v6.low() : -1;
        };
    return slot >= 0 && slot < SLOTS ? (int) slot : -1;
  }

  private void capture() {
    try {
      handle.loop(-1, (RawPacketListener) this::heard);
    } catch (PcapNativeException | NotOpenException e) {
      throw new IllegalStateException("capture ended", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void heard(byte[] frame) {
    long now = System.nanoTime();
    Answers.read(frame)
        .ifPresent(answer -> {
          sweeps.values().forEach(sweep -> sweep.heard(answer, now, say));
          for (Run run : runs.values()) {
            if (run.address.equals(answer.address())) {
              report(run, answer, now);
            }
          }
        });
  }

  private void report(Run run, Answers.Answer answer, long now) {
    String who = now + " " + answer.mac();
    int slot = slot(answer.to());
    if (!answer.asked()) {
      say.accept("c " + run.id + " " + who);
    } else if (slot >= 0) {
      say.accept("r " + run.id + " arp " + run.askedNs.get(slot) + " " + who);
    }
  }

  private static final class Run {
    private final String id;
    private final Address address;
    private volatile boolean running = true;
    private final AtomicLongArray askedNs = new AtomicLongArray(SLOTS);

    Run(String id, Address address) {
      this.id = id;
      this.address = address;
    }
  }
}
