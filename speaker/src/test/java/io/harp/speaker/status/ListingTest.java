package io.harp.speaker.status;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.harp.kube.Fields;
import io.harp.kube.crd.ServiceL2Status;
import io.harp.model.ServiceKey;
import io.harp.speaker.ManualClock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ListingTest {

  private final ManualClock clock = new ManualClock(1_000);
  private final List<String> asked = new ArrayList<>();
  private final Listing listing =
      new Listing(
          new Listing.Source() {
            @Override
            public List<Fields> of(ServiceKey service) {
              asked.add(service.name());
              return List.of(status(service));
            }

            @Override
            public List<Fields> all() {
              asked.add("all");
              return IntStream.range(0, 100).mapToObj(i -> status(service(i))).toList();
            }
          },
          clock);

  @Test
  void manyServicesAreListedOnce() {
    for (int i = 0; i < 100; i++) {
      assertEquals(List.of(status(service(i))), listing.of(Word.gone(service(i)), 999, i < 80));
    }
    assertEquals(List.of(), listing.of(Word.gone(service(100)), 999, false));
    assertEquals(List.of("all"), asked);
  }

  @Test
  void aFewAreAskedForByThemselves() {
    listing.of(Word.gone(service(1)), 999, false);
    listing.of(Word.gone(service(2)), 999, false);
    assertEquals(List.of("web-1", "web-2"), asked);
  }

  @Test
  void aListServesNoWordThatWasSaidAfterIt() {
    listing.of(Word.gone(service(1)), 999, true);
    clock.now = 1_001;
    listing.of(Word.gone(service(2)), 1_000, true);
    assertEquals(List.of("all", "all"), asked);
    listing.of(Word.gone(service(3)), 1_001, false);
    assertEquals(List.of("all", "all", "web-3"), asked);
  }

  private static ServiceKey service(int i) {
    return new ServiceKey("default", "web-" + i);
  }

  private static Fields status(ServiceKey service) {
    return Fields.of(
        "",
        Map.of(
            "metadata",
            Map.of(
                "name",
                "l2-" + service.name(),
                "labels",
                Map.of(
                    ServiceL2Status.SERVICE_NAME_LABEL,
                    service.name(),
                    ServiceL2Status.SERVICE_NAMESPACE_LABEL,
                    service.namespace()))));
  }
}
