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
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Messages as bytes: one byte of version, one of kind, then the fields in the order of their
 * records. Members and tables of nodes that recur (a plan names few members and many addresses) are
 * written once per message and referred to by number.
 *
 * <p>Reading never trusts a count: each is bounded, and nothing is allocated ahead of the bytes
 * that must follow.
 */
public final class Codec {

  /**
   * Speakers of another version refuse each other's messages; a change that an older speaker cannot
   * do without counts it up. Other changes add fields behind those of a record, at most {@link
   * #MAX_ADDED} bytes of them: an older speaker reads what it knows and leaves the rest.
   */
  public static final int VERSION = 2;

  /** Bytes behind the end of a known record that a newer speaker may have written. */
  public static final int MAX_ADDED = 256;

  private static final int MAX_ENTRIES = 100_000;
  private static final int MAX_SMALL = 4_096;
  private static final int MAX_KINDS = 64;

  private static volatile int added;

  private Codec() {}

  /**
   * From now on writes as a newer speaker could, with so many bytes more. For tests of a rollout.
   */
  public static void speakAsNewer(int addedBytes) {
    added = addedBytes;
  }

  public static byte[] encode(Message message) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(256);
    try {
      Writer writer = new Writer(new DataOutputStream(bytes));
      writer.out.writeByte(VERSION);
      switch (message) {
        case Ping m -> writer.kind(1).view(m.view()).out.writeLong(m.sentAtMs());
        case Pong m -> writer.kind(2).view(m.view()).out.writeLong(m.sentAtMs());
        case Report m -> writer.kind(3).report(m);
        case Plan m -> writer.kind(4).plan(m);
        case Facts m -> writer.kind(5).facts(m);
      }
      writer.out.write(new byte[added]);
    } catch (IOException e) {
      throw new UncheckedIOException("an array in memory cannot fail", e);
    }
    return bytes.toByteArray();
  }

  /**
   * @throws Unreadable for anything {@link #encode} of this version did not make
   */
  public static Message decode(byte[] bytes) throws Unreadable {
    try {
      Reader reader = new Reader(new DataInputStream(new ByteArrayInputStream(bytes)));
      int version = reader.in.readUnsignedByte();
      if (version != VERSION) {
        throw new Unreadable("message version " + version + ", this speaker reads " + VERSION);
      }
      int kind = reader.in.readUnsignedByte();
      Message message =
          switch (kind) {
            case 1 -> new Ping(reader.view(), reader.in.readLong());
            case 2 -> new Pong(reader.view(), reader.in.readLong());
            case 3 -> reader.report();
            case 4 -> reader.plan();
            case 5 -> reader.facts();
            default -> throw new Unreadable("message kind " + kind);
          };
      if (reader.in.available() > MAX_ADDED) {
        throw new Unreadable("bytes behind the end of a message");
      }
      return message;
    } catch (IOException | IllegalArgumentException | IndexOutOfBoundsException e) {
      throw new Unreadable("not a message: " + e.getMessage(), e);
    }
  }

  private static final class Writer {
    final DataOutputStream out;
    private final Map<Member, Integer> members = new HashMap<>();
    private final Map<Map<NodeName, Eligibility>, Integer> tables = new HashMap<>();

    Writer(DataOutputStream out) {
      this.out = out;
    }

    Writer kind(int kind) throws IOException {
      out.writeByte(kind);
      return this;
    }

    Writer view(ViewId view) throws IOException {
      out.writeLong(view.number());
      member(view.creator());
      return this;
    }

    void member(Member member) throws IOException {
      Integer known = members.putIfAbsent(member, members.size());
      if (known == null) {
        out.writeShort(members.size() - 1);
        out.writeUTF(member.node().text());
        out.writeLong(member.incarnation());
      } else {
        out.writeShort(known);
      }
    }

    void epoch(Epoch epoch) throws IOException {
      view(epoch.view());
      out.writeInt(epoch.seq());
      member(epoch.planner());
    }

    void address(Address address) throws IOException {
      byte[] bytes = address.bytes();
      out.writeByte(bytes.length);
      out.write(bytes);
    }

    void report(Report m) throws IOException {
      view(m.view());
      out.writeInt(m.formerSize());
      out.writeBoolean(m.plan().isPresent());
      if (m.plan().isPresent()) {
        epoch(m.plan().get());
      }
      out.writeBoolean(m.apiFresh());
      revision(m.revision());
      out.writeLong(m.digest());
      out.writeBoolean(m.factsKnown());
      out.writeBoolean(m.draining());
      out.writeInt(m.links().size());
      for (ReportedLink link : m.links()) {
        out.writeUTF(link.name());
        out.writeLong(link.mac().bits());
        out.writeBoolean(link.ok());
        out.writeInt(link.subnets().size());
        for (ReportedSubnet subnet : link.subnets()) {
          address(subnet.address());
          out.writeByte(subnet.prefixLength());
        }
      }
      out.writeInt(m.holds().size());
      for (Map.Entry<Address, Long> e : m.holds().entrySet()) {
        address(e.getKey());
        out.writeLong(e.getValue());
      }
      addresses(m.ceded());
      addresses(m.refused());
    }

    void addresses(Collection<Address> all) throws IOException {
      out.writeInt(all.size());
      for (Address address : all) {
        address(address);
      }
    }

    void revision(Revision revision) throws IOException {
      out.writeInt(revision.byKind().size());
      for (long version : revision.byKind()) {
        out.writeLong(version);
      }
    }

    // Most groups of a cluster may be owned by the same nodes.
    void nodes(Map<NodeName, Eligibility> nodes) throws IOException {
      Integer known = tables.putIfAbsent(nodes, tables.size());
      out.writeInt(known == null ? tables.size() - 1 : known);
      if (known == null) {
        out.writeInt(nodes.size());
        for (Map.Entry<NodeName, Eligibility> e : nodes.entrySet()) {
          out.writeUTF(e.getKey().text());
          out.writeInt(e.getValue().score());
          out.writeInt(e.getValue().interfaces().size());
          for (String name : e.getValue().interfaces()) {
            out.writeUTF(name);
          }
        }
      }
    }

    void plan(Plan m) throws IOException {
      epoch(m.epoch());
      revision(m.revision());
      out.writeInt(m.assignments().size());
      for (Map.Entry<Address, Assignment> e : m.assignments().entrySet()) {
        address(e.getKey());
        member(e.getValue().owner());
        out.writeBoolean(e.getValue().from().isPresent());
        if (e.getValue().from().isPresent()) {
          member(e.getValue().from().get());
        }
        out.writeByte(e.getValue().reason().code());
      }
    }

    void facts(Facts m) throws IOException {
      revision(m.revision());
      out.writeInt(m.groups().size());
      for (Group group : m.groups()) {
        addresses(group.addresses());
        out.writeInt(group.services().size());
        for (ServiceKey service : group.services()) {
          out.writeUTF(service.namespace());
          out.writeUTF(service.name());
        }
        nodes(group.nodes());
        out.writeBoolean(group.wish().isPresent());
        if (group.wish().isPresent()) {
          out.writeUTF(group.wish().get().text());
        }
      }
    }
  }

  private static final class Reader {
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
}
