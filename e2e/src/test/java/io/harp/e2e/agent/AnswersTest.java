package io.harp.e2e.agent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.harp.model.Ipv4;
import io.harp.model.Ipv6;
import io.harp.model.MacAddress;
import java.util.Optional;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

class AnswersTest {

  private static final MacAddress NODE = MacAddress.parse("02:77:00:00:00:01");
  private static final MacAddress CLIENT = MacAddress.parse("02:77:00:00:00:66");
  private static final Ipv4 ADDRESS = Ipv4.parse("10.77.100.7");

  @Test
  void aQuestionIsNoAnswer() {
    assertTrue(
        Answers.read(Questions.arpRequest(CLIENT, Ipv4.parse("10.77.0.102"), ADDRESS)).isEmpty());
  }

  @Test
  void aGratuitousRequestIsAClaim() {
    Answers.Answer claim = Answers.read(Questions.arpRequest(NODE, ADDRESS, ADDRESS)).orElseThrow();
    assertFalse(claim.asked());
    assertEquals(NODE, claim.mac());
  }

  @Test
  void aReplyToUsIsAnAnswer() {
    byte[] frame = Questions.arpRequest(NODE, ADDRESS, Ipv4.parse("10.77.0.102"));
    CLIENT.put(frame, 0);
    frame[21] = 2;
    assertTrue(Answers.read(frame).orElseThrow().asked());
  }

  @Test
  void anAdvertisementIsAnAnswerByItsOption() {
    Ipv6 target = Ipv6.parse("fd77::100:7");
    byte[] frame = Questions.solicitation(NODE, Ipv6.parse("fd77::11"), target);
    assertEquals(Optional.empty(), Answers.read(frame));
    CLIENT.put(frame, 0);
    frame[54] = (byte) 136;
    frame[78] = 2;
    assertEquals(
        Optional.of(new Answers.Answer(target, NODE, target.solicitedNode(), true)),
        Answers.read(frame));
  }

  @Property
  void noFrameIsTooStrange(@ForAll byte[] frame) {
    Answers.read(frame);
  }
}
