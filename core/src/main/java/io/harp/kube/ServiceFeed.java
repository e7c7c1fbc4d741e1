package io.harp.kube;

import io.harp.model.LbService;
import io.harp.model.ServiceKey;
import java.util.function.Consumer;

/** Tells about Services, to the writer of their status first: it needs the whole object. */
final class ServiceFeed implements Reflector.Sink {

  private final Consumer<KubeEvent> events;
  private final RawServices raw;

  ServiceFeed(Consumer<KubeEvent> events, RawServices raw) {
    this.events = events;
    this.raw = raw;
  }

  @Override
  public void seen(Fields object) {
    LbService service = Translate.service(object);
    raw.seen(object, service);
    events.accept(new KubeEvent.ServiceSeen(service));
  }

  @Override
  public void gone(Reflector.Name name) {
    ServiceKey key = new ServiceKey(name.namespace(), name.name());
    raw.gone(key);
    events.accept(new KubeEvent.ServiceGone(key));
  }

  @Override
  public void listed() {}
}
