/**
 * The packet monitor: what was on the wire, in files that rotate. {@link
 * io.harp.speaker.capture.Rotation}, {@link io.harp.speaker.capture.Retention} and {@link
 * io.harp.speaker.capture.CaptureName} decide; the rest reads packets and writes files. The only
 * importer of pcap4j.
 */
@NullMarked
package io.harp.speaker.capture;

import org.jspecify.annotations.NullMarked;
