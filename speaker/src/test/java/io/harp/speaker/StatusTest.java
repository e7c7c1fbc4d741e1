package io.harp.speaker;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.harp.model.NodeName;
import io.harp.speaker.link.WireCounters;
import io.harp.speaker.protocol.Member;
import io.harp.speaker.protocol.View;
import io.harp.speaker.protocol.ViewId;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class StatusTest {

  @Test
  void theStatusNamesTheNodesHeldOff() {
    SpeakerMetrics metrics = new SpeakerMetrics(new NodeName("n1"), new WireCounters());
    Member member = new Member(new NodeName("n1"), 1);
    metrics.view(new View(new ViewId(7, member), List.of(member), false));
    metrics.heldOff(Set.of(new NodeName("n3"), new NodeName("n2")));
    metrics.planner(true);
    assertEquals(
        """
        node: n1
        members: 7@n1 [n1]
        planner: this speaker
        muted: no
        addresses held: 0
        nodes held off: n2, n3
        """,
        metrics.status());
  }
}
