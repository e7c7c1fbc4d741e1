package io.harp.speaker.ownership;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.harp.model.Address;
import io.harp.model.Ipv4;
import io.harp.model.MacAddress;
import io.harp.model.NodeName;
import io.harp.speaker.announcement.Link;
import io.harp.speaker.announcement.Link.Subnet;
import io.harp.speaker.protocol.Message.Eligibility;
import io.harp.speaker.protocol.Message.Group;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class CardsTest {

  private static final NodeName NODE = new NodeName("a");
  private static final Address X = Ipv4.parse("10.0.0.100");
  private static final Link ETH0 = link(1, "eth0", true, "10.0.0.10");
  private static final Link ETH1 = link(2, "eth1", true, "10.1.0.10");

  @Test
  void speaksOnTheInterfacesOfTheAdvertisementOnly() {
    Cards cards = cards(false);
    assertEquals(Set.of(1, 2), cards.of(X, group(Set.of())));
    assertEquals(Set.of(2), cards.of(X, group(Set.of("eth1", "eth7"))));
    assertEquals(Set.of(), cards.of(X, group(Set.of("eth7"))));
  }

  @Test
  void matchingSpeaksWhereTheSubnetLives() {
    Cards cards = cards(true);
    assertEquals(Set.of(1), cards.of(X, group(Set.of())));
    assertEquals(Set.of(), cards.of(X, group(Set.of("eth1"))));
    assertEquals(Set.of(), cards.of(Ipv4.parse("192.0.2.1"), group(Set.of())));
  }

  @Test
  void aLinkIsConnectedAnewOnceForEachReturnOfItsCable() {
    Cards cards = cards(false);
    assertFalse(cards.update(List.of(ETH0, ETH1)));
    assertFalse(cards.update(List.of(ETH0, link(2, "eth1", false, "10.1.0.10"))));
    assertTrue(cards.update(List.of(ETH0, ETH1)));
    assertFalse(cards.update(List.of(ETH0)));
    assertTrue(cards.update(List.of(ETH0, ETH1)));
  }

  private static Cards cards(boolean matching) {
    Cards cards = new Cards(NODE, matching);
    cards.update(List.of(ETH0, ETH1));
    return cards;
  }

  private static Group group(Set<String> interfaces) {
    return new Group(List.of(X), List.of(), Map.of(NODE, new Eligibility(0, interfaces)));
  }

  private static Link link(int index, String name, boolean carrier, String address) {
    List<Subnet> subnets = List.of(new Subnet(Ipv4.parse(address), 24));
    return new Link(index, name, new MacAddress(index), carrier, subnets);
  }
}
