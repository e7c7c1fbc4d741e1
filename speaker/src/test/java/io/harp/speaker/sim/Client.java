package io.harp.speaker.sim;

import io.harp.model.Address;
import io.harp.model.MacAddress;
import io.harp.speaker.sim.Lan.Frame;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * A host that uses the addresses, with a neighbour cache like that of Linux: asks all when it knows
 * nothing, asks the one it knows when that is old, and takes gratuitous frames for what it knows.
 */
final class Client implements Lan.Station {

  /** How long an answer may take. */
  private static final long ANSWER_MS = 300;

  private static final class Entry {
    MacAddress mac = MacAddress.ZERO;
    long changedAt;
    long confirmedAt;
    long askedAt = -1;
  }

  private final Timeline time;
  private final Lan lan;
  private final int station;
  private final MacAddress mac;
  private final long lockMs;
  private final long staleMs;
  private final Map<Address, Entry> cache = new HashMap<>();

  /** How often an entry it had changed to another host. */
  int flips;

  /**
   * @param staleMs how long an entry is believed
   * @param lockMs how long after a change the next one is ignored, as by some stacks; 0 for not
   */
  Client(Timeline time, Lan lan, int number, long staleMs, long lockMs) {
    this.time = time;
    this.lan = lan;
    this.mac = new MacAddress(0x0200_0000_c000L + number);
    this.lockMs = lockMs;
    this.staleMs = staleMs;
    this.station = lan.add(this);
  }

  Lan lan() {
    return lan;
  }

  int station() {
    return station;
  }

  @Override
  public MacAddress mac() {
    return mac;
  }

  /** Where frames for {@code address} go now. */
  Optional<MacAddress> knows(Address address) {
    return Optional.ofNullable(cache.get(address)).map(e -> e.mac);
  }

  /** Sends something to {@code address}. */
  void use(Address address) {
    Entry entry = cache.get(address);
    long now = time.nowMs();
    if (entry == null) {
      lan.broadcast(station, new Frame.Request(address, mac));
    } else if (entry.askedAt >= 0 && now - entry.askedAt > ANSWER_MS) {
      cache.remove(address);
      lan.broadcast(station, new Frame.Request(address, mac));
    } else if (entry.askedAt < 0 && now - entry.confirmedAt > staleMs) {
      entry.askedAt = now;
      lan.unicast(station, entry.mac, new Frame.Request(address, mac));
    }
  }

  @Override
  public void receive(Frame frame) {
    switch (frame) {
      case Frame.Gratuitous f -> learn(f, false);
      case Frame.Answer f -> learn(f, true);
      case Frame.Probe _, Frame.Request _ -> {}
    }
  }

  private void learn(Frame frame, boolean create) {
    Entry entry = cache.get(frame.address());
    long now = time.nowMs();
    if (entry == null) {
      if (!create) {
        return;
      }
      entry = new Entry();
      entry.changedAt = now;
      entry.mac = frame.sender();
      cache.put(frame.address(), entry);
    } else if (!entry.mac.equals(frame.sender())) {
      if (now - entry.changedAt < lockMs) {
        return;
      }
      flips++;
      entry.changedAt = now;
      entry.mac = frame.sender();
      time.note(() -> "client " + station + " moves " + frame.address() + " to " + frame.sender());
    }
    entry.confirmedAt = now;
    entry.askedAt = -1;
  }
}
