package io.harp.e2e;

import io.harp.e2e.net.LabPlan;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * How a container runtime starts a program of the image: the image's files as a root that nobody
 * can write to, the pod's volumes in it, nothing to gain any right by, and of this machine's
 * environment nothing.
 *
 * @param root the image's files
 * @param volumes what is mounted, by the paths it has in the image
 * @param tools made by {@link #tools}
 * @param rights arguments of setpriv
 * @param passed its environment: {@code NAME=value}, or a name for the value the lab gives it
 */
record Container(Path root, Path volumes, Path tools, List<String> rights, List<String> passed) {

  private static final String ACCOUNT = "var/run/secrets/kubernetes.io/serviceaccount";
  private static final String SECRET = "etc/ml_secret_key";

  @SuppressWarnings("InlineFormatString") // A script is read in one piece.
  private static final String SCRIPT =
      """
      set -e
      root=$1 volumes=$2 tools=$3
      shift 3
      mount --make-rprivate /
      mount --bind "$root" "$root"
      mount --rbind /proc "$root/proc"
      mount --rbind /sys "$root/sys"
      mount --bind "$tools" "$root/run"
      for each in %s %s; do
        mount --bind "$volumes/$each" "$root/$each"
        mount -o remount,bind,ro "$root/$each"
      done
      [ ! -d "$volumes/captures" ] || mount --bind "$volumes/captures" "$root/captures"
      mount -o remount,bind,ro "$root/run"
      mount -o remount,bind,ro "$root"
      PATH=$PATH:/usr/sbin:/sbin
      exec "$(command -v env)" -i PATH=/opt/harp/bin:/usr/bin:/bin \\
        KUBERNETES_SERVICE_HOST=%s KUBERNETES_SERVICE_PORT=%d %s \\
        "$(command -v chroot)" "$root" /run/ld.so --library-path /run /run/setpriv %s "$@"
      """;

  /** The command that starts it where the lab starts its processes. */
  List<String> command(String... program) {
    String environment = String.join(" ", passed.stream().map(Container::assignment).toList());
    String script =
        SCRIPT.formatted(
            ACCOUNT,
            SECRET,
            LabPlan.API_ADDRESS,
            LabPlan.API_PORT,
            environment,
            String.join(" ", rights));
    List<String> command = new ArrayList<>(List.of("unshare", "--mount", "--", "sh", "-c"));
    command.addAll(
        List.of(script, "container", root.toString(), volumes.toString(), tools.toString()));
    command.addAll(List.of(program));
    return List.copyOf(command);
  }

  /** Fills the volumes: a service account as the kubelet mounts it, and the members' secret. */
  void mount(Lab lab, Map<String, String> access) throws IOException {
    for (String point : List.of(ACCOUNT, SECRET)) {
      Files.createDirectories(root.resolve(point));
      Files.createDirectories(volumes.resolve(point));
    }
    Path account = volumes.resolve(ACCOUNT);
    Files.writeString(account.resolve("namespace"), LabPlan.NAMESPACE);
    Files.writeString(account.resolve("token"), access.getOrDefault("KUBERNETES_AUTH_TOKEN", ""));
    Files.copy(lab.directory().resolve("apiserver.crt"), account.resolve("ca.crt"));
    Files.copy(lab.directory().resolve("secretkey"), volumes.resolve(SECRET).resolve("secretkey"));
  }

  /** Adds the volume of the packet monitor, the only one that can be written to. */
  Path captures() throws IOException {
    Files.createDirectories(root.resolve("captures"));
    return Files.createDirectories(volumes.resolve("captures"));
  }

  private static String assignment(String variable) {
    return variable.contains("=") ? variable : variable + "=\"$" + variable + "\"";
  }

  /** What drops rights inside the image, which a runtime does from outside: setpriv, its loader. */
  static void tools(Path into) throws IOException {
    Files.createDirectories(into);
    Path setpriv = Path.of("/usr/bin/setpriv");
    Files.copy(setpriv, into.resolve("setpriv"));
    Process ldd = new ProcessBuilder("ldd", setpriv.toString()).start();
    for (String line : ldd.inputReader().lines().toList()) {
      String file = line.strip().replaceFirst(".*=> ", "").replaceFirst(" .*", "");
      if (file.startsWith("/")) {
        String name = file.contains("/ld-linux") ? "ld.so" : Path.of(file).toFile().getName();
        Files.copy(Path.of(file), into.resolve(name));
      }
    }
  }
}
