package io.harp.controller.admission;

import java.nio.charset.StandardCharsets;

/** An HTTP answer: JSON for 200, one line of text for anything else. */
record Reply(int status, byte[] body) {

  static Reply line(int status, String text) {
    return new Reply(status, (text + "\n").getBytes(StandardCharsets.UTF_8));
  }

  static Reply json(byte[] body) {
    return new Reply(200, body);
  }
}
