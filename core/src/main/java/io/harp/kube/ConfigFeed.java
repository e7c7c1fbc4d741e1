package io.harp.kube;

import io.harp.config.ConfigBook;
import io.harp.config.Judgement;
import io.harp.kube.Watches.Kind;
import java.util.EnumSet;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Gathers pools, advertisements and namespaces from their three watches and tells the configuration
 * whenever it changed, for the first time when all three have been listed.
 */
final class ConfigFeed {

  private final Consumer<KubeEvent> events;
  private final RawPools raw;
  private final Set<Kind> awaited;
  private final ConfigBook book = new ConfigBook();
  private @Nullable Judgement told;

  ConfigFeed(Set<Kind> kinds, RawPools raw, Consumer<KubeEvent> events) {
    this.events = events;
    this.raw = raw;
    this.awaited = EnumSet.of(Kind.POOLS, Kind.ADVERTISEMENTS, Kind.NAMESPACES);
    this.awaited.retainAll(kinds);
  }

  Reflector.Sink pools() {
    return new Part(Kind.POOLS, this::putPool, this::removePool);
  }

  Reflector.Sink advertisements() {
    return new Part(
        Kind.ADVERTISEMENTS, this::putAdvertisement, name -> book.removeAdvertisement(name.name()));
  }

  Reflector.Sink namespaces() {
    return new Part(
        Kind.NAMESPACES,
        n -> book.putNamespace(n.name(), n.object("metadata").labels("labels")),
        name -> book.removeNamespace(name.name()));
  }

  private void removePool(Reflector.Name name) {
    raw.gone(name.name());
    book.removePool(name.name());
  }

  private void putPool(Fields object) {
    raw.seen(object);
    var parsed = Translate.pool(object);
    parsed.value().ifPresent(book::put);
    parsed.problems().forEach(p -> book.putUnreadablePool(object.name(), p));
  }

  private void putAdvertisement(Fields object) {
    var parsed = Translate.advertisement(object);
    parsed.value().ifPresent(book::put);
    parsed.problems().forEach(p -> book.putUnreadableAdvertisement(object.name(), p));
  }

  private void tell() {
    if (!awaited.isEmpty()) {
      return;
    }
    Judgement now = book.judge();
    if (!now.equals(told)) {
      told = now;
      events.accept(new KubeEvent.ConfigSeen(now.config(), now.problems()));
    }
  }

  /** One of the three watches. They run on three threads; the feed's lock puts them in a row. */
  private final class Part implements Reflector.Sink {
    private final Kind kind;
    private final Consumer<Fields> put;
    private final Consumer<Reflector.Name> remove;

    Part(Kind kind, Consumer<Fields> put, Consumer<Reflector.Name> remove) {
      this.kind = kind;
      this.put = put;
      this.remove = remove;
    }

    @Override
    public void seen(Fields object) {
      synchronized (ConfigFeed.this) {
        put.accept(object);
        tell();
      }
    }

    @Override
    public void gone(Reflector.Name name) {
      synchronized (ConfigFeed.this) {
        remove.accept(name);
        tell();
      }
    }

    @Override
    public void listed() {
      synchronized (ConfigFeed.this) {
        awaited.remove(kind);
        tell();
      }
    }
  }
}
