package io.harp.speaker.protocol;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.harp.model.Address;
import io.harp.model.Ipv4;
import io.harp.model.NodeName;
import io.harp.model.ServiceKey;
import io.harp.speaker.membership.Cluster;
import io.harp.speaker.protocol.Message.Assignment;
import io.harp.speaker.protocol.Message.Eligibility;
import io.harp.speaker.protocol.Message.Facts;
import io.harp.speaker.protocol.Message.Group;
import io.harp.speaker.protocol.Message.Ping;
import io.harp.speaker.protocol.Message.Plan;
import io.harp.speaker.protocol.Message.Reason;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

class CodecTest {

  private static final Member A = new Member(new NodeName("a"), 1);

  @Property(tries = 500)
  void readsWhatItWrites(@ForAll long seed) throws Unreadable {
    Message message = new Messages(seed).any();
    assertEquals(message, Codec.decode(Codec.encode(message)));
  }

  @Property(tries = 300)
  void refusesACutMessage(@ForAll long seed, @ForAll int where) {
    byte[] bytes = Codec.encode(new Messages(seed).any());
    byte[] cut = Arrays.copyOf(bytes, Math.floorMod(where, bytes.length));
    assertThrows(Unreadable.class, () -> Codec.decode(cut));
  }

  @Property(tries = 200)
  void leavesWhatANewerSpeakerAddsAndRefusesMoreThanThat(@ForAll long seed) throws Unreadable {
    Message message = new Messages(seed).any();
    byte[] bytes = Codec.encode(message);
    int most = bytes.length + Codec.MAX_ADDED;
    assertEquals(message, Codec.decode(Arrays.copyOf(bytes, most)));
    assertThrows(Unreadable.class, () -> Codec.decode(Arrays.copyOf(bytes, most + 1)));
  }

  @Property(tries = 1_000)
  void garbageIsRefusedAndNeverThrowsAnythingElse(
      @ForAll long seed, @ForAll int where, @ForAll byte value) {
    byte[] bytes = Codec.encode(new Messages(seed).any());
    bytes[Math.floorMod(where, bytes.length)] = value;
    readOrRefuse(bytes);
  }

  @Property(tries = 1_000)
  void anyBytesAreReadOrRefused(@ForAll byte[] bytes) {
    readOrRefuse(bytes);
    byte[] right = new byte[bytes.length + 2];
    System.arraycopy(bytes, 0, right, 2, bytes.length);
    right[0] = Codec.VERSION;
    right[1] = (byte) (1 + Math.floorMod(Arrays.hashCode(bytes), 5));
    readOrRefuse(right);
  }

  private static void readOrRefuse(byte[] bytes) {
    try {
      Codec.decode(bytes);
    } catch (Unreadable e) {
      assertTrue(String.valueOf(e.getMessage()).length() < 500, "the reason is one line");
    }
  }

  @Test
  void anotherVersionIsRefusedWithBothNumbers() {
    for (int version : new int[] {0, 1, Codec.VERSION + 1, 255}) {
      byte[] bytes = Codec.encode(new Ping(new ViewId(1, A), 2));
      bytes[0] = (byte) version;
      Unreadable e = assertThrows(Unreadable.class, () -> Codec.decode(bytes));
      assertEquals(
          "message version " + version + ", this speaker reads " + Codec.VERSION, e.getMessage());
    }
  }

  @Test
  void anUnknownKindIsRefused() {
    byte[] bytes = Codec.encode(new Ping(new ViewId(1, A), 2));
    bytes[1] = 6;
    assertThrows(Unreadable.class, () -> Codec.decode(bytes));
  }

  @Test
  void aCountBeyondTheBoundIsRefusedBeforeAnythingIsAllocated() {
    // Facts: version, kind, no revision, and two thousand million groups.
    byte[] bytes =
        ByteBuffer.allocate(10)
            .put((byte) Codec.VERSION)
            .put((byte) 5)
            .putInt(0)
            .putInt(Integer.MAX_VALUE)
            .array();
    Unreadable e = assertThrows(Unreadable.class, () -> Codec.decode(bytes));
    assertTrue(String.valueOf(e.getMessage()).contains("at most 100000"), e.getMessage());
  }

  @Test
  void aPlanOfFiveThousandAddressesAndItsFactsFitIntoOneMessage() throws Unreadable {
    Map<Address, Assignment> assignments = new HashMap<>();
    List<Group> groups = new ArrayList<>();
    Map<NodeName, Eligibility> nodes = new HashMap<>();
    for (int i = 0; i < 100; i++) {
      nodes.put(new NodeName("a-node-with-a-long-name-" + i), Eligibility.ANY);
    }
    for (int i = 0; i < 5_000; i++) {
      Address address = new Ipv4(i);
      Member owner = new Member(new NodeName("a-node-with-a-long-name-" + i % 100), i % 100);
      assignments.put(address, new Assignment(owner, Optional.of(A), Reason.LEFT));
      groups.add(new Group(List.of(address), List.of(new ServiceKey("default", "s" + i)), nodes));
    }
    Plan plan = new Plan(new Epoch(new ViewId(1, A), 1, A), Revision.of(1), assignments);
    Facts facts = new Facts(Revision.of(1), groups);
    for (Message message : Set.of(plan, facts)) {
      byte[] bytes = Codec.encode(message);
      assertTrue(bytes.length < Cluster.MAX_MESSAGE / 8, bytes.length + " bytes");
      assertEquals(message, Codec.decode(bytes));
    }
  }
}
