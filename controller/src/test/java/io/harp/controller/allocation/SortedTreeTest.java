package io.harp.controller.allocation;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

class SortedTreeTest {

  /** Positive numbers are put, negative ones removed. */
  @Property(tries = 300)
  void behavesLikeATreeMap(
      @ForAll @Size(max = 200) List<@IntRange(min = -40, max = 40) Integer> operations) {
    SortedTree<Integer, Integer> tree = SortedTree.empty();
    TreeMap<Integer, Integer> model = new TreeMap<>();
    for (int i = 0; i < operations.size(); i++) {
      int key = Math.abs(operations.get(i));
      if (operations.get(i) >= 0) {
        tree = tree.put(key, i);
        model.put(key, i);
      } else {
        tree = tree.remove(key);
        model.remove(key);
      }
    }
    List<Map.Entry<Integer, Integer>> entries = new ArrayList<>();
    for (Map.Entry<Integer, Integer> entry : tree.entries()) {
      entries.add(Map.entry(entry.getKey(), entry.getValue()));
    }
    assertEquals(List.copyOf(model.entrySet()), entries);
    assertEquals(model.size(), tree.size());
    for (int key = -1; key <= 41; key++) {
      assertEquals(Optional.ofNullable(model.get(key)), tree.get(key));
      assertEquals(
          Optional.ofNullable(model.floorKey(key)), tree.floor(key).map(Map.Entry::getKey));
      assertEquals(
          Optional.ofNullable(model.ceilingKey(key)), tree.ceiling(key).map(Map.Entry::getKey));
    }
  }

  @Property(tries = 20)
  void olderVersionsStayAsTheyWere(@ForAll @Size(max = 50) List<Integer> keys) {
    List<SortedTree<Integer, Integer>> versions = new ArrayList<>();
    SortedTree<Integer, Integer> tree = SortedTree.empty();
    for (Integer key : keys) {
      versions.add(tree);
      tree = tree.put(key, key);
    }
    for (int i = 0; i < versions.size(); i++) {
      assertEquals(keys.subList(0, i).stream().distinct().count(), versions.get(i).size());
    }
  }
}
