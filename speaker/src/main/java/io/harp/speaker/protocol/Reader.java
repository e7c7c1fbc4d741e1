package io.harp.speaker.protocol;

import io.harp.model.Address;
import io.harp.model.MacAddress;
import io.harp.model.NodeName;
import io.harp.model.ServiceKey;
import io.harp.speaker.protocol.Message.Assignment;
import io.harp.speaker.protocol.Message.Eligibility;
import io.harp.speaker.protocol.Message.Facts;
import io.harp.speaker.protocol.Message.Group;
import io.harp.speaker.protocol.Message.Plan;
import io.harp.speaker.protocol.Message.Reason;
import io.harp.speaker.protocol.Message.Report;
import io.harp.speaker.protocol.Message.ReportedLink;
import io.harp.speaker.protocol.Message.ReportedSubnet;
import java.io.DataInputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Reads what {@link Writer} wrote, and trusts no count: each is bounded, and nothing is allocated
 * ahead of the bytes that must follow.
 */
final class Reader {

  private static final int MAX_ENTRIES = 100_000;
  private static final int MAX_SMALL = 4_096;
  private static final int MAX_KINDS = 64;

  final DataInputStream in;
  private final List<Member> members = new ArrayList<>();
  private final List<Map<NodeName, Eligibility>> tables = new ArrayList<>();

  Reader(DataInputStream in) {
    this.in = in;
  }

  int count(int bound) throws IOException, Unreadable {
    int count = in.readInt();
    if (count < 0 || count > bound) {
      throw new Unreadable("a list of " + count + ", at most " + bound + " are allowed");
    }
    return count;
  }

  ViewId view() throws IOException, Unreadable {
    return new ViewId(in.readLong(), member());
  }

  Member member() throws IOException, Unreadable {
    int index = in.readUnsignedShort();
    if (index == members.size()) {
      members.add(new Member(new NodeName(in.readUTF()), in.readLong()));
    }
    return members.get(index);
  }

  Epoch epoch() throws IOException, Unreadable {
    return new Epoch(view(), in.readInt(), member());
  }

  Address address() throws IOException, Unreadable {
    int length = in.readUnsignedByte();
    if (length != 4 && length != 16) {
      throw new Unreadable("an address of " + length + " bytes");
    }
    byte[] bytes = new byte[length];
    in.readFully(bytes);
    return Address.of(bytes);
  }

  Report report() throws IOException, Unreadable {
    ViewId view = view();
    int formerSize = in.readInt();
    Optional<Epoch> plan = in.readBoolean() ? Optional.of(epoch()) : Optional.empty();
    boolean apiFresh = in.readBoolean();
    Revision revision = revision();
    long digest = in.readLong();
    boolean factsKnown = in.readBoolean();
    boolean draining = in.readBoolean();
    List<ReportedLink> links = new ArrayList<>();
    for (int i = count(MAX_SMALL); i > 0; i--) {
      links.add(link());
    }
    Map<Address, Long> holds = new HashMap<>();
    for (int i = count(MAX_ENTRIES); i > 0; i--) {
      holds.put(address(), in.readLong());
    }
    return new Report(
        view,
        formerSize,
        plan,
        apiFresh,
        revision,
        digest,
        factsKnown,
        draining,
        links,
        holds,
        new HashSet<>(addresses(MAX_ENTRIES)),
        new HashSet<>(addresses(MAX_ENTRIES)));
  }

  List<Address> addresses(int bound) throws IOException, Unreadable {
    List<Address> addresses = new ArrayList<>();
    for (int i = count(bound); i > 0; i--) {
      addresses.add(address());
    }
    return addresses;
  }

  Revision revision() throws IOException, Unreadable {
    List<Long> byKind = new ArrayList<>();
    for (int i = count(MAX_KINDS); i > 0; i--) {
      byKind.add(in.readLong());
    }
    return new Revision(byKind);
  }

  ReportedLink link() throws IOException, Unreadable {
    String name = in.readUTF();
    MacAddress mac = new MacAddress(in.readLong());
    boolean ok = in.readBoolean();
    List<ReportedSubnet> subnets = new ArrayList<>();
    for (int i = count(MAX_SMALL); i > 0; i--) {
      Address address = address();
      int prefixLength = in.readUnsignedByte();
      if (prefixLength > 8 * address.bytes().length) {
        throw new Unreadable("prefix length " + prefixLength + " of " + address);
      }
      subnets.add(new ReportedSubnet(address, prefixLength));
    }
    return new ReportedLink(name, mac, ok, subnets);
  }

  Plan plan() throws IOException, Unreadable {
    Epoch epoch = epoch();
    Revision revision = revision();
    Map<Address, Assignment> assignments = new LinkedHashMap<>();
    for (int i = count(MAX_ENTRIES); i > 0; i--) {
      Address address = address();
      Member owner = member();
      Optional<Member> from = in.readBoolean() ? Optional.of(member()) : Optional.empty();
      assignments.put(address, new Assignment(owner, from, Reason.of(in.readUnsignedByte())));
    }
    return new Plan(epoch, revision, assignments);
  }

  Facts facts() throws IOException, Unreadable {
    Revision revision = revision();
    List<Group> groups = new ArrayList<>();
    for (int i = count(MAX_ENTRIES); i > 0; i--) {
      groups.add(group());
    }
    return new Facts(revision, groups);
  }

  Group group() throws IOException, Unreadable {
    List<Address> addresses = addresses(MAX_SMALL);
    if (addresses.isEmpty()) {
      throw new Unreadable("a group without an address");
    }
    List<ServiceKey> services = new ArrayList<>();
    for (int i = count(MAX_SMALL); i > 0; i--) {
      services.add(new ServiceKey(in.readUTF(), in.readUTF()));
    }
    Map<NodeName, Eligibility> nodes = nodes();
    Optional<NodeName> wish =
        in.readBoolean() ? Optional.of(new NodeName(in.readUTF())) : Optional.empty();
    return new Group(addresses, services, nodes, wish);
  }

  Map<NodeName, Eligibility> nodes() throws IOException, Unreadable {
    int index = in.readInt();
    if (index == tables.size()) {
      tables.add(Map.copyOf(table()));
    }
    return tables.get(index);
  }

  private Map<NodeName, Eligibility> table() throws IOException, Unreadable {
    Map<NodeName, Eligibility> nodes = new HashMap<>();
    for (int i = count(MAX_ENTRIES); i > 0; i--) {
      NodeName node = new NodeName(in.readUTF());
      int score = in.readInt();
      Set<String> interfaces = new HashSet<>();
      for (int k = count(MAX_SMALL); k > 0; k--) {
        interfaces.add(in.readUTF());
      }
      nodes.put(node, new Eligibility(score, interfaces));
    }
    return nodes;
  }
}
