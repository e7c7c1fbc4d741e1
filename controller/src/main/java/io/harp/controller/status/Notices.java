package io.harp.controller.status;

import io.harp.controller.allocation.Note;
import io.harp.model.ServiceKey;

/** Tells the authors of Services and pools, by events on their objects as last seen. */
public final class Notices {

  private final StatusWriter services;
  private final PoolStatusWriter pools;
  private final EventWriter events;

  public Notices(StatusWriter services, PoolStatusWriter pools, EventWriter events) {
    this.services = services;
    this.pools = pools;
    this.events = events;
  }

  /** Nothing happens if the Service is gone. */
  public void aboutService(ServiceKey key, Note note, long wallMs) {
    services.reference(key).ifPresent(about -> events.tell(about, note, wallMs));
  }

  /** Nothing happens if the pool is gone. */
  public void aboutPool(String name, Note note, long wallMs) {
    pools.reference(name).ifPresent(about -> events.tell(about, note, wallMs));
  }
}
