package io.harp.speaker.link;

import io.harp.model.Address;
import java.util.Collections;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;

/**
 * What the wire counts. Everything may be read and counted on any thread.
 *
 * <p>Counters of an address begin when it is first held and are kept until the process ends, so a
 * series never jumps back; that bounds them by the addresses of all pools.
 */
public final class WireCounters {

  /** Why a received frame was not looked at further, or an answer not sent. */
  public enum Drop {
    /** A host of this machine sent it. */
    OWN,
    /** Its destination is another host. */
    OTHER_HOST,
    /** It belongs to a VLAN; the kernel keeps most of those away itself. */
    TAGGED,
    /** Not a whole, well-formed ARP packet, solicitation or advertisement, or a forged asker. */
    MALFORMED,
    /** The right to send had lapsed. */
    MUTE
  }

  /** The counters of one address. */
  public static final class Counts {
    public final LongAdder requestsReceived = new LongAdder();
    public final LongAdder responsesSent = new LongAdder();

    /** Frames, not rounds: an ARP announcement is two. */
    public final LongAdder gratuitousSent = new LongAdder();
  }

  private final Map<Address, Counts> byAddress = new ConcurrentHashMap<>();
  private final Map<Drop, LongAdder> dropped = new EnumMap<>(Drop.class);

  /** Questions to gateways in the name of an announced address. */
  public final LongAdder nudges = new LongAdder();

  /** Echo requests for held addresses that were answered. */
  public final LongAdder pings = new LongAdder();

  /** Frames the kernel refused or that had no usable interface. */
  public final LongAdder sendFailures = new LongAdder();

  /** Times the sockets of an interface had to be opened again. */
  public final LongAdder reopened = new LongAdder();

  public WireCounters() {
    for (Drop reason : Drop.values()) {
      dropped.put(reason, new LongAdder());
    }
  }

  /** The counters of {@code address}, from zero if there are none yet. */
  public Counts of(Address address) {
    return byAddress.computeIfAbsent(address, _ -> new Counts());
  }

  /** All addresses counted so far, as a live view. */
  public Map<Address, Counts> byAddress() {
    return Collections.unmodifiableMap(byAddress);
  }

  public LongAdder dropped(Drop reason) {
    LongAdder adder = dropped.get(reason);
    if (adder == null) {
      throw new IllegalStateException("no counter for " + reason);
    }
    return adder;
  }
}
