package io.harp.speaker.sim;

import io.harp.model.NodeName;
import io.harp.speaker.announcement.Link;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A node: its network cards, and the speaker process on it, if there is one. */
final class Machine {

  final int number;
  NodeName name;
  final Membership membership;
  final List<Nic> nics = new ArrayList<>();
  boolean up = true;
  boolean api = true;
  long wallSkewMs;

  /** Since when it hears nobody at all, in simulated ms. */
  @Nullable Long cutSince;

  @Nullable Life life;

  Machine(int number, NodeName name, List<Lan> lans, Membership membership) {
    this.number = number;
    this.name = name;
    this.membership = membership;
    for (Lan lan : lans) {
      nics.add(new Nic(this, lan, nics.size()));
    }
  }

  Nic nic(int link) {
    return nics.get(link - 2);
  }

  List<Link> links() {
    return nics.stream().map(Nic::facts).toList();
  }

  boolean isAlive() {
    return life != null && life.isAlive();
  }

  boolean hearsAnybody() {
    return nics.stream().anyMatch(n -> n.carrier && n.lan.hearsAnybody(n.station));
  }
}
