package io.harp.speaker.membership;

import org.jgroups.Global;

/**
 * Which of JGroups' classes have a number that stands for them on the wire. By itself JGroups
 * numbers all it has, loads 140 classes for that and makes one object of each of 60, at every
 * start: half a second of processor time. And what has no number cannot be made from a message:
 * here that is all but the headers and addresses of {@link JGroupsStack}.
 */
final class JGroupsNumbers {

  // The numbers in them are JGroups' own, so speakers with and without them understand each other.
  private static final String HERE = "io/harp/speaker/membership/";

  private JGroupsNumbers() {}

  /** Has an effect before anything of JGroups is used, and none afterwards. */
  static void use() {
    System.setProperty(Global.MAGIC_NUMBER_FILE, HERE + "jgroups-classes.xml");
    System.setProperty(Global.PROTOCOL_ID_FILE, HERE + "jgroups-protocols.xml");
  }
}
