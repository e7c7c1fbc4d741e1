package io.harp.speaker.link;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * A speaker in one network namespace, judged by the kernel's own neighbor cache in another. Needs
 * root and iproute2; skipped without, unless {@code HARP_REQUIRE} contains {@code lab}.
 */
class WireTest {

  private static final String SPEAKER = "wire-test-s";
  private static final String CLIENT = "wire-test-c";
  private static final String SPEAKER_MAC = "02:00:00:00:0a:01";
  private static final String OTHER_MAC = "02:00:00:00:0a:99";

  private static final List<String> said = new CopyOnWriteArrayList<>();
  private static @Nullable Process speaker;

  @BeforeAll
  static void layTheWire() throws IOException {
    boolean able = "root".equals(System.getProperty("user.name")) && run("ip", "netns", "list");
    if (System.getenv().getOrDefault("HARP_REQUIRE", "").contains("lab")) {
      assertTrue(
          able,
          "HARP_REQUIRE asks for the lab: root (./dev test is, in a user namespace) and iproute2");
    }
    assumeTrue(
        able,
        "needs iproute2 and root for network namespaces; ./dev test is root of a user namespace");
    removeTheWire();
    must("ip netns add " + SPEAKER);
    must("ip netns add " + CLIENT);
    // A macvlan filters multicast as a real network card does; a veth lets everything through.
    must("ip link add w0 netns " + CLIENT + " type veth peer name lower netns " + SPEAKER);
    must("ip -n " + SPEAKER + " link set lower up");
    must(
        "ip -n "
            + SPEAKER
            + " link add w0 link lower address "
            + SPEAKER_MAC
            + " type macvlan mode bridge");
    must("ip -n " + SPEAKER + " link set w0 up");
    must("ip -n " + CLIENT + " link set w0 up");
    must("ip -n " + CLIENT + " addr add 10.0.0.2/24 dev w0");
    must("ip -n " + CLIENT + " addr add 2001:db8::2/64 dev w0 nodad");
    start();
    order("hold 10.0.0.100 2001:db8::64");
    order("watch 10.0.0.2 2001:db8::2");
  }

  @AfterAll
  static void removeTheWire() throws IOException {
    if (speaker != null) {
      speaker.destroy();
    }
    run("ip", "netns", "del", SPEAKER);
    run("ip", "netns", "del", CLIENT);
  }

  @Test
  void theKernelLearnsBothFamilies() {
    await("10.0.0.100 in the cache", () -> resolves("10.0.0.100", SPEAKER_MAC));
    // Only with the group joined does the macvlan let the solicitation through.
    await("2001:db8::64 in the cache", () -> resolves("2001:db8::64", SPEAKER_MAC));
    assertFalse(neighbors().contains("10.0.0.101 dev w0 lladdr"));
  }

  @Test
  void theKernelFindsTheAddressTaken() throws IOException {
    must("ip -n " + CLIENT + " addr add 2001:db8::64/64 dev w0");
    try {
      await(
          "duplicate address detection fails",
          () -> output("ip", "-n", CLIENT, "addr", "show", "dev", "w0").contains("dadfailed"));
    } finally {
      must("ip -n " + CLIENT + " addr del 2001:db8::64/64 dev w0");
    }
  }

  @Test
  void announcementsChangeCachesThatKnowBetter() throws IOException {
    for (String address : List.of("10.0.0.100", "2001:db8::64")) {
      // A reachable entry is what a client has whose owner has just died.
      must(
          "ip -n "
              + CLIENT
              + " neigh replace "
              + address
              + " lladdr "
              + OTHER_MAC
              + " dev w0"
              + " nud stale");
      order("announce " + address);
      await(
          address + " moved",
          () -> neighbors().contains(address + " dev w0 lladdr " + SPEAKER_MAC));
    }
  }

