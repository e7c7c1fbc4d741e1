package io.harp.speaker.ownership;

import io.harp.model.Address;
import io.harp.model.MacAddress;
import io.harp.speaker.protocol.Message.Reason;
import org.jspecify.annotations.Nullable;

/**
 * One address this speaker is concerned with. Every change counts its {@code burst} up, and
 * whatever was scheduled under an older number does nothing: no frame of a finished tenure leaves
 * late.
 */
final class Slot {

  enum Phase {
    AUDITING,
    HELD,
    CEDED
  }

  final Address address;
  final Reason reason;
  Phase phase = Phase.AUDITING;
  int burst;

  /** Since when it is held, wall clock in ms; 0 if it is not. */
  long since;

  @Nullable MacAddress answeredBy;
  boolean told;
  int silentAudits;

  Slot(Address address, Reason reason) {
    this.address = address;
    this.reason = reason;
  }

  boolean isHeld() {
    return phase == Phase.HELD;
  }
}
