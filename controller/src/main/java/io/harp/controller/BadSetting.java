package io.harp.controller;

/** A setting that cannot be used; the message is one line for whoever set it. */
final class BadSetting extends RuntimeException {
  BadSetting(String message) {
    super(message);
  }
}
