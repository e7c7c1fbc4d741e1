package io.harp.speaker.protocol;

import io.harp.model.Address;
import io.harp.model.MacAddress;
import io.harp.model.NodeName;
import io.harp.model.ServiceKey;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/** What speakers say to each other. {@link Codec} turns each into bytes and back. */
public sealed interface Message {

  /**
   * Asks a neighbour for a {@link Pong}. The answer proves that messages of this member still reach
   * the view.
   *
   * @param sentAtMs of the sender's own monotonic clock; nobody else interprets it
   */
  record Ping(ViewId view, long sentAtMs) implements Message {}

  /** Gives a {@link Ping} back unchanged. */
  record Pong(ViewId view, long sentAtMs) implements Message {}

  /**
   * What a member says of itself under one view.
   *
   * @param formerSize how many members its view had before this one, 0 for none: after a merge the
   *     larger side keeps
   * @param plan the newest plan it has of this view
   * @param apiFresh whether its picture of the API objects is current
   * @param revision how new its picture is; only compared for "behind"
   * @param digest stands for the groups of that picture: equal pictures have equal digests
   * @param factsKnown whether it has any picture at all, from the API or from a peer
   * @param draining it is about to leave and wants to own nothing
   * @param links its usable interfaces
   * @param holds the addresses it answers for, and since when (wall clock, ms)
   * @param ceded the addresses planned for it that somebody else still answers
   * @param refused the addresses planned for it that it may not own, by a picture newer than the
   *     plan's
   */
  record Report(
      ViewId view,
      int formerSize,
      Optional<Epoch> plan,
      boolean apiFresh,
      Revision revision,
      long digest,
      boolean factsKnown,
      boolean draining,
      List<ReportedLink> links,
      Map<Address, Long> holds,
      Set<Address> ceded,
      Set<Address> refused)
      implements Message {

    public Report {
      links = List.copyOf(links);
      holds = Collections.unmodifiableMap(new TreeMap<>(holds));
      ceded = Collections.unmodifiableSet(new TreeSet<>(ceded));
      refused = Collections.unmodifiableSet(new TreeSet<>(refused));
    }

    /** Whether {@code other} says the same but for the plan it has and the addresses it holds. */
    public boolean differsInHoldingsOnly(Report other) {
      return view.equals(other.view)
          && formerSize == other.formerSize
          && apiFresh == other.apiFresh
          && revision.equals(other.revision)
          && digest == other.digest
          && factsKnown == other.factsKnown
          && draining == other.draining
          && links.equals(other.links)
          && ceded.equals(other.ceded)
          && refused.equals(other.refused);
    }
  }

  /**
   * One usable interface of a member.
   *
   * @param ok the cable is connected and, as far as the member can tell, the segment answers
   * @param subnets its addresses with prefix lengths
   */
  record ReportedLink(String name, MacAddress mac, boolean ok, List<ReportedSubnet> subnets) {

    public ReportedLink {
      subnets = List.copyOf(subnets);
    }
  }

  /** An address of an interface and how many leading bits its subnet fixes. */
  record ReportedSubnet(Address address, int prefixLength) {

    /** Whether {@code other} lies in this subnet. */
    public boolean contains(Address other) {
      return address.sharesPrefix(other, prefixLength);
    }
  }

  /**
   * Who shall own what. An address that is not in it shall be owned by nobody.
   *
   * @param revision how new the planner's picture was
   */
  record Plan(Epoch epoch, Revision revision, Map<Address, Assignment> assignments)
      implements Message {

    public Plan {
      // In the order of the addresses, so that whoever follows a plan does so in one order.
      assignments = Collections.unmodifiableMap(new TreeMap<>(assignments));
    }
  }

  /**
   * One line of a plan.
   *
   * @param from the member that holds the address and hands it over; it goes on answering until the
   *     owner claims it
   */
  record Assignment(Member owner, Optional<Member> from, Reason reason) {}

  /** Why an address is where the plan puts it. */
  enum Reason {
    /** Its first owner. */
    PLACED(0, "placed"),
    /** Where it was. */
    KEPT(1, "kept"),
    /** The former owner left the membership. */
    LEFT(2, "former owner left"),
    /** The former owner is in the membership but may not own it any longer. */
    NOT_A_CANDIDATE(3, "former owner is no candidate any longer"),
    /** The former owner is about to stop. */
    DRAINED(4, "former owner is draining"),
    /** To even out the load, or because a preferred node is back. */
    REBALANCED(5, "rebalanced"),
    /** A person asked for it. */
    MOVED(6, "moved by hand"),
    /** The hand-over did not happen in time and was taken back. */
    GIVEN_BACK(7, "hand-over taken back");

    private final int code;
    private final String text;

    Reason(int code, String text) {
      this.code = code;
      this.text = text;
    }

    /** The byte it travels as. */
    int code() {
      return code;
    }

    static Reason of(int code) {
      for (Reason reason : values()) {
        if (reason.code == code) {
          return reason;
        }
      }
      throw new IllegalArgumentException("reason " + code);
    }

    @Override
    public String toString() {
      return text;
    }
  }

  /**
   * What the API says, condensed to what ownership needs, for members that cannot ask it
   * themselves.
   */
  record Facts(Revision revision, List<Group> groups) implements Message {

    public Facts {
      groups = List.copyOf(groups);
    }
  }

  /**
   * Addresses that stay together: those of one Service, and of Services that share one of them.
   *
   * @param addresses in ascending order; the first one names the group
   * @param nodes the nodes that may own them; empty if none may
   * @param wish the node a user wants them on, whenever it may own them
   */
  record Group(
      List<Address> addresses,
      List<ServiceKey> services,
      Map<NodeName, Eligibility> nodes,
      Optional<NodeName> wish) {

    /** A group nobody has a wish for. */
    public Group(
        List<Address> addresses, List<ServiceKey> services, Map<NodeName, Eligibility> nodes) {
      this(addresses, services, nodes, Optional.empty());
    }

    public Group {
      addresses = List.copyOf(addresses);
      services = List.copyOf(services);
      nodes = Map.copyOf(nodes);
    }

    public Address name() {
      return addresses.getFirst();
    }
  }

  /**
   * How a node may own a group.
   *
   * @param score the sum of the preferences for it, 0 if none is stated
   * @param interfaces names; empty means every usable one
   */
  record Eligibility(int score, Set<String> interfaces) {

    public static final Eligibility ANY = new Eligibility(0, Set.of());

    public Eligibility {
      interfaces = Set.copyOf(interfaces);
    }

    public boolean allows(String interfaceName) {
      return interfaces.isEmpty() || interfaces.contains(interfaceName);
    }
  }
}
