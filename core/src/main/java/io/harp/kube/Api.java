package io.harp.kube;

import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.http.HttpClient;
import io.fabric8.kubernetes.client.http.HttpRequest;
import io.fabric8.kubernetes.client.http.HttpResponse;
import io.fabric8.kubernetes.client.http.WebSocket;
import io.fabric8.kubernetes.client.http.WebSocketHandshakeException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * One API server, spoken to in plain JSON. Making one contacts nobody. Every request waits for its
 * answer, 10 s at most, and throws {@link ApiProblem} if it is refused or not answered; none is
 * repeated: callers do that, with their own bounds, and know at once when trouble starts.
 *
 * <p>Configuration, certificates, tokens and connections are fabric8's. Its typed client is not
 * used: a class for each kind, made by reflection, cost a fifth of all processor time of a
 * controller at work and some thousand classes at each start, and keeps no field it does not know.
 */
public final class Api implements AutoCloseable {

  /** The longest a request other than a watch may take, in milliseconds. */
  private static final int REQUEST_TIMEOUT_MS = 10_000;

  /** The longest making a connection may take, in milliseconds. */
  private static final int CONNECT_TIMEOUT_MS = 3_000;

  /** Objects in one answer to a list. */
  static final int PAGE = 500;

  private static final String JSON = "application/json";

  /** Who changed which field when: half of an object's size, and nobody here reads it. */
  private static final Set<String> UNREAD = Set.of("managedFields");

  private final HttpClient http;
  private final String server;

  private Api(HttpClient http, String server) {
    this.http = http;
    this.server = server;
  }

  /** How much is asked and written, which decides how connections are used. */
  public enum Traffic {
    /** All on one connection, see {@link QuietClient}. */
    LITTLE,
    /** Connections and threads as needed, see {@link BusyClient}. */
    MUCH
  }

  /**
   * The server that {@code KUBECONFIG}, {@code ~/.kube/config}, or the service account of the pod
   * name.
   */
  public static Api connect() {
    return connect(Traffic.LITTLE);
  }

  /** As above. */
  public static Api connect(Traffic traffic) {
    return connect(Config.autoConfigure(null), traffic);
  }

  /** The server a configuration names. */
  public static Api connect(Config base) {
    return connect(base, Traffic.LITTLE);
  }

  /** As above. */
  public static Api connect(Config base, Traffic traffic) {
    HttpClient.Factory factory =
        switch (traffic) {
          case LITTLE -> new QuietClient();
          case MUCH -> new BusyClient();
        };
    String server = base.getMasterUrl();
    Config config =
        new ConfigBuilder(base)
            .withConnectionTimeout(CONNECT_TIMEOUT_MS)
            .withRequestTimeout(REQUEST_TIMEOUT_MS)
            .withRequestRetryBackoffLimit(0)
            // Without TLS, as lab and tests have it, a connection would be upgraded while requests
            // are under way on it, and their answers get lost.
            .withHttp2Disable(base.isHttp2Disable() || server.startsWith("http:"))
            .build();
    return new Api(
        factory.newBuilder(config).build(),
        server.endsWith("/") ? server.substring(0, server.length() - 1) : server);
  }

  /** What is at a path; empty if nothing is. */
  public Optional<Fields> find(String path) {
    try {
      return Optional.of(get(path));
    } catch (ApiProblem e) {
      if (e.isNotFound()) {
        return Optional.empty();
      }
      throw e;
    }
  }

  public Fields get(String path) {
    return sent("GET", path, null);
  }

  /** Creates an object at the path of its kind; returns what became of it. */
  public Fields create(String path, Map<String, ?> object) {
    return sent("POST", path, Json.text(object));
  }

  /** Replaces the object at a path; returns what became of it. */
  public Fields replace(String path, Map<String, ?> object) {
    return sent("PUT", path, Json.text(object));
  }

  /** Deletes the object at a path. */
  public void delete(String path) {
    send("DELETE", path, null);
  }

  /**
   * Any request.
   *
   * @param body JSON, or null for none
   * @return the answer, not looked at
   */
  public byte[] send(String method, String path, @Nullable String body) {
    HttpRequest.Builder request =
        http.newHttpRequestBuilder()
            .uri(server + path)
            .header("Accept", JSON)
            .timeout(REQUEST_TIMEOUT_MS, TimeUnit.MILLISECONDS);
    if (body != null || !method.equals("GET")) {
      request.method(method, JSON, body == null ? "" : body);
    }
    String what = method + " " + path;
    HttpResponse<byte[]> answer = answer(what, () -> http.sendAsync(request.build(), byte[].class));
    if (!answer.isSuccessful()) {
      throw refused(what, answer.code(), answer.body());
    }
    return answer.body();
  }

  /** All objects of a kind as they are now. */
  public List<Fields> list(Resource resource, Scope scope) {
    List<Fields> objects = new ArrayList<>();
    list(resource, scope, objects::add);
    return objects;
  }

