package io.harp.controller.admission;

import io.harp.kube.Fields;
import java.util.Objects;

/**
 * What the API server asks: may this change be?
 *
 * @param uid goes back with the answer
 * @param kind of the object, {@code IPAddressPool}
 * @param namespace empty for a kind that has none
 * @param object the object as it would become; no fields for a deletion
 * @param old the object as it is; no fields for a creation
 */
public record Question(
    String uid,
    String kind,
    Operation operation,
    String namespace,
    String name,
    Fields object,
    Fields old) {

  /**
   * Whether only metadata or status differ. That is always allowed: a broken object must lose its
   * finalizers like any other.
   */
  boolean changesNoSpec() {
    return operation == Operation.UPDATE
        && Objects.equals(object.values().get("spec"), old.values().get("spec"));
  }

  /** The operations of an AdmissionRequest. */
  public enum Operation {
    CREATE,
    UPDATE,
    DELETE,
    CONNECT
  }
}
