package io.harp.kube;

import io.fabric8.kubernetes.client.jdkhttp.JdkHttpClientFactory;

/**
 * The HTTP client of programs that ask and write little: the JDK's, with one connection for
 * requests and one for each watch. It is named among the services, so that whoever makes a typed
 * client beside ours gets it too, and not one of two by chance.
 */
public final class QuietClient extends JdkHttpClientFactory {

  @Override
  public int priority() {
    return 1;
  }
}
