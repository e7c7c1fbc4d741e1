package io.harp.e2e.cluster;

import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a client noticed: a datagram every 10 ms, each from a socket of its own, so that the node
 * that forwards it decides anew.
 *
 * @param sent datagrams
 * @param lost datagrams not answered within a second
 * @param gapMs the longest time between the sending of two consecutive answered ones
 * @param pods who answered
 */
record Probes(int sent, int lost, int gapMs, Set<String> pods) {

  private static final Pattern REPORT =
      Pattern.compile("sent (\\d+) lost (\\d+) gap (\\d+) pods(.*)");

  private static final String PROGRAM =
      """
      import select, socket, sys, time
      address, seconds = sys.argv[1], float(sys.argv[2])
      family = socket.AF_INET6 if ':' in address else socket.AF_INET
      waiting, answered, pods, sent = {}, [], set(), 0
      begun = time.monotonic()
      while True:
          now = time.monotonic()
          if now < begun + seconds and now >= begun + sent * 0.01:
              s = socket.socket(family, socket.SOCK_DGRAM)
              s.setblocking(False)
              try:
                  s.sendto(b'x', (address, 80))
              except OSError:
                  pass
              waiting[s] = now
              sent += 1
          for s in [s for s, at in waiting.items() if now - at > 1]:
              s.close()
              del waiting[s]
          if now >= begun + seconds and not waiting:
              break
          for s in select.select(list(waiting), [], [], 0.002)[0]:
              try:
                  pods.add(s.recv(200).decode().split()[0])
                  answered.append(waiting.pop(s))
                  s.close()
              except OSError:
                  pass
      answered.sort()
      gap = max([b - a for a, b in zip(answered, answered[1:])] or [seconds])
      print('sent', sent, 'lost', sent - len(answered), 'gap', int(gap * 1000), 'pods', *sorted(pods))
      """;

  /** The shell script that sends for some time and reports. */
  static String script(String address, int seconds) {
    return "python3 -c '" + PROGRAM.replace("'", "'\\''") + "' " + address + " " + seconds;
  }

  static Probes parse(String report) {
    Matcher matcher = REPORT.matcher(report);
    if (!matcher.find()) {
      throw new IllegalStateException("no report of the client: " + report);
    }
    Set<String> pods = new TreeSet<>();
    for (String pod : matcher.group(4).strip().split(" ", -1)) {
      if (!pod.isEmpty()) {
        pods.add(pod);
      }
    }
    return new Probes(
        Integer.parseInt(matcher.group(1)),
        Integer.parseInt(matcher.group(2)),
        Integer.parseInt(matcher.group(3)),
        pods);
  }
}
