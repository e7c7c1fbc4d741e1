package io.harp.ops;

import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Option;

/**
 * Flags that manifests made for MetalLB give to both of its daemons. They are accepted so that such
 * a manifest works, and mean nothing here. Flags that only one daemon is given stand with it.
 */
public final class Inherited {

  @Option(
      names = {
        "--host",
        "--tls-min-version",
        "--tls-cipher-suites",
        "--tls-curve-preferences",
        "--metrics-cert-dir",
        "--pprof-bind-address"
      },
      hidden = true)
  @SuppressWarnings("UnusedVariable") // picocli writes it, nobody reads it.
  private List<String> values = new ArrayList<>();

  @Option(names = "--enable-pprof", hidden = true, arity = "0..1", fallbackValue = "true")
  @SuppressWarnings("UnusedVariable") // As above.
  private List<Boolean> switches = new ArrayList<>();

  /** Go programs take {@code -port} for {@code --port}, and so do we. */
  public static String[] withTwoDashes(String[] args) {
    String[] all = args.clone();
    for (int i = 0; i < all.length; i++) {
      if (all[i].matches("-[a-z][a-z0-9-]+(=.*)?")) {
        all[i] = "-" + all[i];
      }
    }
    return all;
  }
}
