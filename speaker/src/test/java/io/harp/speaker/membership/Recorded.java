package io.harp.speaker.membership;

import io.harp.speaker.protocol.Member;
import io.harp.speaker.protocol.View;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import org.junit.jupiter.api.Assertions;

/** Keeps what a cluster told, and waits for what it should tell. */
final class Recorded implements Cluster.Events {

  private static final long PATIENCE_MS = 15_000;

  private final List<View> views = new ArrayList<>();
  private final List<Member> suspected = new ArrayList<>();
  private final List<String> messages = new ArrayList<>();
  private final List<Member> duplicates = new ArrayList<>();

  @Override
  public synchronized void view(View view) {
    views.add(view);
    notifyAll();
  }

  @Override
  public synchronized void suspected(Member member) {
    suspected.add(member);
    notifyAll();
  }

  @Override
  public synchronized void message(Member from, byte[] message) {
    messages.add(from.node() + ":" + new String(message, StandardCharsets.UTF_8));
    notifyAll();
  }

  @Override
  public synchronized void duplicate(Member first, InetSocketAddress where) {
    duplicates.add(first);
    notifyAll();
  }

  synchronized List<View> views() {
    return List.copyOf(views);
  }

  synchronized List<Member> suspected() {
    return List.copyOf(suspected);
  }

  synchronized List<String> messages() {
    return List.copyOf(messages);
  }

  synchronized List<Member> duplicates() {
    return List.copyOf(duplicates);
  }

  View awaitView(int members) {
    await(r -> !r.views.isEmpty() && r.views.getLast().members().size() == members);
    return views().getLast();
  }

  void awaitMessages(int count) {
    await(r -> r.messages.size() >= count);
  }

  synchronized void await(Predicate<Recorded> wanted) {
    long end = System.nanoTime() + PATIENCE_MS * 1_000_000;
    try {
      while (!wanted.test(this)) {
        long leftMs = (end - System.nanoTime()) / 1_000_000;
        if (leftMs <= 0) {
          Assertions.fail("not within 15 s; views " + views + ", messages " + messages.size());
        }
        wait(leftMs);
      }
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }
}
