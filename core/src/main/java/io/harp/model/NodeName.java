package io.harp.model;

/**
 * The name of a Kubernetes Node: a DNS subdomain of 1-253 characters (Kubernetes, "Object Names and
 * IDs"); any other length throws {@link IllegalArgumentException}.
 */
public record NodeName(String text) implements Comparable<NodeName> {

  public NodeName {
    if (text.isEmpty() || text.length() > 253) {
      throw new IllegalArgumentException(
          "a node name has 1-253 characters, this one " + text.length());
    }
  }

  @Override
  public int compareTo(NodeName other) {
    return text.compareTo(other.text);
  }

  @Override
  public String toString() {
    return text;
  }
}
