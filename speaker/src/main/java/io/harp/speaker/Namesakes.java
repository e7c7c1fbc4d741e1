package io.harp.speaker;

import io.harp.loop.Loop;
import io.harp.model.NodeName;
import io.harp.speaker.ownership.Speaker;
import io.harp.speaker.protocol.Member;
import java.net.InetSocketAddress;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Another speaker with this node's name. An earlier life of this one may linger in the view for a
 * moment; a second speaker stays, and then this one, the later, ends.
 */
final class Namesakes {

  private static final Logger log = LoggerFactory.getLogger("speaker");

  /** It is given so long to be found dead. */
  private static final long PATIENCE_MS = 5_000;

  private final NodeName node;
  private final Speaker speaker;
  private final Loop loop;
  private boolean waiting;

  Namesakes(NodeName node, Speaker speaker, Loop loop) {
    this.node = node;
    this.speaker = speaker;
    this.loop = loop;
  }

  /** To be called on the loop. */
  void met(Member first, InetSocketAddress where) {
    if (!waiting) {
      waiting = true;
      Thread.ofVirtual()
          .start(() -> {
            LockSupport.parkNanos(PATIENCE_MS * 1_000_000);
            loop.post(() -> refuseIfStill(first, where));
          });
    }
  }

  private void refuseIfStill(Member first, InetSocketAddress where) {
    waiting = false;
    if (speaker.sees(first)) {
      log.error(
          "A speaker at {} already runs as node {}: every speaker needs the name of its own node"
              + " (METALLB_NODE_NAME)",
          where,
          node);
      System.err.println("speaker: another speaker at " + where + " already runs as node " + node);
      Runtime.getRuntime().halt(1);
    }
  }
}
