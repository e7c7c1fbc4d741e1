package io.harp.speaker.membership;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Arrays;
import javax.crypto.SecretKey;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class SealedTest {

  private static final SecretKey KEY =
      GroupKey.of("sixteen bytes ok".getBytes(UTF_8)).session("client", new byte[64]);

  private final Counters counters = new Counters();

  @Property(tries = 50)
  void whatIsSealedOpensAsItWas(@ForAll @IntRange(max = 40_000) int length) throws IOException {
    byte[] message = message(length);
    assertArrayEquals(message, in(sealed(message)).readAllBytes());
  }

  @Property(tries = 200)
  void oneChangedBitAnywhereEndsTheStream(@ForAll @IntRange(max = 50 * 8 - 1) int bit)
      throws IOException {
    byte[] sealed = sealed(message(32));
    assertEquals(50, sealed.length);
    sealed[bit / 8] ^= (byte) (1 << bit % 8);
    assertThrows(IOException.class, () -> in(sealed).readNBytes(32));
  }

  @Test
  void aRepeatedRecordDoesNotOpen() throws IOException {
    byte[] once = sealed(message(10));
    byte[] twice = Arrays.copyOf(once, 2 * once.length);
    System.arraycopy(once, 0, twice, once.length, once.length);
    SealedStreams.In in = in(twice);
    assertEquals(10, in.readNBytes(10).length);
    assertThrows(IOException.class, () -> in.readNBytes(10));
    assertEquals(1, counters.damaged.sum());
  }

  @Test
  void aRecordOfImpossibleLengthIsRefusedBeforeItIsRead() {
    assertThrows(IOException.class, () -> in(new byte[] {-1, -1}).read());
    assertThrows(IOException.class, () -> in(new byte[] {0, 16}).read());
    assertThrows(IOException.class, () -> in(new byte[] {0}).read());
  }

  @Test
  void theSecretIsNotInAnyText() {
    GroupKey key = GroupKey.of("sixteen bytes ok".getBytes(UTF_8));
    assertEquals("secret", key.toString());
    assertTrue(key.isSecret());
    assertFalse(GroupKey.open().isSecret());
  }

  @Test
  void aShortSecretIsRefusedWithTheReason() {
    IllegalArgumentException e =
        assertThrows(IllegalArgumentException.class, () -> GroupKey.of(new byte[15]));
    assertEquals("the membership secret has 15 bytes, it must have at least 16", e.getMessage());
  }

  @Test
  void eachDirectionAndConnectionHasItsOwnKey() {
    GroupKey key = GroupKey.of(new byte[16]);
    byte[] other = new byte[64];
    other[0] = 1;
    byte[] first = key.session("client", new byte[64]).getEncoded();
    assertFalse(Arrays.equals(first, key.session("server", new byte[64]).getEncoded()));
    assertFalse(Arrays.equals(first, key.session("client", other).getEncoded()));
    assertFalse(
        Arrays.equals(
            first, GroupKey.of(new byte[17]).session("client", new byte[64]).getEncoded()));
  }

  private byte[] sealed(byte[] message) throws IOException {
    ByteArrayOutputStream raw = new ByteArrayOutputStream();
    SealedStreams.Out out = new SealedStreams.Out(raw, Seal.sealing(KEY), counters);
    out.write(message);
    out.flush();
    return raw.toByteArray();
  }

  private SealedStreams.In in(byte[] raw) {
    return new SealedStreams.In(new ByteArrayInputStream(raw), Seal.opening(KEY), counters);
  }

  private static byte[] message(int length) {
    byte[] message = new byte[length];
    for (int i = 0; i < length; i++) {
      message[i] = (byte) (i * 31);
    }
    return message;
  }
}
