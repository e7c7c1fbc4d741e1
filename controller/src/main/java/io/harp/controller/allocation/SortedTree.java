package io.harp.controller.allocation;

import java.util.Iterator;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * An immutable sorted map: a change copies the path to one node of an AVL tree and shares the rest,
 * so it takes time and space logarithmic in the size, and older versions stay valid.
 */
final class SortedTree<K extends Comparable<? super K>, V> {

  private record Node<K, V>(
      K key, V value, @Nullable Node<K, V> left, @Nullable Node<K, V> right, int height, int size)
      implements Map.Entry<K, V> {

    @Override
    public K getKey() {
      return key;
    }

    @Override
    public V getValue() {
      return value;
    }

    @Override
    public V setValue(V value) {
      throw new UnsupportedOperationException("the tree is immutable");
    }
  }

  private final @Nullable Node<K, V> root;

  private SortedTree(@Nullable Node<K, V> root) {
    this.root = root;
  }

  static <K extends Comparable<? super K>, V> SortedTree<K, V> empty() {
    return new SortedTree<>(null);
  }

  int size() {
    return size(root);
  }

  boolean isEmpty() {
    return root == null;
  }

  Optional<V> get(K key) {
    Node<K, V> node = root;
    while (node != null) {
      int order = key.compareTo(node.key);
      if (order == 0) {
        return Optional.of(node.value);
      }
      node = order < 0 ? node.left : node.right;
    }
    return Optional.empty();
  }

  SortedTree<K, V> put(K key, V value) {
    return new SortedTree<>(put(root, key, value));
  }

  SortedTree<K, V> remove(K key) {
    return get(key).isEmpty() ? this : new SortedTree<>(remove(root, key));
  }

  /** The entry with the greatest key that is not greater than {@code key}. */
  Optional<Map.Entry<K, V>> floor(K key) {
    Node<K, V> node = root;
    Node<K, V> best = null;
    while (node != null) {
      int order = key.compareTo(node.key);
      if (order == 0) {
        return Optional.of(node);
      }
      if (order > 0) {
        best = node;
      }
      node = order < 0 ? node.left : node.right;
    }
    return Optional.ofNullable(best);
  }

  /** The entry with the smallest key that is not smaller than {@code key}. */
  Optional<Map.Entry<K, V>> ceiling(K key) {
    Node<K, V> node = root;
    Node<K, V> best = null;
    while (node != null) {
      int order = key.compareTo(node.key);
      if (order == 0) {
        return Optional.of(node);
      }
      if (order < 0) {
        best = node;
      }
      node = order < 0 ? node.left : node.right;
    }
    return Optional.ofNullable(best);
  }

  Optional<Map.Entry<K, V>> first() {
    Node<K, V> node = root;
    while (node != null && node.left != null) {
      node = node.left;
    }
    return Optional.ofNullable(node);
  }

  void forEach(BiConsumer<? super K, ? super V> action) {
    forEach(root, action);
  }

  /** The entries in order of their keys. */
  Iterable<Map.Entry<K, V>> entries() {
    return () ->
        new Iterator<>() {
          private Optional<Map.Entry<K, V>> next = first();

          @Override
          public boolean hasNext() {
            return next.isPresent();
          }

          @Override
          public Map.Entry<K, V> next() {
            Map.Entry<K, V> entry = next.orElseThrow(NoSuchElementException::new);
            next = higher(entry.getKey());
            return entry;
          }
        };
  }

  private Optional<Map.Entry<K, V>> higher(K key) {
    Node<K, V> node = root;
    Node<K, V> best = null;
    while (node != null) {
      if (key.compareTo(node.key) < 0) {
        best = node;
        node = node.left;
      } else {
        node = node.right;
      }
    }
    return Optional.ofNullable(best);
  }

  private static <K, V> void forEach(
      @Nullable Node<K, V> node, BiConsumer<? super K, ? super V> action) {
    if (node != null) {
      forEach(node.left, action);
      action.accept(node.key, node.value);
      forEach(node.right, action);
    }
  }

  private static <K extends Comparable<? super K>, V> Node<K, V> put(
      @Nullable Node<K, V> node, K key, V value) {
    if (node == null) {
      return node(key, value, null, null);
    }
    int order = key.compareTo(node.key);
    if (order == 0) {
      return node(key, value, node.left, node.right);
    }
    return order < 0
        ? balanced(node.key, node.value, put(node.left, key, value), node.right)
        : balanced(node.key, node.value, node.left, put(node.right, key, value));
  }

  private static <K extends Comparable<? super K>, V> @Nullable Node<K, V> remove(
      @Nullable Node<K, V> node, K key) {
    if (node == null) {
      return null;
    }
    int order = key.compareTo(node.key);
    if (order < 0) {
      return balanced(node.key, node.value, remove(node.left, key), node.right);
    }
    if (order > 0) {
      return balanced(node.key, node.value, node.left, remove(node.right, key));
    }
    if (node.left == null || node.right == null) {
      return node.left == null ? node.right : node.left;
    }
    Node<K, V> successor = node.right;
    while (successor.left != null) {
      successor = successor.left;
    }
    return balanced(successor.key, successor.value, node.left, remove(node.right, successor.key));
  }

  /** A node over two subtrees whose heights differ by at most two. */
  private static <K, V> Node<K, V> balanced(
      K key, V value, @Nullable Node<K, V> left, @Nullable Node<K, V> right) {
    if (left != null && left.height > height(right) + 1) {
      Node<K, V> inner = left.right;
      if (inner != null && inner.height > height(left.left)) {
        return node(
            inner.key,
            inner.value,
            node(left.key, left.value, left.left, inner.left),
            node(key, value, inner.right, right));
      }
      return node(left.key, left.value, left.left, node(key, value, inner, right));
    }
    if (right != null && right.height > height(left) + 1) {
      Node<K, V> inner = right.left;
      if (inner != null && inner.height > height(right.right)) {
        return node(
            inner.key,
            inner.value,
            node(key, value, left, inner.left),
            node(right.key, right.value, inner.right, right.right));
      }
      return node(right.key, right.value, node(key, value, left, inner), right.right);
    }
    return node(key, value, left, right);
  }

  private static <K, V> Node<K, V> node(
      K key, V value, @Nullable Node<K, V> left, @Nullable Node<K, V> right) {
    return new Node<>(
        key,
        value,
        left,
        right,
        1 + Math.max(height(left), height(right)),
        1 + size(left) + size(right));
  }

  private static int height(@Nullable Node<?, ?> node) {
    return node == null ? 0 : node.height;
  }

  private static int size(@Nullable Node<?, ?> node) {
    return node == null ? 0 : node.size;
  }
}
