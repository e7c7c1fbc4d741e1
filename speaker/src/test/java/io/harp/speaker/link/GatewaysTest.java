package io.harp.speaker.link;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.harp.model.Address;
import io.harp.model.MacAddress;
import io.harp.speaker.link.Gateways.Gateway;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class GatewaysTest {

  private static final List<String> ROUTES =
      List.of(
          "Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU",
          "eth0\t00000000\t010200C0\t0003\t0\t0\t0\t00000000\t0",
          "eth0\t000200C0\t00000000\t0001\t0\t0\t0\t00FFFFFF\t0");

  @Test
  void onlyDefaultRoutesHaveGateways() {
    assertEquals(
        List.of(new Gateway("eth0", Address.parse("192.0.2.1"), Optional.empty())),
        Gateways.ipv4(ROUTES, List.of()));
  }

  @Test
  void aGatewayHasTheMacThatTheKernelKnowsOnItsInterface() {
    String header =
        "IP address       HW type     Flags       HW address            Mask     Device";
    assertEquals(
        Optional.of(MacAddress.parse("02:00:00:00:00:01")),
        Gateways.ipv4(
                ROUTES,
                List.of(
                    header,
                    "192.0.2.1        0x1         0x2         02:00:00:00:00:09     *        eth1",
                    "192.0.2.1        0x1         0x2         02:00:00:00:00:01     *        eth0"))
            .getFirst()
            .mac());
    assertEquals(
        Optional.empty(),
        Gateways.ipv4(
                ROUTES,
                List.of(
                    header,
                    "192.0.2.1        0x1         0x0         00:00:00:00:00:00     *        eth0"))
            .getFirst()
            .mac());
  }

  @Test
  void theNextHopOfAnIpv6DefaultRouteIsOne() {
    String none = "0".repeat(32);
    String hop = "fe80" + "0".repeat(24) + "0001";
    assertEquals(
        List.of(new Gateway("eth0", Address.parse("fe80::1"), Optional.empty())),
        Gateways.ipv6(
            List.of(
                none + " 00 " + none + " 00 " + hop + " 00000400 00000001 00000000 00000003 eth0",
                none + " 00 " + none + " 00 " + none + " ffffffff 00000001 00000000 00200200 lo")));
  }
}
