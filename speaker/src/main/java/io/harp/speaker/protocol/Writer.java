package io.harp.speaker.protocol;

import io.harp.model.Address;
import io.harp.model.NodeName;
import io.harp.model.ServiceKey;
import io.harp.speaker.protocol.Message.Assignment;
import io.harp.speaker.protocol.Message.Eligibility;
import io.harp.speaker.protocol.Message.Facts;
import io.harp.speaker.protocol.Message.Group;
import io.harp.speaker.protocol.Message.Plan;
import io.harp.speaker.protocol.Message.Report;
import io.harp.speaker.protocol.Message.ReportedLink;
import io.harp.speaker.protocol.Message.ReportedSubnet;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;

/**
 * Writes the fields of messages in the order of their records. One for each message: members and
 * tables of nodes that recur are written once and referred to by number.
 */
final class Writer {

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