  /** As above, page by page; returns the version of the list. */
  String list(Resource resource, Scope scope, Consumer<Fields> each) {
    String from;
    String next = "";
    do {
      Fields page =
          get(
              "%s?%slimit=%d%s"
                  .formatted(
                      resource.path(scope.namespace()),
                      scope.query(),
                      PAGE,
                      next.isEmpty() ? "" : "&continue=" + Resource.quoted(next)));
      Fields metadata = page.object("metadata");
      from = metadata.text("resourceVersion");
      next = metadata.text("continue");
      if (page.values().get("items") instanceof List<?> items) {
        items.forEach(item -> each.accept(Fields.of("", item)));
      }
    } while (!next.isEmpty());
    return from;
  }

  /** What a watch brings. Never two calls at a time; whoever takes long makes the server wait. */
  interface Listener {

    /**
     * Something happened (Kubernetes API concepts, "Efficient detection of changes").
     *
     * @param type {@code ADDED}, {@code MODIFIED}, {@code DELETED}, {@code BOOKMARK} or {@code
     *     ERROR}
     */
    void event(String type, Fields object);

    /** The watch has ended; nothing follows. May be called again. */
    void ended(String why);
  }

  /**
   * Watches objects of a kind; returns when the server has agreed.
   *
   * @param from the version after which changes are wanted
   * @param seconds after which the server shall end it
   */
  PlainObjects.Watching watch(
      Resource resource, Scope scope, String from, long seconds, Listener listener) {
    String path =
        "%s?%swatch=true&allowWatchBookmarks=true&resourceVersion=%s&timeoutSeconds=%d"
            .formatted(
                resource.path(scope.namespace()), scope.query(), Resource.quoted(from), seconds);
    WebSocket socket =
        answer(
            "watch " + path,
            () ->
                http.newWebSocketBuilder()
                    .uri(URI.create(server + path))
                    .header("Origin", server)
                    .connectTimeout(CONNECT_TIMEOUT_MS, TimeUnit.MILLISECONDS)
                    .buildAsync(new Messages(listener)));
    return () -> socket.sendClose(1000, "");
  }

  @Override
  public void close() {
    http.close();
  }

  private static <T> T answer(String what, Supplier<CompletableFuture<T>> request) {
    CompletableFuture<T> answer;
    try {
      answer = request.get();
    } catch (IllegalStateException e) {
      throw new ApiProblem(what + ": " + reason(e), e); // closed meanwhile
    }
    try {
      // The client keeps the time itself; this is for the day it does not.
      return answer.get(2L * REQUEST_TIMEOUT_MS, TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new ApiProblem(what + ": interrupted", e);
    } catch (TimeoutException e) {
      answer.cancel(true);
      throw new ApiProblem(what + ": no answer", e);
    } catch (ExecutionException e) {
      throw problem(what, e.getCause() == null ? e : e.getCause());
    }
  }

  private static ApiProblem problem(String what, Throwable cause) {
    if (cause instanceof WebSocketHandshakeException handshake && handshake.getResponse() != null) {
      int status = handshake.getResponse().code();
      return new ApiProblem(status, what + ": " + status + ", no watch is opened");
    }
    return new ApiProblem(what + ": " + reason(cause), cause);
  }

  /** A server's own words, if they are a {@code Status} (Kubernetes API, {@code meta/v1}). */
  private static ApiProblem refused(String what, int status, byte @Nullable [] body) {
    String reason = "";
    try {
      reason = body == null ? "" : fields(body).text("message");
    } catch (IllegalArgumentException | Fields.WrongType e) {
      // Whoever stands before the server answers as he likes.
    }
    return new ApiProblem(status, what + ": " + status + (reason.isEmpty() ? "" : ", " + reason));
  }

  private static String reason(Throwable cause) {
    return cause.getMessage() == null ? cause.getClass().getSimpleName() : cause.getMessage();
  }

  /** As {@link #send}, with the answer read. */
  private Fields sent(String method, String path, @Nullable String body) {
    byte[] answer = send(method, path, body);
    try {
      return fields(answer);
    } catch (IllegalArgumentException e) {
      throw new ApiProblem(method + " " + path + ": the answer is " + e.getMessage(), e);
    }
  }

  private static Fields fields(byte[] body) {
    return Fields.of("", Json.object(body, UNREAD));
  }

  /** One watch's messages, one event each. */
  private record Messages(Listener listener) implements WebSocket.Listener {

    @Override
    public void onMessage(WebSocket socket, String text) {
      try {
        Fields event = Fields.of("", Json.object(text, UNREAD));
        listener.event(event.text("type"), Fields.of("", event.values().get("object")));
      } catch (IllegalArgumentException | Fields.WrongType e) {
        listener.ended("what came is no event: " + e.getMessage());
        return;
      }
      socket.request();
    }

    @Override
    public void onMessage(WebSocket socket, ByteBuffer bytes) {
      onMessage(socket, StandardCharsets.UTF_8.decode(bytes).toString());
    }

    @Override
    public void onClose(WebSocket socket, int code, String reason) {
      // Without our own closing word the connection stays half open.
      socket.sendClose(1000, "");
      listener.ended(reason.isEmpty() ? "the API server ended the watch" : reason);
    }

    @Override
    public void onError(WebSocket socket, Throwable cause) {
      listener.ended(reason(cause));
    }
  }
}
