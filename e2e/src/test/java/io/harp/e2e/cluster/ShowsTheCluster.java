package io.harp.e2e.cluster;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.TestExecutionExceptionHandler;

/**
 * When a test fails, shows the pods, the warnings and the daemons' last lines before it goes on.
 */
final class ShowsTheCluster implements TestExecutionExceptionHandler {

  static volatile @Nullable Cluster cluster;

  @Override
  public void handleTestExecutionException(ExtensionContext context, Throwable thrown)
      throws Throwable {
    Cluster shown = cluster;
    if (shown != null && !(thrown instanceof org.opentest4j.TestAbortedException)) {
      System.out.println("--- " + context.getDisplayName() + ": " + thrown.getMessage());
      show(shown, "get", "pods", "-A", "-o", "wide");
      show(shown, "get", "services,servicel2statuses", "-A", "-o", "wide");
      show(shown, "get", "events", "-A", "--field-selector=type=Warning");
      String names = "get pods -n " + Installation.NAMESPACE + " -o name";
      for (String pod : said(shown, names.split(" ", -1)).lines().toList()) {
        show(shown, "logs", pod, "-n", Installation.NAMESPACE, "--tail=25");
      }
    }
    throw thrown;
  }

  private static void show(Cluster cluster, String... args) {
    System.out.println("--- kubectl " + String.join(" ", args) + "\n" + said(cluster, args));
  }

  private static String said(Cluster cluster, String... args) {
    try {
      return cluster.kubectl("", args);
    } catch (IllegalStateException e) {
      return String.valueOf(e.getMessage());
    }
  }
}
