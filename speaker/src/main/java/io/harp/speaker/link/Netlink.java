package io.harp.speaker.link;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * A socket that becomes readable when an interface or an address of one changes (rtnetlink(7)).
 * What changed is not read from it: messages get lost when many come at once, so whoever is woken
 * looks at the whole.
 */
final class Netlink implements AutoCloseable {

  private static final int RTMGRP_LINK = 0x1;
  private static final int RTMGRP_IPV4_IFADDR = 0x10;
  private static final int RTMGRP_IPV6_IFADDR = 0x100;

  private final Arena arena = Arena.ofShared();
  private final MemorySegment buffer = arena.allocate(16 << 10);
  private final int fd;
  private final MemorySegment pollfds;

  Netlink() {
    int opened = Libc.socket(Libc.AF_NETLINK, Libc.SOCK_RAW, 0);
    MemorySegment address = arena.allocate(12, 4);
    address.set(ValueLayout.JAVA_SHORT, 0, (short) Libc.AF_NETLINK);
    address.set(ValueLayout.JAVA_INT, 8, RTMGRP_LINK | RTMGRP_IPV4_IFADDR | RTMGRP_IPV6_IFADDR);
    if (opened >= 0 && Libc.bind(opened, address) < 0) {
      Libc.close(opened);
      opened = -1;
    }
    // poll(2) ignores a negative descriptor and just waits: then polling alone must do.
    fd = opened;
    pollfds = Libc.pollfds(arena, fd);
  }

  /** Whether the kernel tells; otherwise {@link #await} only waits. */
  boolean isOpen() {
    return fd >= 0;
  }

  /** Waits for a change, at most {@code timeoutMs}, and says whether there was one. */
  boolean await(int timeoutMs) {
    if (Libc.poll(pollfds, timeoutMs) <= 0) {
      return false;
    }
    // ENOBUFS, the sign of lost messages, ends this loop too, and counts as a change.
    for (int i = 0; i < 1000 && Libc.recv(fd, buffer) > 0; i++) {}
    return true;
  }

  @Override
  public void close() {
    if (fd >= 0) {
      Libc.close(fd);
    }
    arena.close();
  }
}
