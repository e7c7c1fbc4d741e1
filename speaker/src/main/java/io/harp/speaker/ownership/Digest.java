package io.harp.speaker.ownership;

import io.harp.model.Address;
import io.harp.model.NodeName;
import io.harp.speaker.protocol.Message.Eligibility;
import io.harp.speaker.protocol.Message.Group;
import java.util.List;
import java.util.Map;

/**
 * A number that stands for a list of groups: the same in every process for the same groups, another
 * one for others but for one chance in 2^64. It tells members with one picture of the API from
 * members with different ones; nothing secret hangs on it.
 */
final class Digest {

  private Digest() {}

  static long of(List<Group> groups) {
    long all = groups.size();
    for (Group group : groups) {
      all = mix(all ^ of(group));
    }
    return all;
  }

  private static long of(Group group) {
    long all = mix(group.wish().map(n -> n.text().hashCode()).orElse(0));
    for (Address address : group.addresses()) {
      for (byte b : address.bytes()) {
        all = all * 31 + b;
      }
      all = mix(all);
    }
    // A sum, since the order of a map is another one in every process.
    for (Map.Entry<NodeName, Eligibility> e : group.nodes().entrySet()) {
      long one = mix(e.getKey().text().hashCode() + 31L * e.getValue().score());
      for (String name : e.getValue().interfaces()) {
        one += mix(name.hashCode());
      }
      all += mix(one);
    }
    return all;
  }

  // The finalizer of SplitMix64: every bit of the input changes half of the output.
  private static long mix(long x) {
    long z = (x ^ x >>> 30) * 0xbf58476d1ce4e5b9L;
    z = (z ^ z >>> 27) * 0x94d049bb133111ebL;
    return (z ^ z >>> 31) + 0x9e3779b97f4a7c15L;
  }
}