  @Test
  void probesAreAnsweredByTheirHolder() throws IOException {
    order("probe 10.0.0.2 2001:db8::2");
    for (String address : List.of("10.0.0.2", "2001:db8::2")) {
      heard(line -> line.contains("heard Claim[") && line.contains("address=" + address + ","));
    }
  }

  @Test
  void speaksOnAnInterfaceThatComesLater() throws IOException {
    must("ip link add w1 netns " + CLIENT + " type veth peer name w1 netns " + SPEAKER);
    must("ip -n " + SPEAKER + " link set w1 up");
    must("ip -n " + CLIENT + " link set w1 up");
    heard(line -> line.contains("name=w1") && line.contains("carrier=true"));
    must("ip -n " + SPEAKER + " link del w1");
    heard(line -> line.contains(" links ") && !line.contains("name=w1"));
  }

  @Test
  void joinsTheGroupsOfHeldAddressesOnAnInterfaceThatComesLater() throws IOException {
    must("ip -n " + SPEAKER + " link add w7 link lower type macvlan mode bridge");
    must("ip -n " + SPEAKER + " link set w7 up");
    try {
      // The solicited-node group of 2001:db8::64 (RFC 4291 section 2.7.1), as the card filters it.
      await(
          "the group is joined on w7",
          () ->
              output("ip", "-n", SPEAKER, "maddr", "show", "dev", "w7")
                  .contains("33:33:ff:00:00:64"));
    } finally {
      must("ip -n " + SPEAKER + " link del w7");
    }
  }

  @Test
  void speaksFromABridgeInPlaceOfItsPort() throws IOException {
    pair("w2");
    heard(line -> line.contains("name=w2"));
    must("ip -n " + SPEAKER + " link add br2 type bridge");
    must("ip -n " + SPEAKER + " link set br2 up");
    must("ip -n " + SPEAKER + " link set w2 master br2");
    heard(line -> line.contains("name=br2") && !line.contains("name=w2"));
    must("ip -n " + SPEAKER + " link set w2 nomaster");
    must("ip -n " + SPEAKER + " link del br2");
    heardLast(line -> line.contains("name=w2") && !line.contains("name=br2"));
    must("ip -n " + SPEAKER + " link del w2");
  }

  @Test
  void followsANewNameAndANewMac() throws IOException {
    pair("w3");
    heard(line -> line.contains("name=w3"));
    must("ip -n " + SPEAKER + " link set w3 address 02:00:00:00:0a:33");
    heard(line -> line.contains("name=w3, mac=02:00:00:00:0a:33"));
    must("ip -n " + SPEAKER + " link set w3 down");
    must("ip -n " + SPEAKER + " link set w3 name lan3");
    must("ip -n " + SPEAKER + " link set lan3 up");
    heardLast(line -> line.contains("name=lan3, mac=02:00:00:00:0a:33") && !line.contains("=w3,"));
    must("ip -n " + SPEAKER + " link del lan3");
  }

  @Test
  void noticesACableThatIsBackAtOnce() throws IOException {
    pair("w8");
    heardLast(line -> line.contains("name=w8") && line.contains("carrier=true"));
    must("ip -n " + CLIENT + " link set w8 down");
    must("ip -n " + CLIENT + " link set w8 up");
    // Either it was seen without its carrier, or it is said that it was.
    heard(line ->
        line.equals("flapped [w8]")
            || line.contains("name=w8") && line.matches(".*name=w8, [^\\]]*carrier=false.*"));
    must("ip -n " + SPEAKER + " link del w8");
  }

  @Test
  void speaksOnAVlanBesideItsCarrier() throws IOException {
    pair("w4");
    needs("link add link w4 name w4.7 type vlan id 7");
    must("ip -n " + SPEAKER + " link set w4.7 up");
    heard(line -> line.contains("name=w4,") && line.contains("name=w4.7"));
    must("ip -n " + SPEAKER + " link del w4");
  }

