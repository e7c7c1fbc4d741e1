package io.harp.controller.allocation;

import io.harp.config.Config;
import io.harp.config.ConfigBook;
import io.harp.config.Judgement;
import io.harp.config.PoolSpec;
import io.harp.config.SelectorSpec;
import io.harp.model.Address;
import io.harp.model.Family;
import io.harp.model.LbService;
import io.harp.model.LbService.FamilyPolicy;
import io.harp.model.LbService.Port;
import io.harp.model.ServiceKey;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** A controller without Kubernetes: a status is written the moment it is decided. */
final class Scene {

  final ConfigBook book = new ConfigBook();
  private final Map<ServiceKey, LbService> api = new TreeMap<>();
  private final Set<String> poolNames = new HashSet<>();
  private Books books = new Books();
  private Config config = Config.EMPTY;

  /** The notes of the last change, as {@code ns/name Reason}. */
  final List<String> notes = new ArrayList<>();

  private final Map<String, String> why = new HashMap<>();

  int writes;

  static Scene of(String... pools) {
    Scene scene = new Scene();
    scene.books.open();
    scene.pools(pools);
    return scene;
  }

  /** Replaces all pools. */
  void pools(String... notations) {
    poolNames.forEach(book::removePool);
    poolNames.clear();
    for (String notation : notations) {
      PoolSpec spec = pool(notation);
      poolNames.add(spec.name());
      book.put(spec);
    }
    judge();
  }

  void namespace(String name, String labels) {
    book.putNamespace(name, labels(labels));
    judge();
  }

  void judge() {
    Judgement judgement = book.judge();
    config = judgement.config();
    apply(books.configured(config));
  }

  Svc service(String name) {
    return new Svc(this, name.contains("/") ? name : "ns/" + name);
  }

  void delete(String name) {
    ServiceKey key = key(name);
    api.remove(key);
    apply(books.gone(key));
  }

  /** A new controller reads everything anew. */
  void restart() {
    books = new Books();
    books.configured(config);
    api.values().forEach(s -> books.seen(s));
    apply(books.open());
  }

  /** Looks at one Service again. */
  void again(String name) {
    apply(books.seen(service(key(name))));
  }

  String ip(String name) {
    return String.join(",", service(key(name)).ingress());
  }

  String poolOf(String name) {
    return service(key(name)).annotations().getOrDefault(Request.FROM_POOL, "");
  }

  LbService service(ServiceKey key) {
    LbService service = api.get(key);
    if (service == null) {
      throw new AssertionError("there is no " + key);
    }
    return service;
  }

  /** Why a Service has no address. */
  String why(String name) {
    return why.getOrDefault(key(name).toString(), "");
  }

  Books books() {
    return books;
  }

  Map<ServiceKey, LbService> api() {
    return api;
  }

  PoolUse usage(String pool) {
    return books.usage().stream().filter(u -> u.pool().equals(pool)).findFirst().orElseThrow();
  }

  void put(LbService service) {
    api.put(service.key(), service);
    apply(books.seen(service));
  }

  private void apply(List<Books.Change> changes) {
    notes.clear();
    for (Books.Change change : changes) {
      LbService service = service(change.service().key());
      change
          .outcome()
          .notes()
          .forEach(n -> notes.add(service.key() + " " + n.reason() + ": " + n.message()));
      switch (change.outcome()) {
        case Outcome.Assigned assigned ->
            write(
                service,
                assigned.holding().addresses().stream().map(Address::toString).toList(),
                assigned.holding().pool());
        case Outcome.Pending pending -> {
          why.put(service.key().toString(), pending.why());
          write(service, List.of(), "");
        }
        case Outcome.NotWanted _ -> write(service, List.of(), "");
        case Outcome.LeftAlone _ -> {}
      }
    }
  }

  private void write(LbService old, List<String> ingress, String pool) {
    Map<String, String> annotations = new HashMap<>(old.annotations());
    annotations.remove(Request.FROM_POOL);
    if (!pool.isEmpty()) {
      annotations.put(Request.FROM_POOL, pool);
    }
    if (annotations.equals(old.annotations()) && ingress.equals(old.ingress())) {
      return;
    }
    writes++;
    LbService written = with(old, annotations, ingress);
    api.put(old.key(), written);
    // The echo of our own write: must change nothing.
    List<String> before = List.copyOf(notes);
    books.seen(written);
    notes.clear();
    notes.addAll(before);
  }

  static LbService with(LbService s, Map<String, String> annotations, List<String> ingress) {
    return new LbService(
        s.key(),
        s.labels(),
        s.loadBalancer(),
        s.loadBalancerClass(),
        s.clusterIps(),
        s.ipFamilies(),
        s.ipFamilyPolicy(),
        s.localPolicy(),
        s.ports(),
        s.selector(),
        annotations,
        s.loadBalancerIp(),
        ingress,
        s.resourceVersion());
  }

