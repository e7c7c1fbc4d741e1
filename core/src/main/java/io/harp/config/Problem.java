package io.harp.config;

/**
 * One thing that is wrong with one object, in words its author can act on.
 *
 * @param object kind and name, {@code IPAddressPool edge}
 * @param field path of the field, {@code spec.addresses[1]}
 * @param what what is wrong, quoting the value
 * @param fix what would be right
 */
public record Problem(String object, String field, String what, String fix) {

  /** One line: object, field, what is wrong, what would be right. */
  @Override
  public String toString() {
    return object + ": " + field + ": " + what + "; " + fix;
  }
}
