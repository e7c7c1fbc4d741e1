package io.harp.kube;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.GenericKubernetesResourceList;
import io.fabric8.kubernetes.api.model.ListOptionsBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.FilterWatchListDeletable;
import io.fabric8.kubernetes.client.dsl.Resource;
import io.fabric8.kubernetes.client.dsl.base.ResourceDefinitionContext;
import io.harp.loop.Clock;
import java.net.HttpURLConnection;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * Objects of any kind as plain {@link Fields}, listed or watched. For those who need few fields of
 * many kinds, and must survive fields of a wrong type.
 */
public final class PlainObjects {

  private final KubernetesClient client;
  private final Clock clock;

  /** One kind, as {@code kubectl api-resources} lists it. */
  public record Kind(String group, String version, String kind, String plural) {}

  /**
   * Which objects of a kind.
   *
   * @param namespace empty for all namespaces and for kinds that have none
   * @param fields a field selector, field to value
   */
  public record Scope(Optional<String> namespace, Map<String, String> fields) {
    public static final Scope ALL = new Scope(Optional.empty(), Map.of());
  }

  /** Receives objects, never two calls at a time. Must not throw. */
  public interface Sink {
    void seen(Fields object);

    void gone(String namespace, String name);

    /** The whole list has been delivered. */
    void listed();
  }

  /** Goes on until it is closed. */
  public interface Watching extends AutoCloseable {
    @Override
    void close();
  }

  public PlainObjects(KubernetesClient client, Clock clock) {
    this.client = client;
    this.clock = clock;
  }

  /** Asks something by a client that is made for it, as a command does. */
  public static <T> T once(Clock clock, Function<PlainObjects, T> question) {
    try (KubernetesClient client = Clients.connect()) {
      return question.apply(new PlainObjects(client, clock));
    }
  }

  /**
   * All objects as they are now; empty if the server does not know the kind, or does not show it to
   * us: with the rights of another product's manifests we see less.
   *
   * @throws ApiUnavailable if the server does not answer
   */
  public Optional<List<Fields>> list(Kind kind, Scope scope) {
    List<Fields> objects = new ArrayList<>();
    String next = null;
    try {
      var source = source(kind, scope);
      do {
        GenericKubernetesResourceList page =
            source.list(
                new ListOptionsBuilder().withLimit(Reflector.PAGE).withContinue(next).build());
        page.getItems().forEach(o -> objects.add(Json.fields(o)));
        next = page.getMetadata().getContinue();
      } while (next != null && !next.isEmpty());
      return Optional.of(objects);
    } catch (KubernetesClientException e) {
      if (e.getCode() == HttpURLConnection.HTTP_NOT_FOUND
          || e.getCode() == HttpURLConnection.HTTP_FORBIDDEN) {
        return Optional.empty();
      }
      throw new ApiUnavailable("cannot list " + kind.plural() + ": " + e.getMessage(), e);
    }
  }

  /** Watches from now on; never gives up. */
  public Watching watch(Kind kind, Scope scope, Sink sink) {
    Reflector<GenericKubernetesResource> reflector =
        new Reflector<>(
            kind.plural(),
            source(kind, scope),
            clock,
            new Reflector.Sink<>() {
              @Override
              public void seen(GenericKubernetesResource object) {
                sink.seen(Json.fields(object));
              }

              @Override
              public void gone(Reflector.Name name) {
                sink.gone(name.namespace(), name.name());
              }

              @Override
              public void listed() {
                sink.listed();
              }
            });
    reflector.start();
    return reflector::close;
  }

  private FilterWatchListDeletable<
          GenericKubernetesResource,
          GenericKubernetesResourceList,
          Resource<GenericKubernetesResource>>
      source(Kind kind, Scope scope) {
    var all =
        client.genericKubernetesResources(
            new ResourceDefinitionContext.Builder()
                .withGroup(kind.group())
                .withVersion(kind.version())
                .withKind(kind.kind())
                .withPlural(kind.plural())
                .withNamespaced(true)
                .build());
    if (scope.namespace().isPresent()) {
      return all.inNamespace(scope.namespace().get()).withFields(scope.fields());
    }
    return all.inAnyNamespace().withFields(scope.fields());
  }
}
