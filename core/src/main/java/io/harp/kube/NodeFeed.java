package io.harp.kube;

import io.harp.model.NodeFacts;
import io.harp.model.NodeName;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;

/** Tells about Nodes, but not about their heartbeats. */
final class NodeFeed implements Reflector.Sink {

  private final Consumer<KubeEvent> events;
  private final Map<String, NodeFacts> told = new HashMap<>();

  NodeFeed(Consumer<KubeEvent> events) {
    this.events = events;
  }

  @Override
  public void seen(Fields object) {
    Translate.node(object)
        .filter(facts -> !facts.equals(told.put(facts.name().text(), facts)))
        .ifPresent(facts -> events.accept(new KubeEvent.NodeSeen(facts)));
  }

  @Override
  public void gone(Reflector.Name name) {
    if (told.remove(name.name()) != null) {
      events.accept(new KubeEvent.NodeGone(new NodeName(name.name())));
    }
  }

  @Override
  public void listed() {}
}
