package io.harp.speaker.ownership;

import io.harp.model.Address;
import io.harp.speaker.protocol.Message.Facts;
import io.harp.speaker.protocol.Message.Group;
import io.harp.speaker.protocol.Revision;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What the API says, as far as this speaker knows. What a peer told counts for as long as this
 * speaker's own watches have not caught up with it, or are current and know something newer.
 */
final class Picture {

  private List<Group> own = List.of();
  private boolean ownSeen;
  private Revision ownRevision = Revision.NONE;
  private @Nullable Facts told;
  private Map<Address, Group> byAddress = Map.of();
  private List<Group> groups = List.of();
  private long digest;
  private boolean known;
  private boolean fresh;

  /** What the API says now, seen by this speaker itself. */
  void seen(List<Group> next, Revision newest) {
    own = List.copyOf(next);
    ownSeen = true;
    known = true;
    ownRevision = newest;
    if (told == null) {
      set(own);
    } else {
      dropOldNews();
    }
  }

  /**
   * How far this speaker's own watches have come, whether or not anything changed. That says
   * nothing while nothing was seen: an empty picture that is newer than all others would be taken
   * for the truth by everybody.
   *
   * @return whether that puts what a peer told out of force
   */
  boolean reached(Revision newest) {
    if (!ownSeen) {
      return false;
    }
    ownRevision = newest;
    return dropOldNews();
  }

  /**
   * A list has the version of its moment, so a peer that listed later is ahead in kinds of which
   * nothing has changed since, until the next bookmark. Watches that are current and have brought
   * something the peer had not seen do not wait for that.
   */
  private boolean dropOldNews() {
    if (told == null
        || ownRevision.isBehind(told.revision())
            && !(isFresh() && told.revision().isBehind(ownRevision))) {
      return false;
    }
    told = null;
    set(own);
    return true;
  }

  /**
   * What a peer saw: its picture is better than an old one of one's own.
   *
   * @return whether it is taken
   */
  boolean told(Facts facts) {
    boolean newer = revision().isBehind(facts.revision());
    boolean older = facts.revision().isBehind(revision());
    if (!newer || isFresh() && older) {
      return false;
    }
    told = facts;
    known = true;
    set(facts.groups());
    return true;
  }

  private void set(List<Group> next) {
    byAddress = new TreeMap<>();
    next.forEach(group -> group.addresses().forEach(a -> byAddress.put(a, group)));
    groups = List.copyOf(new LinkedHashSet<>(byAddress.values()));
    digest = Digest.of(next);
  }

  /** Whether the watches are current, as far as they can tell; gives whether that is new. */
  boolean fresh(boolean now) {
    boolean changed = now != fresh;
    fresh = now;
    if (changed) {
      dropOldNews();
    }
    return changed;
  }

  /** Whether what this speaker saw itself is current. */
  boolean isFresh() {
    return fresh && ownSeen;
  }

  /** Whether there is any picture at all. */
  boolean isKnown() {
    return known;
  }

  Revision revision() {
    return told == null ? ownRevision : told.revision();
  }

  /** Stands for the groups; equal for equal groups, in every process. */
  long digest() {
    return digest;
  }

  /** All addresses anybody wants. */
  Set<Address> addresses() {
    return byAddress.keySet();
  }

  /** The group of an address; null if nobody wants it. */
  @Nullable Group group(Address address) {
    return byAddress.get(address);
  }

  /** Each group once, by ascending first address. */
  List<Group> groups() {
    return groups;
  }
}
