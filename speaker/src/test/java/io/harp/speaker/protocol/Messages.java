package io.harp.speaker.protocol;

import io.harp.model.Address;
import io.harp.model.MacAddress;
import io.harp.model.NodeName;
import io.harp.model.ServiceKey;
import io.harp.speaker.protocol.Message.Assignment;
import io.harp.speaker.protocol.Message.Eligibility;
import io.harp.speaker.protocol.Message.Facts;
import io.harp.speaker.protocol.Message.Group;
import io.harp.speaker.protocol.Message.Ping;
import io.harp.speaker.protocol.Message.Plan;
import io.harp.speaker.protocol.Message.Pong;
import io.harp.speaker.protocol.Message.Reason;
import io.harp.speaker.protocol.Message.Report;
import io.harp.speaker.protocol.Message.ReportedLink;
import io.harp.speaker.protocol.Message.ReportedSubnet;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;

/** Arbitrary messages, one for each seed. */
final class Messages {

  private final Random random;

  Messages(long seed) {
    this.random = new Random(seed);
  }

  Message any() {
    return switch (random.nextInt(5)) {
      case 0 -> new Ping(view(), random.nextLong());
      case 1 -> new Pong(view(), random.nextLong());
      case 2 -> report();
      case 3 -> plan();
      default -> new Facts(revision(), groups());
    };
  }

  private Report report() {
    Map<Address, Long> holds = new HashMap<>();
    addresses().forEach(a -> holds.put(a, random.nextLong()));
    List<ReportedLink> links = new ArrayList<>();
    for (int i = random.nextInt(4); i > 0; i--) {
      links.add(
          new ReportedLink(
              "eth" + i,
              new MacAddress(random.nextLong() & 0xffff_ffff_ffffL),
              random.nextBoolean(),
              addresses().stream()
                  .map(a -> new ReportedSubnet(a, random.nextInt(8 * a.bytes().length + 1)))
                  .toList()));
    }
    return new Report(
        view(),
        random.nextInt(),
        random.nextBoolean() ? Optional.of(epoch()) : Optional.empty(),
        random.nextBoolean(),
        revision(),
        random.nextLong(),
        random.nextBoolean(),
        random.nextBoolean(),
        links,
        holds,
        addresses(),
        addresses());
  }

  private Plan plan() {
    Map<Address, Assignment> assignments = new HashMap<>();
    for (Address address : addresses()) {
      assignments.put(
          address,
          new Assignment(
              member(),
              random.nextBoolean() ? Optional.of(member()) : Optional.empty(),
              List.of(Reason.values()).get(random.nextInt(8))));
    }
    return new Plan(epoch(), revision(), assignments);
  }

  private List<Group> groups() {
    List<Group> groups = new ArrayList<>();
    for (int i = random.nextInt(5); i > 0; i--) {
      Set<Address> addresses = addresses();
      if (!addresses.isEmpty()) {
        Map<NodeName, Eligibility> nodes = new HashMap<>();
        for (int k = random.nextInt(3); k > 0; k--) {
          nodes.put(
              new NodeName("n" + k),
              new Eligibility(random.nextInt(), random.nextBoolean() ? Set.of() : Set.of("eth0")));
        }
        groups.add(
            new Group(
                List.copyOf(addresses),
                List.of(new ServiceKey("default", "s" + i)),
                nodes,
                random.nextBoolean() ? Optional.of(new NodeName("n1")) : Optional.empty()));
      }
    }
    return groups;
  }

  private Revision revision() {
    return new Revision(random.longs(random.nextInt(7)).boxed().toList());
  }

  private Epoch epoch() {
    return new Epoch(view(), random.nextInt(), member());
  }

  private ViewId view() {
    return new ViewId(random.nextLong(), member());
  }

  private Member member() {
    int node = random.nextInt(4);
    return new Member(new NodeName("node-" + node), node == 3 ? random.nextLong() : node);
  }

  private Set<Address> addresses() {
    Set<Address> addresses = new HashSet<>();
    for (int i = random.nextInt(6); i > 0; i--) {
      byte[] bytes = new byte[random.nextBoolean() ? 4 : 16];
      random.nextBytes(bytes);
      addresses.add(Address.of(bytes));
    }
    return addresses;
  }
}
