package io.harp.speaker.membership;

import java.io.IOException;
import java.net.ServerSocket;
import java.net.Socket;
import org.jgroups.util.DefaultSocketFactory;

/** Gives JGroups' TCP its sockets. It uses these two methods and no other. */
final class SealedSocketFactory extends DefaultSocketFactory {

  private final GroupKey key;
  private final Counters counters;
  private final int timeoutMs;
  private final Refusals refusals = new Refusals();

  SealedSocketFactory(GroupKey key, Counters counters, int timeoutMs) {
    this.key = key;
    this.counters = counters;
    this.timeoutMs = timeoutMs;
  }

  @Override
  public Socket createSocket(String service) throws IOException {
    return new SealedSocket(key, counters, refusals);
  }

  @Override
  public ServerSocket createServerSocket(String service) throws IOException {
    return new GuardedServerSocket(key, counters, refusals, timeoutMs);
  }
}
