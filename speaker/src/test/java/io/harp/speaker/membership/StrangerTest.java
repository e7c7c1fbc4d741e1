package io.harp.speaker.membership;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.harp.speaker.membership.Loopback.Speaker;
import io.harp.speaker.protocol.View;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.jgroups.Version;
import org.jgroups.stack.IpAddress;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a host can do that reaches the port and does not know the secret: nothing. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class StrangerTest {

  private final Loopback lan = new Loopback(3);
  private final List<Socket> open = new ArrayList<>();
  private Speaker a;
  private Speaker b;
  private View view;

  @BeforeEach
  void twoSpeakersShareAView() throws IOException {
    a = lan.start(1);
    b = lan.start(2);
    view = a.events().awaitView(2);
    assertEquals(view, b.events().awaitView(2));
  }

  @AfterEach
  void stop() throws IOException {
    for (Socket socket : open) {
      socket.close();
    }
    lan.close();
  }

  @Test
  void junkOfManyKindsIsRefusedAndDisturbsNobody() throws IOException {
    Random random = new Random(7);
    for (int i = 0; i < 200; i++) {
      byte[] junk = new byte[random.nextInt(300)];
      random.nextBytes(junk);
      if (i % 3 == 0 && junk.length > 5) {
        System.arraycopy("HARP\1".getBytes(US_ASCII), 0, junk, 0, 5);
      }
      say(1 + i % 2, junk);
    }
    assertUndisturbed();
    assertTrue(a.cluster().counters().refused.sum() > 50);
  }

  @Test
  void connectionsThatSayNothingHoldUpNobodyWhoJoins() throws IOException {
    for (int i = 0; i < 3 * GuardedServerSocket.PENDING; i++) {
      open.add(new Socket(lan.where(1 + i % 2).getAddress(), lan.where(1).getPort()));
    }
    Speaker c = lan.start(3);
    assertEquals(3, c.events().awaitView(3).members().size());
    assertEquals(0, a.cluster().counters().suspicions.sum());
  }

  @Test
  void thousandsOfConnectionsDoNotKeepAMemberOut() throws Exception {
    Thread flood = Thread.ofVirtual().start(this::flood);
    Speaker c = lan.start(3);
    c.events().awaitView(3);
    a.events().awaitView(3);
    flood.interrupt();
    flood.join();
    assertEquals(0, a.cluster().counters().suspicions.sum());
  }

  @Test
  void whoPretendsToBeAMemberTowardsJGroupsIsNotHeard() throws IOException {
    // What JGroups itself says first: its cookie, version and the address of the pretended member.
    ByteArrayOutputStream greeting = new ByteArrayOutputStream();
    DataOutputStream out = new DataOutputStream(greeting);
    out.write("bela".getBytes(US_ASCII));
    out.writeShort(Version.version);
    IpAddress pretended = new IpAddress(lan.where(2).getAddress(), lan.where(2).getPort());
    out.writeShort(pretended.serializedSize());
    pretended.writeTo(out);
    out.writeInt(Integer.MAX_VALUE);
    for (int i = 0; i < 20; i++) {
      say(1, greeting.toByteArray());
    }
    assertUndisturbed();
  }

  @Test
  void aProofThatWasOverheardIsWorthNothing() throws IOException {
    // A speaker that joins tells the eavesdropper its proof; repeated, it meets another challenge.
    byte[] overheard;
    try (ServerSocket trap = new ServerSocket(0)) {
      Thread victim =
          Thread.startVirtualThread(() -> {
            try (SealedSocket socket =
                new SealedSocket(Loopback.SECRET, new Counters(), new Refusals())) {
              socket.connect(trap.getLocalSocketAddress(), 2_000);
            } catch (IOException e) {
              // The trap cannot prove anything.
            }
          });
      try (Socket caught = trap.accept()) {
        byte[] challenge = new byte[37];
        System.arraycopy("HARP\1".getBytes(US_ASCII), 0, challenge, 0, 5);
        caught.getOutputStream().write(challenge);
        overheard = caught.getInputStream().readNBytes(37 + 32);
      }
      victim.interrupt();
    }
    assertEquals(69, overheard.length);
    say(1, overheard);
    assertUndisturbed();
    assertTrue(a.cluster().counters().refused.sum() >= 1);
  }

  private void flood() {
    Random random = new Random(3);
    byte[] junk = new byte[64];
    while (!Thread.currentThread().isInterrupted()) {
      random.nextBytes(junk);
      try (Socket socket = new Socket(lan.where(1).getAddress(), lan.where(1).getPort())) {
        socket.getOutputStream().write(junk);
      } catch (IOException e) {
        // Pushed out by newer ones, as it should be.
      }
    }
  }

  /** Says it, and waits until the speaker hangs up. */
  private void say(int to, byte[] bytes) throws IOException {
    try (Socket socket = new Socket(lan.where(to).getAddress(), lan.where(to).getPort())) {
      socket.setSoTimeout(5_000);
      socket.getOutputStream().write(bytes);
      socket.shutdownOutput();
      InputStream in = socket.getInputStream();
      assertTrue(in.readNBytes(1_000).length <= 37, "a stranger learns the challenge only");
    } catch (SocketException e) {
      // Hung up before it heard all of it.
    }
  }

  private void assertUndisturbed() {
    b.cluster().broadcast("still here".getBytes(US_ASCII), Cluster.Delivery.RELIABLE);
    a.events().awaitMessages(1);
    assertEquals(view, a.events().views().getLast());
    assertEquals(view, b.events().views().getLast());
    assertEquals(0, a.cluster().counters().suspicions.sum());
    assertEquals(0, b.cluster().counters().suspicions.sum());
  }
}
