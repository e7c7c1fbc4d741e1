package io.harp.speaker.status;

import io.harp.kube.Fields;
import io.harp.kube.crd.ServiceL2Status;
import io.harp.loop.Clock;
import io.harp.model.ServiceKey;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What the API has of the Services that are written about. A single one is asked for by itself;
 * where many wait, all are listed once: a thousand Services asked for one by one make the API
 * server look through a thousand objects a thousand times.
 *
 * <p>A list serves words that were said before it was asked for. What others wrote of a Service
 * they did before they let it go, so it is in the list or, if that write was under way, taken back
 * by who made it. A word that failed is said again, so it never meets the list it failed by.
 */
final class Listing {

  /** How to ask the API. */
  interface Source {

    /** What there is of one Service. */
    List<Fields> of(ServiceKey service);

    /** All there is. */
    List<Fields> all();
  }

  private final Source source;
  private final Clock clock;
  private final Map<ServiceKey, List<Fields>> listed = new HashMap<>();
  private long askedMs = Long.MIN_VALUE;

  Listing(Source source, Clock clock) {
    this.source = source;
    this.clock = clock;
  }

  /**
   * What the API has of the Service of a word. Throws what the client throws.
   *
   * @param saidMs when the word was said
   * @param many whether others wait
   */
  synchronized List<Fields> of(Word word, long saidMs, boolean many) {
    if (saidMs >= askedMs) {
      listed.clear();
      askedMs = Long.MIN_VALUE;
      if (!many) {
        return source.of(word.service());
      }
      long now = clock.nowMs();
      for (Fields each : source.all()) {
        Fields labels = each.object("metadata").object("labels");
        ServiceKey service =
            new ServiceKey(
                labels.text(ServiceL2Status.SERVICE_NAMESPACE_LABEL),
                labels.text(ServiceL2Status.SERVICE_NAME_LABEL));
        listed.computeIfAbsent(service, _ -> new ArrayList<>(1)).add(each);
      }
      askedMs = now;
    }
    List<Fields> found = listed.remove(word.service());
    return found == null ? List.of() : found;
  }
}