  @Test
  void speaksFromABondInPlaceOfItsPorts() throws IOException {
    pair("w5");
    needs("link add bond5 type bond mode active-backup");
    must("ip -n " + SPEAKER + " link set w5 down");
    must("ip -n " + SPEAKER + " link set w5 master bond5");
    must("ip -n " + SPEAKER + " link set bond5 up");
    heardLast(line -> line.contains("name=bond5") && !line.contains("name=w5"));
    must("ip -n " + SPEAKER + " link del bond5");
  }

  @Test
  void isSilentOnThePortsOfAVrf() throws IOException {
    pair("w6");
    needs("link add vrf6 type vrf table 6");
    must("ip -n " + SPEAKER + " link set vrf6 up");
    must("ip -n " + SPEAKER + " link set w6 master vrf6");
    heardLast(line -> !line.contains("name=w6") && !line.contains("name=vrf6"));
    must("ip -n " + SPEAKER + " link del vrf6");
  }

  private static void pair(String name) throws IOException {
    must(
        "ip link add "
            + name
            + " netns "
            + CLIENT
            + " type veth peer name "
            + name
            + " netns "
            + SPEAKER);
    must("ip -n " + CLIENT + " link set " + name + " up");
    must("ip -n " + SPEAKER + " link set " + name + " up");
  }

  private static void needs(String command) throws IOException {
    List<String> words = new ArrayList<>(List.of("ip", "-n", SPEAKER));
    words.addAll(List.of(command.split(" ")));
    assumeTrue(
        run(words.toArray(String[]::new)), "the kernel of this machine refuses: ip " + command);
  }

  /** Waits until the newest list of interfaces is like this. */
  private static void heardLast(Predicate<String> line) {
    await(
        "a list of interfaces",
        () ->
            said.stream()
                .filter(l -> l.contains(" links "))
                .reduce((_, last) -> last)
                .filter(line)
                .isPresent());
  }

  private static void start() throws IOException {
    Process started =
        new ProcessBuilder(
                "ip",
                "netns",
                "exec",
                SPEAKER,
                System.getProperty("java.home") + "/bin/java",
                "-XX:+UseSerialGC",
                "-Xmx64m",
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty("java.class.path"),
                WireMain.class.getName(),
                "^lo$",
                "^lower$")
            .redirectErrorStream(true)
            .start();
    speaker = started;
    Thread.ofVirtual()
        .start(() -> {
          try (BufferedReader lines = started.inputReader()) {
            lines.lines().forEach(said::add);
          } catch (IOException | UncheckedIOException e) {
            said.add("ended");
          }
        });
    heard(line -> line.contains("name=w0"));
  }

  private static void order(String order) throws IOException {
    OutputStream orders = Objects.requireNonNull(speaker).getOutputStream();
    orders.write((order + "\n").getBytes(StandardCharsets.UTF_8));
    orders.flush();
    heard(line -> line.equals("done " + order));
  }

  private static boolean resolves(String address, String mac) {
    // Any datagram makes the kernel ask for its destination.
    output("ip", "netns", "exec", CLIENT, "bash", "-c", "echo > /dev/udp/" + address + "/9");
    return neighbors().contains(address + " dev w0 lladdr " + mac);
  }

  private static String neighbors() {
    return output("ip", "-n", CLIENT, "neigh");
  }

  private static void heard(Predicate<String> line) {
    await("a line", () -> said.stream().anyMatch(line));
  }

  private static void await(String what, BooleanSupplier condition) {
    for (int i = 0; i < 200; i++) {
      if (condition.getAsBoolean()) {
        return;
      }
      try {
        TimeUnit.MILLISECONDS.sleep(100);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
    fail("not within 20 s: " + what + "; neighbors:\n" + neighbors() + "\nspeaker: " + said);
  }

  private static void must(String command) throws IOException {
    assertTrue(run(command.split(" ")), command);
  }

  private static boolean run(String... command) throws IOException {
    try {
      return new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start()
              .waitFor()
          == 0;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  private static String output(String... command) {
    try {
      Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
      return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
