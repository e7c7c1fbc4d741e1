package io.harp.speaker.host;

import java.util.OptionalDouble;

/** Figures as {@code /sys} writes them: decimal, negative, or hexadecimal with {@code 0x}. */
final class Numbers {

  private Numbers() {}

  static OptionalDouble parse(String text) {
    try {
      return OptionalDouble.of((double) Long.decode(withoutOctal(text)));
    } catch (NumberFormatException e) {
      return OptionalDouble.empty();
    }
  }

  // Long.decode takes a leading zero for octal; the kernel never writes octal.
  private static String withoutOctal(String text) {
    boolean octal = text.length() > 1 && text.charAt(0) == '0' && Character.isDigit(text.charAt(1));
    return octal ? text.replaceFirst("^0+(?=\\d)", "") : text;
  }
}
