package io.harp.kube;

import io.harp.loop.Clock;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/** Objects of any kind, listed or watched, for those who need few fields of many kinds. */
public final class PlainObjects {

  private final Api api;
  private final Clock clock;

  /** Receives objects, never two calls at a time. */
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

  public PlainObjects(Api api, Clock clock) {
    this.api = api;
    this.clock = clock;
  }

  /** Asks something by a client that is made for it, as a command does. */
  public static <T> T once(Clock clock, Function<PlainObjects, T> question) {
    try (Api api = Api.connect()) {
      return question.apply(new PlainObjects(api, clock));
    }
  }

  /**
   * All objects as they are now; empty if the server does not know the kind, or does not show it to
   * us: with the rights of another product's manifests we see less.
   *
   * @throws ApiUnavailable if the server does not answer
   */
  public Optional<List<Fields>> list(Resource resource, Scope scope) {
    try {
      return Optional.of(api.list(resource, scope));
    } catch (ApiProblem e) {
      if (e.isNotFound() || e.isForbidden()) {
        return Optional.empty();
      }
      throw new ApiUnavailable("cannot list " + resource.plural() + ": " + e.getMessage(), e);
    }
  }

  /** Watches from now on; never gives up. */
  public Watching watch(Resource resource, Scope scope, Sink sink) {
    Reflector reflector =
        new Reflector(
            api,
            resource,
            scope,
            clock,
            new Reflector.Sink() {
              @Override
              public void seen(Fields object) {
                sink.seen(object);
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
}
