package io.harp.speaker.link;

import io.harp.model.MacAddress;
import io.harp.speaker.announcement.Link.Subnet;
import java.util.List;

/**
 * A network interface as the kernel describes it.
 *
 * @param type what kind of hardware, {@code ARPHRD_*}; 1 is Ethernet
 * @param flags {@code IFF_*}
 * @param enslaved whether it is a port of a bridge, bond, team or VRF
 */
record Nic(
    int index,
    String name,
    int type,
    int flags,
    MacAddress mac,
    boolean carrier,
    boolean enslaved,
    List<Subnet> subnets) {}
