package io.harp.speaker.link;

import io.harp.loop.Clock;
import io.harp.model.Address;
import io.harp.speaker.announcement.FramePort.Events;
import io.harp.speaker.announcement.Gate;
import io.harp.speaker.announcement.Heard;
import io.harp.speaker.announcement.Held;
import io.harp.speaker.announcement.Link;
import io.harp.speaker.flight.FlightRecorder;
import io.harp.speaker.protocol.Trailer;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * A speaker without a head, for tests on a real wire: obeys one-line orders on standard input and
 * prints what it hears. {@code hold ADDRESS...}, {@code watch ADDRESS...}, {@code announce
 * ADDRESS}, {@code probe ADDRESS}.
 */
public final class WireMain implements Events {

  private static final Trailer TRAILER = new Trailer(1, 2, 3, 4, 5, 6);

  private final Gate gate = new Gate(Clock.system());
  private final WireCounters counters = new WireCounters();
  private final Set<Address> watched = new HashSet<>();
  private final Set<Address> held = new HashSet<>();
  private volatile List<Link> links = List.of();

  private WireMain() {
    gate.openAlways();
  }

  public static void main(String[] args) throws IOException {
    WireMain main = new WireMain();
    Exclusions exclusions = Exclusions.of(List.of(args));
    try (RawFrames frames =
            new RawFrames(
                new WireOptions(exclusions, false, false),
                main.gate,
                Clock.system(),
                main.counters,
                new FlightRecorder());
        BufferedReader orders =
            new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))) {
      frames.start(main);
      for (String line = orders.readLine(); line != null; line = orders.readLine()) {
        main.obey(frames, line.split(" "));
      }
    }
  }

  private void obey(RawFrames frames, String[] words) {
    switch (words[0]) {
      case "hold" -> {
        held.addAll(addresses(words));
        publish(frames);
      }
      case "watch" -> {
        watched.addAll(addresses(words));
        publish(frames);
      }
      case "announce" ->
          addresses(words)
              .forEach(
                  a -> links.forEach(l -> frames.announce(l.index(), a, Optional.of(TRAILER))));
      case "probe" ->
          addresses(words)
              .forEach(a -> links.forEach(l -> frames.probe(l.index(), a, Optional.of(TRAILER))));
      default -> throw new IllegalArgumentException("no such order: " + words[0]);
    }
    say("done " + String.join(" ", words));
  }

  private void publish(RawFrames frames) {
    Map<Address, Set<Integer>> on = new HashMap<>();
    Set<Integer> everywhere = new HashSet<>();
    links.forEach(l -> everywhere.add(l.index()));
    held.forEach(a -> on.put(a, everywhere));
    Set<Address> all = new HashSet<>(watched);
    all.addAll(held);
    frames.publish(Held.of(on), all);
  }

  private static Set<Address> addresses(String[] words) {
    Set<Address> addresses = new HashSet<>();
    for (int i = 1; i < words.length; i++) {
      addresses.add(Address.parse(words[i]));
    }
    return addresses;
  }

  @Override
  public void links(List<Link> now) {
    links = now;
    say(System.currentTimeMillis() + " links " + now);
  }

  @Override
  public void flapped(List<String> names) {
    say("flapped " + names);
  }

  @Override
  public void heard(Heard heard) {
    say("heard " + heard);
  }

  private static synchronized void say(String line) {
    System.out.println(line);
  }
}
