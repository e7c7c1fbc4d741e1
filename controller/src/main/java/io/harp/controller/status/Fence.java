package io.harp.controller.status;

import io.fabric8.kubernetes.api.model.ListOptionsBuilder;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServiceBuilder;
import io.fabric8.kubernetes.api.model.ServiceList;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.harp.kube.Translate;
import io.harp.model.LbService;
import java.net.HttpURLConnection;
import java.util.ArrayList;
import java.util.List;
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
  private static final long PAGE = 500;
  private static final long PAUSE_MS = 100;

  private final KubernetesClient client;
  private final Optional<String> lbClass;
  private final String mark;
  private final BooleanSupplier stillWanted;
  private final AtomicInteger written = new AtomicInteger();

  /**
   * @param mark another one for each new leader
   */
  public Fence(
      KubernetesClient client, Optional<String> lbClass, String mark, BooleanSupplier stillWanted) {
    this.client = client;
    this.lbClass = lbClass;
    this.mark = mark;
    this.stillWanted = stillWanted;
  }

  /** Returns when all is shut out, or when the fence is not wanted any more. */
  public void raise() throws InterruptedException {
    List<Service> waiting = waiting();
    Semaphore permits = new Semaphore(MAX_UNDER_WAY);
    for (Service service : waiting) {
      permits.acquire();
      Thread.ofVirtual()
          .name("fence-" + service.getMetadata().getName())
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

  private List<Service> waiting() throws InterruptedException {
    while (stillWanted.getAsBoolean()) {
      try {
        return list();
      } catch (KubernetesClientException e) {
        log.debug("cannot list Services: {}", e.getMessage());
        Thread.sleep(PAUSE_MS);
      }
    }
    return List.of();
  }

  private List<Service> list() {
    List<Service> waiting = new ArrayList<>();
    String next = null;
    do {
      ServiceList page =
          client
              .services()
              .inAnyNamespace()
              .list(new ListOptionsBuilder().withLimit(PAGE).withContinue(next).build());
      page.getItems().stream().filter(this::waits).forEach(waiting::add);
      next = page.getMetadata().getContinue();
    } while (next != null && !next.isEmpty());
    return waiting;
  }

  private boolean waits(Service object) {
    LbService service = Translate.service(object);
    return service.loadBalancer()
        && service.loadBalancerClass().equals(lbClass)
        && service.ingress().isEmpty();
  }

  private void touch(Service first) {
    Optional<Service> service = Optional.of(first);
    while (service.filter(this::waits).isPresent() && stillWanted.getAsBoolean()) {
      Service now = service.get();
      try {
        client
            .resource(
                new ServiceBuilder(now)
                    .editMetadata()
                    .withManagedFields()
                    .addToAnnotations(MARK, mark)
                    .endMetadata()
                    .build())
            .updateStatus();
        written.incrementAndGet();
        return;
      } catch (KubernetesClientException e) {
        if (e.getCode() == HttpURLConnection.HTTP_NOT_FOUND) {
          return;
        }
        service = again(now);
      }
    }
  }

  private Optional<Service> again(Service service) {
    try {
      Thread.sleep(PAUSE_MS);
      return Optional.ofNullable(
          client
              .services()
              .inNamespace(service.getMetadata().getNamespace())
              .withName(service.getMetadata().getName())
              .get());
    } catch (KubernetesClientException e) {
      return Optional.of(service); // its version may be old, which the server will say
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return Optional.empty();
    }
  }
}
