package io.harp.speaker.membership;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.InetAddress;
import java.util.List;
import org.jgroups.PhysicalAddress;
import org.jgroups.stack.IpAddress;
import org.junit.jupiter.api.Test;

class UnheardTest {

  private static final PhysicalAddress PEER = new IpAddress(InetAddress.getLoopbackAddress(), 7472);

  private final Unheard unheard = new Unheard(2_000);

  @Test
  void whoAnswersNothingForTooLongIsToldOnceEachTime() {
    assertFalse(unheard.asked(PEER, false, 0));
    assertFalse(unheard.asked(PEER, false, 1_999));
    assertTrue(unheard.asked(PEER, false, 2_000));
    assertFalse(unheard.asked(PEER, false, 2_100));
    assertTrue(unheard.asked(PEER, false, 4_000));
  }

  @Test
  void anAnswerSettlesIt() {
    unheard.asked(PEER, false, 0);
    unheard.settled(PEER);
    assertFalse(unheard.asked(PEER, false, 5_000));
    unheard.retain(List.of());
    assertFalse(unheard.asked(PEER, false, 9_000));
  }

  @Test
  void aMemberIsHeardWhateverItWasAskedBeforeItJoined() {
    unheard.asked(PEER, false, 0);
    assertFalse(unheard.asked(PEER, true, 5_000));
    assertFalse(unheard.asked(PEER, false, 9_000), "counts from when it was no member any longer");
    assertTrue(unheard.asked(PEER, false, 11_000));
  }
}
