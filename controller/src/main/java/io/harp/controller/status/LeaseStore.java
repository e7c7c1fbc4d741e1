package io.harp.controller.status;

import io.harp.controller.leadership.Candidacy;
import io.harp.controller.leadership.Seen;
import io.harp.kube.Api;
import io.harp.kube.ApiProblem;
import io.harp.kube.Fields;
import io.harp.kube.Resource;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.LinkedHashMap;
import java.util.Map;
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

  /** Kubernetes API, {@code meta/v1 MicroTime}: six digits, no more and no less. */
  private static final DateTimeFormatter MICRO_TIME =
      DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss.SSSSSS'Z'").withZone(ZoneOffset.UTC);

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

    LeaseTrouble(ApiProblem cause) {
      super(cause.getMessage(), cause);
      failure =
          cause.isConflict() || cause.isNotFound()
              ? Failure.OVERTAKEN
              : cause.isForbidden() ? Failure.FORBIDDEN : Failure.TROUBLE;
    }

    public Failure failure() {
      return failure;
    }
  }

  private final Api api;
  private final String namespace;
  private final String identity;
  private @Nullable Fields raw;

  public LeaseStore(Api api, String namespace, String identity) {
    this.api = api;
    this.namespace = namespace;
    this.identity = identity;
  }

  @Override
  public Optional<Seen> read() throws LeaseTrouble {
    try {
      raw = api.find(Resource.LEASES.path(namespace, NAME)).orElse(null);
    } catch (ApiProblem e) {
      throw new LeaseTrouble(e);
    }
    return Optional.ofNullable(raw).map(LeaseStore::seen);
  }

  @Override
  public Seen create(long wallMs) throws LeaseTrouble {
    Map<String, Object> spec = held(new LinkedHashMap<>(), wallMs);
    spec.put("acquireTime", time(wallMs));
    spec.put("leaseTransitions", 0);
    Map<String, Object> lease = lease(Map.of("name", NAME, "namespace", namespace), spec);
    return write(() -> api.create(Resource.LEASES.path(namespace), lease));
  }

  @Override
  public Seen hold(Seen from, boolean anew, long wallMs) throws LeaseTrouble {
    Fields base = Objects.requireNonNull(raw, "the Lease is read before it is written");
    Map<String, Object> spec = held(base.object("spec").copy(), wallMs);
    if (anew) {
      spec.put("acquireTime", time(wallMs));
      spec.put("leaseTransitions", from.transitions() + 1);
    }
    return replace(base, from, spec);
  }

  @Override
  public void release(Seen from, long wallMs) throws LeaseTrouble {
    Fields base = Objects.requireNonNull(raw, "what is released was held");
    Map<String, Object> spec = base.object("spec").copy();
    spec.put("holderIdentity", "");
    spec.put("renewTime", time(wallMs));
    replace(base, from, spec);
  }

  private Map<String, Object> held(Map<String, Object> spec, long wallMs) {
    spec.put("holderIdentity", identity);
    spec.put("leaseDurationSeconds", LEASE_SECONDS);
    spec.put("renewTime", time(wallMs));
    return spec;
  }

  private Seen replace(Fields base, Seen from, Map<String, Object> spec) throws LeaseTrouble {
    Map<String, Object> metadata = base.object("metadata").copy();
    metadata.put("resourceVersion", from.version());
    return write(() -> api.replace(Resource.LEASES.path(namespace, NAME), lease(metadata, spec)));
  }

  private static Map<String, Object> lease(Map<String, ?> metadata, Map<String, ?> spec) {
    return Map.of(
        "apiVersion",
        Resource.LEASES.apiVersion(),
        "kind",
        Resource.LEASES.kind(),
        "metadata",
        metadata,
        "spec",
        spec);
  }

  private Seen write(Supplier<Fields> request) throws LeaseTrouble {
    try {
      Fields answer = request.get();
      raw = answer;
      return seen(answer);
    } catch (ApiProblem e) {
      throw new LeaseTrouble(e);
    }
  }

  private static Seen seen(Fields lease) {
    Fields spec = lease.object("spec");
    return new Seen(
        Optional.of(spec.text("holderIdentity")).filter(h -> !h.isEmpty()),
        spec.number("leaseTransitions"),
        lease.resourceVersion());
  }

  private static String time(long wallMs) {
    return MICRO_TIME.format(Instant.ofEpochMilli(wallMs));
  }
}
