package io.harp.controller.status;

import io.fabric8.kubernetes.api.model.coordination.v1.Lease;
import io.fabric8.kubernetes.api.model.coordination.v1.LeaseBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.harp.controller.leadership.Candidacy;
import io.harp.controller.leadership.Seen;
import java.net.HttpURLConnection;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.temporal.ChronoUnit;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The Lease that says which controller gives addresses. Each write is fenced by the version it was
 * made from. Belongs to one thread.
 */
public final class LeaseStore implements Leases {

  /** The name of the Lease, in the controller's own namespace. */
  public static final String NAME = "harp-controller";

  /** For people and tools; whole seconds are all the field can say. */
  private static final int LEASE_SECONDS = (int) Math.ceilDiv(Candidacy.LEASE_MS, 1_000L);

  /** What went wrong. */
  public enum Failure {
    /** Somebody else wrote first. */
    OVERTAKEN,
    /** The API server does not let this account use Leases. */
    FORBIDDEN,
    /** Anything else. */
    TROUBLE
  }

  /** The Lease could not be read or written. */
  public static final class LeaseTrouble extends Exception {
    private static final long serialVersionUID = 1;

    private final Failure failure;

    LeaseTrouble(KubernetesClientException cause) {
      super(cause.getMessage(), cause);
      failure =
          switch (cause.getCode()) {
            case HttpURLConnection.HTTP_CONFLICT, HttpURLConnection.HTTP_NOT_FOUND ->
                Failure.OVERTAKEN;
            case HttpURLConnection.HTTP_FORBIDDEN -> Failure.FORBIDDEN;
            default -> Failure.TROUBLE;
          };
    }

    public Failure failure() {
      return failure;
    }
  }

  private final KubernetesClient client;
  private final String namespace;
  private final String identity;
  private @Nullable Lease raw;

  public LeaseStore(KubernetesClient client, String namespace, String identity) {
    this.client = client;
    this.namespace = namespace;
    this.identity = identity;
  }

  @Override
  public Optional<Seen> read() throws LeaseTrouble {
    try {
      raw = client.leases().inNamespace(namespace).withName(NAME).get();
    } catch (KubernetesClientException e) {
      throw new LeaseTrouble(e);
    }
    return Optional.ofNullable(raw).map(LeaseStore::seen);
  }

  @Override
  public Seen create(long wallMs) throws LeaseTrouble {
    Lease lease =
        new LeaseBuilder()
            .withNewMetadata()
            .withName(NAME)
            .withNamespace(namespace)
            .endMetadata()
            .withNewSpec()
            .withHolderIdentity(identity)
            .withLeaseDurationSeconds(LEASE_SECONDS)
            .withAcquireTime(time(wallMs))
            .withRenewTime(time(wallMs))
            .withLeaseTransitions(0)
            .endSpec()
            .build();
    return write(() -> client.resource(lease).create());
  }

  @Override
  public Seen hold(Seen from, boolean anew, long wallMs) throws LeaseTrouble {
    Lease base = Objects.requireNonNull(raw, "the Lease is read before it is written");
    LeaseBuilder lease = new LeaseBuilder(base);
    lease
        .editMetadata()
        .withResourceVersion(from.version())
        .withManagedFields()
        .endMetadata()
        .editOrNewSpec()
        .withHolderIdentity(identity)
        .withLeaseDurationSeconds(LEASE_SECONDS)
        .withRenewTime(time(wallMs))
        .endSpec();
    if (anew) {
      lease
          .editSpec()
          .withAcquireTime(time(wallMs))
          .withLeaseTransitions((int) from.transitions() + 1)
          .endSpec();
    }
    return write(() -> client.resource(lease.build()).update());
  }

  @Override
  public void release(Seen from, long wallMs) throws LeaseTrouble {
    Lease base = Objects.requireNonNull(raw, "what is released was held");
    Lease lease =
        new LeaseBuilder(base)
            .editMetadata()
            .withResourceVersion(from.version())
            .withManagedFields()
            .endMetadata()
            .editOrNewSpec()
            .withHolderIdentity("")
            .withRenewTime(time(wallMs))
            .endSpec()
            .build();
    write(() -> client.resource(lease).update());
  }

  private Seen write(Supplier<Lease> request) throws LeaseTrouble {
    try {
      Lease answer = request.get();
      raw = answer;
      return seen(answer);
    } catch (KubernetesClientException e) {
      throw new LeaseTrouble(e);
    }
  }

  private static Seen seen(Lease lease) {
    var spec = Optional.ofNullable(lease.getSpec());
    return new Seen(
        spec.map(s -> s.getHolderIdentity()).filter(h -> !h.isEmpty()),
        spec.map(s -> s.getLeaseTransitions()).orElse(0),
        Objects.requireNonNullElse(lease.getMetadata().getResourceVersion(), ""));
  }

  private static ZonedDateTime time(long wallMs) {
    return Instant.ofEpochMilli(wallMs).truncatedTo(ChronoUnit.MILLIS).atZone(ZoneOffset.UTC);
  }
}
