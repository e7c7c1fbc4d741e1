package io.harp.e2e;

import io.harp.e2e.net.LabPlan;
import io.harp.model.Ipv4;
import io.harp.model.MacAddress;
import java.net.NetworkInterface;
import java.nio.file.Files;
import java.nio.file.Path;
import org.pcap4j.core.BpfProgram.BpfCompileMode;
import org.pcap4j.core.PcapHandle;
import org.pcap4j.core.PcapNetworkInterface.PromiscuousMode;
import org.pcap4j.core.RawPacketListener;

/**
 * A speaker with no mind of its own: answers ARP for one address while a file names this node, and
 * announces the address when the file begins to. With it the lab's probes and faults are tested
 * apart from the real speaker.
 */
final class StandIn {

  private StandIn() {}

  public static void main(String[] args) throws Exception {
    Ipv4 address = Ipv4.parse(args[0]);
    Path ownerFile = Path.of(args[1]);
    String me = System.getenv("METALLB_NODE_NAME");
    MacAddress mac =
        MacAddress.at(NetworkInterface.getByName(LabPlan.LAN_INTERFACE).getHardwareAddress(), 0);
    PcapHandle handle =
        new PcapHandle.Builder(LabPlan.LAN_INTERFACE)
            .snaplen(256)
            .promiscuousMode(PromiscuousMode.NONPROMISCUOUS)
            .timeoutMillis(100)
            .immediateMode(true)
            .build();
    handle.setDirection(PcapHandle.PcapDirection.IN);
    handle.setFilter(
        "arp[6:2] = 1 and arp[24:4] = " + (address.bits() & 0xffff_ffffL), BpfCompileMode.OPTIMIZE);
    boolean[] owner = new boolean[1];
    Thread.ofPlatform()
        .daemon()
        .start(() -> {
          try {
            handle.loop(
                -1,
                (RawPacketListener)
                    frame -> {
                      if (owner[0]) {
                        send(
                            handle,
                            arp(2, mac, address, MacAddress.at(frame, 22), Ipv4.at(frame, 28)));
                      }
                    });
          } catch (Exception e) {
            throw new IllegalStateException(e);
          }
        });
    while (true) {
      boolean now = Files.exists(ownerFile) && Files.readString(ownerFile).contains(me);
      if (now && !owner[0]) {
        send(handle, arp(1, mac, address, MacAddress.BROADCAST, address));
        System.out.println(me + " claims");
      }
      owner[0] = now;
      Thread.sleep(2);
    }
  }

  private static byte[] arp(int op, MacAddress mac, Ipv4 sender, MacAddress to, Ipv4 target) {
    byte[] frame = new byte[60];
    to.put(frame, 0);
    mac.put(frame, 6);
    byte[] head = {8, 6, 0, 1, 8, 0, 6, 4, 0, (byte) op};
    System.arraycopy(head, 0, frame, 12, head.length);
    mac.put(frame, 22);
    sender.put(frame, 28);
    to.put(frame, 32);
    target.put(frame, 38);
    return frame;
  }

  private static void send(PcapHandle handle, byte[] frame) {
    try {
      handle.sendPacket(frame);
    } catch (Exception e) {
      System.out.println("not sent: " + e);
    }
  }
}
