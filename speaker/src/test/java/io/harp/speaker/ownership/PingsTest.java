package io.harp.speaker.ownership;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.harp.model.NodeName;
import io.harp.speaker.membership.Cluster;
import io.harp.speaker.protocol.Codec;
import io.harp.speaker.protocol.Member;
import io.harp.speaker.protocol.Message.Ping;
import io.harp.speaker.protocol.Message.Pong;
import io.harp.speaker.protocol.Unreadable;
import io.harp.speaker.protocol.View;
import io.harp.speaker.protocol.ViewId;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Whom a speaker asks for echoes while its segment is silent. */
class PingsTest {

  private static final List<Member> MEMBERS =
      Stream.of("a", "b", "c", "d", "e", "f").map(n -> new Member(new NodeName(n), 1)).toList();
  private static final Member SELF = MEMBERS.get(2);
  private static final View VIEW = new View(new ViewId(1, SELF), MEMBERS, false);

  private final Settings settings = Settings.of(400);
  private final List<String> asked = new ArrayList<>();
  private final Speaker speaker =
      new Speaker(settings, new Ears(), new DeafPort(), new SilentJournal() {}, 0, () -> 0);
  private long now;

  @Test
  void neighboursAreAskedInTurnAndAllOfThemOnceOneIsSilent() {
    speaker.view(VIEW, now);
    assertEquals(List.of("d", "e", "f"), round(true), "nobody has answered yet");
    assertEquals(List.of("d"), round(true));
    assertEquals(List.of("e"), round(true));
    assertEquals(List.of("f"), round(true));
    assertEquals(List.of("d"), round(false));
    assertEquals(List.of("d", "e", "f"), round(false));
    assertEquals(List.of("d", "e", "f"), round(true));
    assertEquals(List.of("e"), round(true));
  }

  /** Who is asked next, and answers or does not. */
  private List<String> round(boolean answers) {
    asked.clear();
    long sentAt = now;
    speaker.tick(now);
    if (answers) {
      speaker.message(MEMBERS.get(3), Codec.encode(new Pong(VIEW.id(), sentAt)), now);
    }
    now += settings.pingMs();
    return List.copyOf(asked);
  }

  private final class Ears implements Cluster {
    @Override
    public Member self() {
      return SELF;
    }

    @Override
    public void broadcast(byte[] message, Delivery delivery) {}

    @Override
    public void send(Member to, byte[] message, Delivery delivery) {
      try {
        if (Codec.decode(message) instanceof Ping) {
          asked.add(to.node().text());
        }
      } catch (Unreadable e) {
        throw new AssertionError(e);
      }
    }

    @Override
    public void close() {}
  }
}
