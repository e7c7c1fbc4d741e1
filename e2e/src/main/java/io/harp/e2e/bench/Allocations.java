package io.harp.e2e.bench;

import io.harp.config.Config;
import io.harp.controller.allocation.Allocator;
import io.harp.controller.allocation.Books;
import io.harp.model.Address;
import io.harp.model.AddressRange;
import io.harp.model.Family;
import io.harp.model.Ipv4;
import io.harp.model.Ipv6;
import io.harp.model.LbService;
import io.harp.model.LbService.FamilyPolicy;
import io.harp.model.LbService.Port;
import io.harp.model.Pool;
import io.harp.model.ServiceKey;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.IntFunction;

/**
 * What the allocation itself costs, without an API. One Service more is looked at again and again
 * over the same {@code n} others; the allocator is a value, so none of them becomes part of it.
 */
final class Allocations {

  private static final int ROUNDS = 4_000;
  private static final int WARM_UP = 2_000;
  private static final int POOLS = 100;

  /** The pools of one measurement, and the family of the Services. */
  private enum Shape {
    HUNDRED_POOLS("100 pools of /24", Family.IPV4),
    SLASH_8("one /8", Family.IPV4),
    SLASH_64("one /64", Family.IPV6);

    private final String text;
    private final Family family;

    Shape(String text, Family family) {
      this.text = text;
      this.family = family;
    }

    Config config() {
      List<Pool> pools =
          switch (this) {
            case HUNDRED_POOLS -> many(i -> pool("p%02d".formatted(i), v4(i, 0), v4(i, 255)));
            case SLASH_8 ->
                List.of(pool("p", Ipv4.parse("10.0.0.0"), Ipv4.parse("10.255.255.255")));
            case SLASH_64 ->
                List.of(pool("p", Ipv6.parse("fc00::"), Ipv6.parse("fc00::ffff:ffff:ffff:ffff")));
          };
      return new Config(pools, List.of(), Set.of());
    }

    private static List<Pool> many(IntFunction<Pool> pool) {
      List<Pool> pools = new ArrayList<>();
      for (int i = 0; i < POOLS; i++) {
        pools.add(pool.apply(i));
      }
      return pools;
    }

    private static Ipv4 v4(int third, int last) {
      return Ipv4.parse("10.0." + third + "." + last);
    }

    private static Pool pool(String name, Address first, Address last) {
      return new Pool(
          name, Map.of(), List.of(new AddressRange(first, last)), true, false, Optional.empty());
    }
  }

  private Allocations() {}

  /** One map for each kind of pools and number of Services. */
  static List<Map<String, Object>> measure(List<Integer> sizes) {
    List<Map<String, Object>> rows = new ArrayList<>();
    for (Shape shape : Shape.values()) {
      for (int size : sizes) {
        rows.add(measure(shape, size));
      }
    }
    return rows;
  }

  private static Map<String, Object> measure(Shape shape, int size) {
    Config config = shape.config();
    Allocator allocator = Allocator.over(config);
    List<LbService> given = new ArrayList<>();
    for (int i = 0; i < size; i++) {
      LbService service = service(shape, "s" + i, List.of());
      allocator = allocator.converge(service).next();
      given.add(service(shape, "s" + i, addresses(allocator, service)));
    }
    LbService more = service(shape, "t", List.of());
    double[] micros = new double[ROUNDS];
    for (int i = -WARM_UP; i < ROUNDS; i++) {
      long began = System.nanoTime();
      Allocator next = allocator.converge(more).next();
      long ended = System.nanoTime();
      if (next.size() != size + 1) {
        throw new AssertionError("no address for one more than " + size + " of " + shape.text);
      }
      micros[Math.max(0, i)] = (ended - began) / 1e3;
    }
    Arrays.sort(micros);
    Map<String, Object> row = new LinkedHashMap<>();
    row.put("pools", shape.text);
    row.put("services", size);
    row.put("medianUs", tenth(micros[ROUNDS / 2]));
    row.put("p99Us", tenth(micros[ROUNDS * 99 / 100]));
    row.put("restartCpuMs", restart(config, given));
    return row;
  }

  /** CPU time from an empty book to a decision about every Service, all of which keep theirs. */
  private static double restart(Config config, List<LbService> services) {
    var threads = ManagementFactory.getThreadMXBean();
    long began = threads.getCurrentThreadCpuTime();
    Books books = new Books();
    services.forEach(books::seen);
    books.configured(config);
    int looked = books.open().size();
    double millis = (threads.getCurrentThreadCpuTime() - began) / 1e6;
    if (looked != services.size()) {
      throw new AssertionError(looked + " of " + services.size() + " Services were looked at");
    }
    return tenth(millis);
  }

  private static List<String> addresses(Allocator allocator, LbService service) {
    return allocator.holding(service.key()).orElseThrow().addresses().stream()
        .map(Address::toString)
        .toList();
  }

  private static LbService service(Shape shape, String name, List<String> ingress) {
    return new LbService(
        new ServiceKey("bench", name),
        Map.of(),
        true,
        Optional.empty(),
        List.of(shape.family == Family.IPV4 ? "10.96.0.1" : "fd96::1"),
        List.of(shape.family),
        FamilyPolicy.SINGLE_STACK,
        false,
        Set.of(new Port("TCP", 80)),
        Map.of("app", name),
        Map.of(),
        Optional.empty(),
        ingress,
        "1");
  }

  static double tenth(double value) {
    return Math.round(value * 10) / 10.0;
  }
}
