package io.harp.kube;

import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * Which objects of a kind.
 *
 * @param namespace empty for all namespaces and for kinds that have none
 * @param fields a field selector, empty for all, as {@code metadata.name=web}
 * @param labels a label selector, empty for all, as {@code app=metallb,component=speaker}
 */
public record Scope(String namespace, String fields, String labels) {

  public static final Scope ALL = new Scope("", "", "");

  public static Scope in(String namespace) {
    return new Scope(namespace, "", "");
  }

  /** Only the one of this name. */
  public Scope withName(String name) {
    return withField("metadata.name", name);
  }

  /** Only those with this value of a field. */
  public Scope withField(String field, String value) {
    return new Scope(namespace, field + "=" + value, labels);
  }

  /** Only those that a label selector selects, as kubectl's {@code -l}. */
  public Scope withLabels(String selector) {
    return new Scope(namespace, fields, selector);
  }

  /** Only those with all these labels. */
  public Scope withLabels(Map<String, String> wanted) {
    return withLabels(
        new TreeMap<>(wanted)
            .entrySet().stream()
                .map(l -> l.getKey() + "=" + l.getValue())
                .collect(Collectors.joining(",")));
  }

  /** The selectors as they stand in a query (RFC 3986, section 3.4); ends with {@code &} if any. */
  String query() {
    return (fields.isEmpty() ? "" : "fieldSelector=" + Resource.quoted(fields) + "&")
        + (labels.isEmpty() ? "" : "labelSelector=" + Resource.quoted(labels) + "&");
  }
}
