package io.harp.speaker.ownership;

import io.harp.model.Address;
import io.harp.model.MacAddress;
import io.harp.model.NodeName;
import io.harp.speaker.protocol.Message.Group;
import io.harp.speaker.protocol.Message.Reason;
import io.harp.speaker.protocol.View;
import java.util.Set;

/** A journal nobody reads. */
class SilentJournal implements Journal {

  @Override
  public void claimed(Address address, Group group, Reason reason, long since) {}

  @Override
  public void released(Address address, Release why) {}

  @Override
  public void ceded(Address address, MacAddress to, boolean stranger) {}

  @Override
  public void conflict(Address address, MacAddress stranger, boolean resolved) {}

  @Override
  public void disputed(Address address, MacAddress rival, boolean won) {}

  @Override
  public void muted(boolean muted, String why) {}

  @Override
  public void installed(View view) {}

  @Override
  public void announced(Address address) {}

  @Override
  public void refused(String why) {}

  @Override
  public void heldOff(Set<NodeName> nodes) {}

  @Override
  public void wishUnmet(Group group, String why) {}

  @Override
  public void happened(Incident what, String text) {}
}
