package io.harp.controller.admission;

/** An HTTP answer: JSON for 200, one line of text for anything else. */
record Reply(int status, String body) {

  static Reply line(int status, String text) {
    return new Reply(status, text + "\n");
  }

  static Reply json(String body) {
    return new Reply(200, body);
  }
}
