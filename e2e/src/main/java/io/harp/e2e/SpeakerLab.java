package io.harp.e2e;

import io.harp.e2e.probe.Watch;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A lab of speakers alone: whoever runs it writes the addresses into the status of Services, so no
 * controller takes part and every figure is the speakers' own.
 */
public final class SpeakerLab implements AutoCloseable {

  /** The first address of {@link #serveMany}. */
  public static final String MANY = "10.77.104.0";

  private static final long START_MS = 40_000;
  private static final Pattern STARVED =
      Pattern.compile("(?m)^harp_membership_(?:stalls|doubts)_total ([0-9.]+)");
  private static final Pattern MEMBERS = Pattern.compile("(?m)^harp_members ([0-9.]+)");

  private final Lab lab;

  private SpeakerLab(Lab lab) {
    this.lab = lab;
  }

  /** Builds the lab with one pool that every node advertises; the speakers do not run yet. */
  public static SpeakerLab build(LabOptions options) {
    Lab lab = Lab.start(options.withoutController());
    lab.cluster()
        .applyYaml(
            """
            apiVersion: metallb.io/v1beta1
            kind: IPAddressPool
            metadata: {name: edge, namespace: metallb-system}
            spec: {addresses: [10.77.100.0/24, "fd77::100:0/120"]}
            ---
            apiVersion: metallb.io/v1beta1
            kind: L2Advertisement
            metadata: {name: edge, namespace: metallb-system}
            """);
    return new SpeakerLab(lab);
  }

  /** As {@link #build}, with all speakers running in one view. */
  public static SpeakerLab start(LabOptions options) {
    SpeakerLab speakers = build(options);
    try {
      speakers.lab.startSpeakers();
      speakers.awaitWhole();
      return speakers;
    } catch (AssertionError e) {
      speakers.close();
      throw e;
    }
  }

  public Lab lab() {
    return lab;
  }

  public LabNode node(String name) {
    return lab.node(name);
  }

  /** A Service that has been given these addresses. */
  public void serve(String service, String... addresses) {
    lab.cluster().loadBalancer(service);
    lab.cluster().assign(service, addresses);
  }

  /** A Service of both families that has these addresses. */
  public void serveDualStack(String service, String v4, String v6) {
    lab.cluster()
        .applyYaml(
            """
            apiVersion: v1
            kind: Service
            metadata: {name: %1$s, namespace: default}
            spec:
              type: LoadBalancer
              ipFamilyPolicy: RequireDualStack
              selector: {app: %1$s}
              ports: [{name: http, port: 80}]
            """
                .formatted(service));
    lab.cluster().assign(service, v4, v6);
  }

  /**
   * So many Services, each with one address from {@link #MANY} on.
   *
   * @return the first address
   */
  public String serveMany(int count) {
    lab.cluster()
        .applyYaml(
            """
            apiVersion: metallb.io/v1beta1
            kind: IPAddressPool
            metadata: {name: many, namespace: metallb-system}
            spec: {addresses: [10.77.104.0/21]}
            """);
    try (var threads = java.util.concurrent.Executors.newFixedThreadPool(8)) {
      for (int i = 0; i < count; i++) {
        String address = io.harp.model.Ipv4.parse(MANY).plus(i).toString();
        String service = "many-" + i;
        threads.execute(() -> serve(service, address));
      }
    }
    return MANY;
  }

  /** Watches an address once somebody answers it, by ARP and with traffic. */
  public Watch watch(String address) {
    Watch watch = lab.client().watch(address);
    watch.awaitOwner(START_MS);
    watch.awaitAnswer(
        io.harp.e2e.probe.Observation.Kind.UDP, System.nanoTime() - 20_000_000, START_MS);
    return watch;
  }

  /** Undoes every fault, starts every speaker that is down, and waits until all is well. */
  public void heal() {
    lab.lan().healLan();
    lab.lan().unblockMembership();
    for (LabNode node : lab.nodes()) {
      node.plugIn();
      if (!node.isRunning()) {
        node.start();
      }
    }
    awaitWhole();
  }

  /**
   * Waits until every speaker is ready and sees all of them.
   *
   * @throws AssertionError after 40 s, with how far they got
   */
  public void awaitWhole() {
    awaitMembers(lab.nodes(), lab.nodes().size(), START_MS);
  }

  /**
   * Waits until each of {@code nodes} is ready and has {@code members} in its view.
   *
   * @throws AssertionError after {@code timeoutMs}, with how far they got
   */
  public void awaitMembers(List<LabNode> nodes, int members, long timeoutMs) {
    Map<String, Integer> seen = new TreeMap<>();
    boolean all =
        await(
            timeoutMs,
            () -> {
              nodes.forEach(n -> seen.put(n.name(), n.isReady() ? members(n) : 0));
              return seen.values().stream().allMatch(m -> m == members);
            });
    if (!all) {
      throw new AssertionError(
          "not every speaker sees "
              + members
              + " within "
              + timeoutMs
              + " ms: "
              + seen
              + "\n"
              + lab.tails(40));
    }
  }

  /** How many speakers the one of this node sees, itself included; 0 when it does not say. */
  public static int members(LabNode node) {
    Matcher matcher = MEMBERS.matcher(node.get("metrics"));
    return matcher.find() ? (int) Double.parseDouble(matcher.group(1)) : 0;
  }

  /**
   * How often one of these speakers found that it, or another, had not run for a while. Where none
   * was made to fail, what they did then says more about the machine than about them.
   */
  public double starved() {
    return lab.nodes().stream()
        .flatMap(node -> STARVED.matcher(node.get("metrics")).results())
        .mapToDouble(found -> Double.parseDouble(found.group(1)))
        .sum();
  }

  /** Looks every 100 ms whether something has come true; false after {@code timeoutMs}. */
  public static boolean await(long timeoutMs, BooleanSupplier comeTrue) {
    long deadline = System.nanoTime() + timeoutMs * 1_000_000;
    while (!comeTrue.getAsBoolean()) {
      if (System.nanoTime() - deadline > 0) {
        return false;
      }
      LockSupport.parkNanos(100_000_000);
    }
    return true;
  }

  @Override
  public void close() {
    lab.close();
  }
}
