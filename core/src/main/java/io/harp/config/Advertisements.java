package io.harp.config;

import io.harp.config.AdvertisementSpec.Preference;
import io.harp.model.Advertisement;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** Reads one L2Advertisement. Pools and interfaces it names need not exist. */
final class Advertisements {

  private Advertisements() {}

  static Parsed<Advertisement> parse(AdvertisementSpec spec) {
    List<Problem> problems = new ArrayList<>();
    Selectors selectors = new Selectors(spec.object(), problems);
    selectors.unique("spec.ipAddressPools", spec.pools());
    Advertisement advertisement =
        new Advertisement(
            spec.name(),
            Set.copyOf(spec.pools()),
            selectors.parseAll("spec.ipAddressPoolSelectors", spec.poolSelectors()),
            selectors.parseAll("spec.nodeSelectors", spec.nodeSelectors()),
            Set.copyOf(spec.interfaces()),
            selectors.parseAll("spec.serviceSelectors", spec.serviceSelectors()),
            preferences(spec, selectors, problems));
    return problems.isEmpty() ? Parsed.of(advertisement) : Parsed.broken(problems);
  }

  private static List<Advertisement.Preference> preferences(
      AdvertisementSpec spec, Selectors selectors, List<Problem> problems) {
    List<Advertisement.Preference> preferences = new ArrayList<>();
    for (int i = 0; i < spec.preferences().size(); i++) {
      Preference preference = spec.preferences().get(i);
      String field = "spec.preferredNodeSelectors[" + i + "]";
      if (preference.weight() < 1 || preference.weight() > 100) {
        problems.add(
            new Problem(
                spec.object(),
                field + ".weight",
                preference.weight() + " is out of range",
                "give a weight of 1-100"));
      }
      preferences.add(
          new Advertisement.Preference(
              preference.weight(), selectors.parse(field + ".preference", preference.nodes())));
    }
    return preferences;
  }
}
