package io.harp.speaker.sim;

import io.harp.model.Address;
import io.harp.model.MacAddress;
import io.harp.speaker.protocol.Trailer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * One Ethernet segment. A frame reaches every station that hears its sender, each at its own moment
 * a fraction of a millisecond later, or not at all where it is lost. Nobody hears itself.
 */
final class Lan {

  sealed interface Frame {
    Address address();

    MacAddress sender();

    record Gratuitous(Address address, MacAddress sender, Optional<Trailer> trailer)
        implements Frame {}

    record Probe(Address address, MacAddress sender, Optional<Trailer> trailer) implements Frame {}

    record Request(Address address, MacAddress sender) implements Frame {}

    record Answer(Address address, MacAddress sender) implements Frame {}
  }

  interface Station {
    MacAddress mac();

    void receive(Frame frame);
  }

  private final Timeline time;
  private final List<Station> stations = new ArrayList<>();
  // How many faults stop frames on the way from the second to the first.
  private final int[][] deaf = new int[32][32];
  double loss;

  Lan(Timeline time) {
    this.time = time;
  }

  int add(Station station) {
    stations.add(station);
    return stations.size() - 1;
  }

  int size() {
    return stations.size();
  }

  /** Whether frames of one station reach another, apart from accidental loss. */
  boolean hears(int listener, int speaker) {
    return deaf[listener][speaker] == 0;
  }

  boolean mutual(int a, int b) {
    return deaf[a][b] == 0 && deaf[b][a] == 0;
  }

  /** Cuts or mends one direction. */
  void cut(int listener, int speaker, boolean cut) {
    deaf[listener][speaker] += cut ? 1 : -1;
  }

  /** Cuts or mends both directions between a station and all others. */
  void isolate(int station, boolean cut) {
    for (int other = 0; other < stations.size(); other++) {
      if (other != station) {
        cut(other, station, cut);
        cut(station, other, cut);
      }
    }
  }

  boolean hearsAnybody(int station) {
    for (int other = 0; other < stations.size(); other++) {
      if (other != station && hears(station, other)) {
        return true;
      }
    }
    return false;
  }

  void broadcast(int from, Frame frame) {
    for (int to = 0; to < stations.size(); to++) {
      if (to != from) {
        deliver(from, to, frame);
      }
    }
  }

  void unicast(int from, MacAddress to, Frame frame) {
    for (int i = 0; i < stations.size(); i++) {
      if (i != from && stations.get(i).mac().equals(to)) {
        deliver(from, i, frame);
      }
    }
  }

  private void deliver(int from, int to, Frame frame) {
    if (deaf[to][from] == 0 && !time.chance(loss)) {
      time.afterUs(
          time.between(60, 600),
          () -> {
            if (deaf[to][from] == 0) {
              stations.get(to).receive(frame);
            }
          });
    }
  }
}
