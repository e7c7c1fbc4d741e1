package io.harp.kube;

import io.harp.loop.Clock;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a command asks an API server: its version, our rights, and lists that must be complete.
 * Every question throws {@link ApiUnavailable} if there is no answer.
 */
public final class Server {

  private static final String REVIEWS = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews";
  private static final Pattern DIGITS = Pattern.compile("^\\d{1,6}");

  private final Api api;
  private final PlainObjects objects;

  /** {@code 1.34}, and the text the server gives for it, as {@code v1.34.1+k3s1}. */
  public record Version(int major, int minor, String text) {
    public boolean isBefore(int otherMajor, int otherMinor) {
      return major < otherMajor || major == otherMajor && minor < otherMinor;
    }
  }

  /**
   * One thing somebody may do or not.
   *
   * @param group empty for the core group
   * @param namespace empty for all namespaces, and for kinds that have none
   */
  public record Right(String verb, String group, String resource, Optional<String> namespace) {
    @Override
    public String toString() {
      return verb
          + " "
          + resource
          + (group.isEmpty() ? "" : "." + group)
          + namespace.map(n -> " in " + n).orElse("");
    }
  }

  public Server(Api api, Clock clock) {
    this.api = api;
    this.objects = new PlainObjects(api, clock);
  }

  /** Asks something by a client that is made for it, configured as {@link Api#connect()}. */
  public static <T> T once(Clock clock, Function<Server, T> question) {
    try (Api api = Api.connect()) {
      return question.apply(new Server(api, clock));
    }
  }

  public Version version() {
    Fields answer = ask("/version", api::get);
    return new Version(
        number(answer.text("major")), number(answer.text("minor")), answer.text("gitVersion"));
  }

  /** Whether we may do something, as the server itself says (SelfSubjectAccessReview). */
  public boolean may(Right right) {
    Map<String, String> attributes =
        Map.of(
            "verb", right.verb(),
            "group", right.group(),
            "resource", right.resource(),
            "namespace", right.namespace().orElse(""));
    Map<String, Object> review =
        Map.of(
            "apiVersion", "authorization.k8s.io/v1",
            "kind", "SelfSubjectAccessReview",
            "spec", Map.of("resourceAttributes", attributes));
    return ask(REVIEWS, path -> api.create(path, review)).object("status").flag("allowed", false);
  }

  /** All objects of a kind; none if the server does not know it. Throws if we may not see them. */
  public List<Fields> list(Resource kind, Scope scope) {
    Optional<List<Fields>> found = objects.list(kind, scope);
    if (found.isEmpty()
        && !may(
            new Right(
                "list",
                kind.group(),
                kind.plural(),
                Optional.of(scope.namespace()).filter(n -> !n.isEmpty())))) {
      throw new ApiUnavailable("not allowed to list " + kind.plural());
    }
    return found.orElse(List.of());
  }

  private static Fields ask(String path, Function<String, Fields> request) {
    try {
      return request.apply(path);
    } catch (ApiProblem | IllegalArgumentException e) {
      throw new ApiUnavailable("cannot ask for " + path + ": " + e.getMessage(), e);
    }
  }

  /** Some vendors write {@code 34+}. */
  private static int number(String text) {
    Matcher matcher = DIGITS.matcher(text);
    return matcher.find() ? Integer.parseInt(matcher.group()) : 0;
  }
}
