package io.harp.e2e.demo;

/**
 * Something the demo did, for the picture.
 *
 * @param atNs when, as {@link System#nanoTime}
 * @param label a few words
 * @param closeUp whether the second around it is drawn large
 */
record Event(long atNs, String label, boolean closeUp) {}
