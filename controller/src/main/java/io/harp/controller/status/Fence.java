package io.harp.controller.status;

import io.harp.kube.Api;
import io.harp.kube.ApiProblem;
import io.harp.kube.Fields;
import io.harp.kube.Resource;
import io.harp.kube.Scope;
import io.harp.kube.Translate;
import io.harp.model.LbService;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Shuts out what a leader that fell silent may still have under way: every Service that waits for
 * an address gets a new version, so a write made from the old one is refused. What gets through
 * before is seen by the list that follows.
 *
 * <p>At most 16 are written at a time; each is tried again until it succeeds or the fence is given
 * up. A Service whose present address was being <em>changed</em> at that moment is not fenced; if
 * such a write comes late, the address may be given twice until the event of it arrives.
 */
public final class Fence {

  private static final Logger log = LoggerFactory.getLogger(Fence.class);

  /** The annotation that makes the new version; it goes when the Service is served. */
  static final String MARK = "metallb.io/harp-fence";

  private static final int MAX_UNDER_WAY = 16;
  private static final long PAUSE_MS = 100;

  private final Api api;
  private final Optional<String> lbClass;
  private final String mark;
  private final BooleanSupplier stillWanted;
  private final AtomicInteger written = new AtomicInteger();

  /**
   * @param mark another one for each new leader
   */
  public Fence(Api api, Optional<String> lbClass, String mark, BooleanSupplier stillWanted) {
    this.api = api;
    this.lbClass = lbClass;
    this.mark = mark;
    this.stillWanted = stillWanted;
  }

  /** Returns when all is shut out, or when the fence is not wanted any more. */
  public void raise() throws InterruptedException {
    List<Fields> waiting = waiting();
    Semaphore permits = new Semaphore(MAX_UNDER_WAY);
    for (Fields service : waiting) {
      permits.acquire();
      Thread.ofVirtual()
          .name("fence-" + service.name())
          .start(() -> {
            try {
              touch(service);
            } finally {
              permits.release();
            }
          });
    }
    permits.acquire(MAX_UNDER_WAY);
    log.info("{} waiting Services fenced against late writes of the last leader", written.get());
  }

  private List<Fields> waiting() throws InterruptedException {
    while (stillWanted.getAsBoolean()) {
      try {
        return api.list(Resource.SERVICES, Scope.ALL).stream().filter(this::waits).toList();
      } catch (ApiProblem e) {
        log.debug("cannot list Services: {}", e.getMessage());
        Thread.sleep(PAUSE_MS);
      }
    }
    return List.of();
  }

  private boolean waits(Fields object) {
    LbService service = Translate.service(object);
    return service.loadBalancer()
        && service.loadBalancerClass().equals(lbClass)
        && service.ingress().isEmpty();
  }

  private void touch(Fields first) {
    Optional<Fields> service = Optional.of(first);
    while (service.filter(this::waits).isPresent() && stillWanted.getAsBoolean()) {
      Fields now = service.get();
      try {
        api.replace(Resource.SERVICES.statusPath(now.namespace(), now.name()), marked(now));
        written.incrementAndGet();
        return;
      } catch (ApiProblem e) {
        if (e.isNotFound()) {
          return;
        }
        service = again(now);
      }
    }
  }

  private Map<String, Object> marked(Fields service) {
    Map<String, Object> annotations = service.object("metadata").object("annotations").copy();
    annotations.put(MARK, mark);
    Map<String, Object> metadata = service.object("metadata").copy();
    metadata.put("annotations", annotations);
    Map<String, Object> update = service.copy();
    update.put("apiVersion", Resource.SERVICES.apiVersion());
    update.put("kind", Resource.SERVICES.kind());
    update.put("metadata", metadata);
    return update;
  }

  private Optional<Fields> again(Fields service) {
    try {
      Thread.sleep(PAUSE_MS);
      return api.find(Resource.SERVICES.path(service.namespace(), service.name()));
    } catch (ApiProblem e) {
      return Optional.of(service); // its version may be old, which the server will say
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return Optional.empty();
    }
  }
}
