package io.harp.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.harp.model.LabelSelector.Operator;
import io.harp.model.LabelSelector.Requirement;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SelectorsTest {

  @Test
  void anEmptySelectorSelectsEverything() {
    assertTrue(LabelSelector.ALL.matches(Map.of()));
  }

  @ParameterizedTest
  @CsvSource({
    "IN,true,false,false",
    "NOT_IN,false,true,true",
    "EXISTS,true,true,false",
    "DOES_NOT_EXIST,false,false,true"
  })
  void requirementsFollowKubernetes(
      Operator operator, boolean same, boolean other, boolean absent) {
    LabelSelector selector =
        new LabelSelector(Map.of(), List.of(new Requirement("zone", operator, List.of("a"))));
    assertEquals(same, selector.matches(Map.of("zone", "a")));
    assertEquals(other, selector.matches(Map.of("zone", "b")));
    assertEquals(absent, selector.matches(Map.of()));
  }

  @Test
  void poolSelectorsThatMatchNothingSelectNoPool() {
    Advertisement advertisement =
        new Advertisement(
            "a",
            Set.of(),
            List.of(new LabelSelector(Map.of("team", "x"), List.of())),
            List.of(),
            Set.of(),
            List.of(),
            List.of());
    assertFalse(advertisement.coversPool(pool(Map.of())));
    assertTrue(advertisement.coversPool(pool(Map.of("team", "x"))));
  }

  @Test
  void aBuggyAddressIsNotInAPoolThatAvoidsThem() {
    Pool pool = pool(Map.of());
    assertFalse(pool.contains(Address.parse("10.0.1.0")));
    assertFalse(pool.contains(Address.parse("10.0.1.255")));
    assertTrue(pool.contains(Address.parse("10.0.1.1")));
  }

  @Test
  void aRangeOfTwoFamiliesIsNone() {
    assertThrows(
        IllegalArgumentException.class,
        () -> new AddressRange(Address.parse("10.0.0.1"), Address.parse("::1")));
    assertThrows(
        IllegalArgumentException.class,
        () -> new AddressRange(Address.parse("10.0.0.2"), Address.parse("10.0.0.1")));
  }

  private static Pool pool(Map<String, String> labels) {
    return new Pool(
        "p",
        labels,
        List.of(new AddressRange(Address.parse("10.0.1.0"), Address.parse("10.0.1.255"))),
        true,
        true,
        Optional.empty());
  }
}
