package io.harp.speaker.ownership;

import io.harp.model.Address;
import io.harp.speaker.ownership.Slot.Phase;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** All slots, and what others want to know of them. Bounded by the addresses that are planned. */
final class Slots {

  // Sorted, so that a seed of the simulator always tells the same story.
  private final Map<Address, Slot> slots = new TreeMap<>();

  @Nullable Slot get(Address address) {
    return slots.get(address);
  }

  /** The slot of an address that is held; null if it is not. */
  @Nullable Slot ifHeld(Address address) {
    Slot slot = slots.get(address);
    return slot != null && slot.isHeld() ? slot : null;
  }

  void put(Slot slot) {
    slots.put(slot.address, slot);
  }

  @Nullable Slot remove(Address address) {
    return slots.remove(address);
  }

  void remove(Slot slot) {
    slots.remove(slot.address, slot);
  }

  boolean contains(Address address) {
    return slots.containsKey(address);
  }

  boolean holds(Address address) {
    return ifHeld(address) != null;
  }

  /** Since when an address is held, wall clock in ms; 0 if it is not. */
  long since(Address address) {
    Slot slot = ifHeld(address);
    return slot == null ? 0 : slot.since;
  }

  /** The slots that are held, in the order of their addresses. */
  List<Slot> allHeld() {
    return slots.values().stream().filter(Slot::isHeld).toList();
  }

  /** The addresses held, and since when, wall clock in ms. */
  Map<Address, Long> held() {
    Map<Address, Long> held = new HashMap<>();
    allHeld().forEach(slot -> held.put(slot.address, slot.since));
    return held;
  }

  Set<Address> ceded() {
    Set<Address> ceded = new HashSet<>();
    for (Slot slot : slots.values()) {
      if (slot.phase == Phase.CEDED) {
        ceded.add(slot.address);
      }
    }
    return ceded;
  }

  /** All addresses it is concerned with, in whatever phase. */
  Set<Address> concerned() {
    return new TreeSet<>(slots.keySet());
  }

  /** The addresses held though the plan names another owner. */
  List<Address> heldBeyond(Predicate<Address> plannedHere) {
    List<Address> beyond = new ArrayList<>();
    for (Slot slot : allHeld()) {
      if (!plannedHere.test(slot.address)) {
        beyond.add(slot.address);
      }
    }
    return beyond;
  }
}