  static ServiceKey key(String name) {
    int slash = name.indexOf('/');
    return slash < 0
        ? new ServiceKey("ns", name)
        : new ServiceKey(name.substring(0, slash), name.substring(slash + 1));
  }

  static Map<String, String> labels(String text) {
    return text.isEmpty()
        ? Map.of()
        : List.of(text.split(",")).stream()
            .map(kv -> kv.split("=", 2))
            .collect(Collectors.toMap(kv -> kv[0].strip(), kv -> kv[1].strip()));
  }

  /** {@code name[addresses; auto=false; buggy=avoid; ns=a,b; nssel=k=v; sel=k=v; prio=5]}. */
  static PoolSpec pool(String notation) {
    int open = notation.indexOf('[');
    String[] parts = notation.substring(open + 1, notation.length() - 1).split(";");
    Map<String, String> options = new HashMap<>();
    for (int i = 1; i < parts.length; i++) {
      String[] option = parts[i].strip().split("=", 2);
      options.put(option[0], option[1]);
    }
    boolean restricted =
        Set.of("ns", "sel", "prio", "nssel").stream().anyMatch(options::containsKey);
    return new PoolSpec(
        notation.substring(0, open),
        "",
        Map.of(),
        List.of(parts[0].split(",")).stream().map(String::strip).toList(),
        !"false".equals(options.get("auto")),
        "avoid".equals(options.get("buggy")),
        restricted
            ? Optional.of(
                new PoolSpec.Allocation(
                    Integer.parseInt(options.getOrDefault("prio", "0")),
                    options.containsKey("ns") ? List.of(options.get("ns").split(",")) : List.of(),
                    selectors(options.get("nssel")),
                    selectors(options.get("sel"))))
            : Optional.empty());
  }

  private static List<SelectorSpec> selectors(@Nullable String labels) {
    return labels == null ? List.of() : List.of(new SelectorSpec(labels(labels), List.of()));
  }

  /** A Service in the making. */
  static final class Svc {
    private final Scene scene;
    private final ServiceKey key;
    private boolean loadBalancer = true;
    private Map<String, String> labels = Map.of();
    private List<String> clusterIps = List.of("10.0.0.1");
    private List<Family> families = List.of();
    private FamilyPolicy policy = FamilyPolicy.SINGLE_STACK;
    private boolean local;
    private Set<Port> ports = Set.of(new Port("TCP", 80));
    private Map<String, String> selector = Map.of();
    private final Map<String, String> annotations = new HashMap<>();
    private Optional<String> ip = Optional.empty();
    private List<String> ingress = List.of();

    Svc(Scene scene, String name) {
      this.scene = scene;
      this.key = Scene.key(name);
      LbService old = scene.api.get(key);
      if (old != null) {
        ingress = old.ingress();
        String pool = old.annotations().get(Request.FROM_POOL);
        if (pool != null) {
          annotations.put(Request.FROM_POOL, pool);
        }
      }
    }

    Svc type(String type) {
      loadBalancer = type.equals("LoadBalancer");
      return this;
    }

    Svc labels(String text) {
      labels = Scene.labels(text);
      return this;
    }

    Svc cluster(String... ips) {
      clusterIps = List.of(ips);
      return this;
    }

    Svc v6() {
      return cluster("3000::1");
    }

    Svc dual(FamilyPolicy policy) {
      this.policy = policy;
      families = List.of(Family.IPV4, Family.IPV6);
      return cluster("10.0.0.1", "3000::1");
    }

    Svc policy(FamilyPolicy policy) {
      this.policy = policy;
      return this;
    }

    Svc families(Family... families) {
      this.families = List.of(families);
      return this;
    }

    Svc local(String selector) {
      local = true;
      this.selector = Scene.labels(selector);
      return this;
    }

    Svc selector(String selector) {
      this.selector = Scene.labels(selector);
      return this;
    }

    Svc port(String protocol, int number) {
      ports = Set.of(new Port(protocol, number));
      return this;
    }

    Svc tcp(int number) {
      return port("TCP", number);
    }

    Svc annotate(String key, String value) {
      annotations.put(key, value);
      return this;
    }

    Svc pool(String name) {
      return annotate("metallb.io/address-pool", name);
    }

    Svc ips(String text) {
      return annotate("metallb.io/loadBalancerIPs", text);
    }

    Svc key(String sharing) {
      return annotate("metallb.io/allow-shared-ip", sharing);
    }

    Svc specIp(String text) {
      ip = Optional.of(text);
      return this;
    }

    Svc status(String... ingress) {
      this.ingress = List.of(ingress);
      return this;
    }

    LbService build() {
      return new LbService(
          key,
          labels,
          loadBalancer,
          Optional.empty(),
          clusterIps,
          families,
          policy,
          local,
          ports,
          selector,
          annotations,
          ip,
          ingress,
          "1");
    }

    /** Creates or replaces it; returns its addresses afterwards. */
    String put() {
      scene.put(build());
      return scene.ip(key.toString());
    }
  }
}
