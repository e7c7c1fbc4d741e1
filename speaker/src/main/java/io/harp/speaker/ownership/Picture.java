package io.harp.speaker.ownership;

import io.harp.model.Address;
import io.harp.speaker.protocol.Message.Facts;
import io.harp.speaker.protocol.Message.Group;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** What the API says, as far as this speaker knows: by itself, or told by a peer. */
final class Picture {

  private Map<Address, Group> groups = Map.of();
  private boolean known;
  private boolean fresh;
  private long revision;

  /** What the API says now, seen by this speaker itself. */
  void seen(List<Group> next, long newRevision) {
    revision = newRevision;
    set(next);
  }

  /**
   * What a peer saw: a picture of a peer is better than an old one of one's own.
   *
   * @return whether it is taken
   */
  boolean told(Facts facts) {
    if (fresh || facts.revision() <= revision) {
      return false;
    }
    revision = facts.revision();
    set(facts.groups());
    return true;
  }

  private void set(List<Group> next) {
    Map<Address, Group> byAddress = new TreeMap<>();
    next.forEach(group -> group.addresses().forEach(a -> byAddress.put(a, group)));
    groups = byAddress;
    known = true;
  }

  /** Whether the picture is current, as far as the watches can tell; gives whether that is new. */
  boolean fresh(boolean now) {
    boolean changed = now != fresh;
    fresh = now;
    return changed;
  }

  boolean isFresh() {
    return fresh;
  }

  /** Whether there is any picture at all. */
  boolean isKnown() {
    return known;
  }

  /** The highest resourceVersion seen. */
  long revision() {
    return revision;
  }

  /** All addresses anybody wants. */
  Set<Address> addresses() {
    return groups.keySet();
  }

  /** The group of an address; null if nobody wants it. */
  @Nullable Group group(Address address) {
    return groups.get(address);
  }

  /** Each group once, by ascending first address. */
  List<Group> groups() {
    return List.copyOf(new LinkedHashSet<>(groups.values()));
  }
}
