package io.harp.e2e;

import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/** What {@code arping} prints, of iputils or of Thomas Habets: systems have one or the other. */
final class Arping {

  /** "Unicast reply from 10.0.0.1 [02:...] 0.6ms", "42 bytes from 02:... (10.0.0.1): index=0". */
  private static final Pattern ANSWER =
      Pattern.compile("(?im)^.* from .*?((?:[0-9a-f]{2}:){5}[0-9a-f]{2}).*$");

  private Arping() {}

  /**
   * Asks as a host that wants to use the address itself (RFC 5227, 2.1.1): the sender's address is
   * 0.0.0.0. The status is 0 where nobody answered, as iputils has it.
   */
  static String probe(int count, String address) {
    String rest = " -c %d -w %d -I eth0 %s".formatted(count, count, address);
    return "if arping -V 2>&1 | grep -q iputils; then arping -D%s; else ! arping -0%s; fi"
        .formatted(rest, rest);
  }

  /** Who answered, in lower case, once for each answer. */
  static List<String> macs(String printed) {
    return ANSWER
        .matcher(printed)
        .results()
        .map(answer -> answer.group(1).toLowerCase(Locale.ROOT))
        .toList();
  }
}
