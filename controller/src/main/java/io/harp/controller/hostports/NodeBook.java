package io.harp.controller.hostports;

import io.harp.config.Occupied;
import io.harp.config.Ranges;
import io.harp.kube.Fields;
import io.harp.kube.PlainObjects;
import io.harp.model.Address;
import io.harp.model.AddressRange;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentSkipListMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The nodes, as far as new objects can collide with them. Filled by a watch, read by anybody. */
public final class NodeBook implements PlainObjects.Sink {

  private static final Logger log = LoggerFactory.getLogger(NodeBook.class);

  private final Map<String, NodeView> nodes = new ConcurrentSkipListMap<>();
  private volatile boolean listed;

  /** Whether all nodes have been seen once. */
  public boolean isListed() {
    return listed;
  }

  public Collection<NodeView> all() {
    return nodes.values();
  }

  /** The addresses of the nodes and their pods. */
  public List<Occupied> occupied() {
    return nodes.values().stream().flatMap(n -> n.occupied().stream()).toList();
  }

  @Override
  public void seen(Fields object) {
    try {
      NodeView view = read(object);
      nodes.put(view.name(), view);
    } catch (Fields.WrongType e) {
      log.warn("Node {} cannot be read: {}: {}", object.nameOr("?"), e.field, e.getMessage());
    }
  }

  @Override
  public void gone(String namespace, String name) {
    nodes.remove(name);
  }

  @Override
  public void listed() {
    listed = true;
  }

  static NodeView read(Fields object) {
    String name = object.object("metadata").text("name");
    List<Occupied> occupied = new ArrayList<>();
    object
        .object("status")
        .objects("addresses", a -> a)
        .forEach(a ->
            address(a.text("address"))
                .ifPresent(range ->
                    occupied.add(
                        new Occupied("Node " + name + " (" + a.text("type") + ")", range))));
    Fields spec = object.object("spec");
    List<String> cidrs =
        spec.has("podCIDRs") ? spec.texts("podCIDRs") : List.of(spec.text("podCIDR"));
    for (String cidr : cidrs) {
      range(cidr)
          .ifPresent(range ->
              occupied.add(new Occupied("the pods of Node " + name + " (" + cidr + ")", range)));
    }
    return new NodeView(
        name,
        object.object("metadata").labels("labels"),
        spec.objects(
            "taints", t -> new NodeView.Taint(t.text("key"), t.text("value"), t.text("effect"))),
        occupied);
  }

  /** Empty for host names. */
  private static Optional<AddressRange> address(String text) {
    try {
      Address address = Address.parse(text);
      return Optional.of(new AddressRange(address, address));
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  public static Optional<AddressRange> range(String cidr) {
    try {
      return Optional.of(Ranges.parse(cidr));
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }
}
