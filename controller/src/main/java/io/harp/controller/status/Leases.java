package io.harp.controller.status;

import io.harp.controller.leadership.Seen;
import io.harp.controller.status.LeaseStore.LeaseTrouble;
import java.util.Optional;

/** The Lease the controllers compete for, wherever it is kept. All methods may wait. */
public interface Leases {

  /** Reads it; empty if there is none. */
  Optional<Seen> read() throws LeaseTrouble;

  /** Makes a new one that is ours. */
  Seen create(long wallMs) throws LeaseTrouble;

  /** Says again that it is ours, or makes it ours if {@code anew}. */
  Seen hold(Seen from, boolean anew, long wallMs) throws LeaseTrouble;

  /** Gives it back, so that the next one need not wait. */
  void release(Seen from, long wallMs) throws LeaseTrouble;
}
