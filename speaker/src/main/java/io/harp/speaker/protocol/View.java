package io.harp.speaker.protocol;

import java.util.List;

/**
 * What the members agreed on: who is here, in the order in which they joined.
 *
 * @param merged whether this view joined components that were apart
 */
public record View(ViewId id, List<Member> members, boolean merged) {

  public View {
    members = List.copyOf(members);
  }

  public boolean contains(Member member) {
    return members.contains(member);
  }

  @Override
  public String toString() {
    return id + " " + members.stream().map(m -> m.node().text()).toList();
  }
}
