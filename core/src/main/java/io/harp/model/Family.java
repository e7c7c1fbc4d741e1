package io.harp.model;

/** The family of an address. */
public enum Family {
  IPV4,
  IPV6
}
