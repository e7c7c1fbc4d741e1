package io.harp.speaker.membership;

import io.harp.model.NodeName;
import io.harp.speaker.protocol.Member;
import io.harp.speaker.protocol.View;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.IntStream;

/**
 * One speaker of {@link MembershipBench}, alone in its JVM: tells on standard output what it sees,
 * with the monotonic time, which all processes of a host share; leaves when told to on standard
 * input.
 */
public final class BenchMember {

  private BenchMember() {}

  /**
   * @param args number of this member, number of all members, detection time in ms
   */
  public static void main(String[] args) throws IOException {
    int me = Integer.parseInt(args[0]);
    int all = Integer.parseInt(args[1]);
    PrintStream out = System.out;
    List<InetSocketAddress> peers =
        IntStream.rangeClosed(1, all).mapToObj(BenchMember::where).toList();
    ClusterSettings settings =
        new ClusterSettings(
            new Member(new NodeName("node-" + me), ThreadLocalRandom.current().nextLong()),
            where(me),
            peers,
            GroupKey.of("the secret of the bench".getBytes(StandardCharsets.UTF_8)),
            new Timers(Integer.parseInt(args[2])));
    out.println("up " + System.nanoTime());
    JGroupsCluster cluster = JGroupsCluster.join(settings, new Told(out));
    BufferedReader in =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    for (String line = in.readLine(); line != null; line = in.readLine()) {
      switch (line) {
        case "leave" -> {
          cluster.close();
          out.println("left " + System.nanoTime());
          Runtime.getRuntime().halt(0);
        }
        case "count" -> out.println("counters " + counters(cluster.counters()));
        default -> out.println("unknown " + line);
      }
    }
  }

  static InetSocketAddress where(int n) {
    return new InetSocketAddress("10.77.0." + n, ClusterSettings.PORT);
  }

  private static String counters(Counters c) {
    return "doubts=%d suspicions=%d stalls=%d views=%d merges=%d beats=%d/%d refused=%d heap=%dk"
        .formatted(
            c.doubts.sum(),
            c.suspicions.sum(),
            c.stalls.sum(),
            c.views.sum(),
            c.merges.sum(),
            c.beatsSent.sum(),
            c.beatsReceived.sum(),
            c.refused.sum(),
            (Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory()) >> 10);
  }

  private record Told(PrintStream out) implements Cluster.Events {
    @Override
    public void view(View view) {
      out.println(
          "view "
              + System.nanoTime()
              + " "
              + view.members().size()
              + " "
              + view.merged()
              + " "
              + view);
    }

    @Override
    public void suspected(Member member) {
      out.println("suspected " + System.nanoTime() + " " + member);
    }

    @Override
    public void message(Member from, byte[] message) {}
  }
}
