package io.harp.speaker.link;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.harp.model.Address;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class GatewaysTest {

  @Test
  void onlyDefaultRoutesHaveGateways() {
    assertEquals(
        Set.of(Address.parse("192.0.2.1")),
        Gateways.ipv4(
            List.of(
                "Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU",
                "eth0\t00000000\t010200C0\t0003\t0\t0\t0\t00000000\t0",
                "eth0\t000200C0\t00000000\t0001\t0\t0\t0\t00FFFFFF\t0")));
  }

  @Test
  void theNextHopOfAnIpv6DefaultRouteIsOne() {
    String none = "0".repeat(32);
    String hop = "fe80" + "0".repeat(24) + "0001";
    assertEquals(
        Set.of(Address.parse("fe80::1")),
        Gateways.ipv6(
            List.of(
                none + " 00 " + none + " 00 " + hop + " 00000400 00000001 00000000 00000003 eth0",
                none + " 00 " + none + " 00 " + none + " ffffffff 00000001 00000000 00200200 lo")));
  }
}
