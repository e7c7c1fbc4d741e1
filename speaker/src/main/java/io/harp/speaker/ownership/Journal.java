package io.harp.speaker.ownership;

import io.harp.model.Address;
import io.harp.model.MacAddress;
import io.harp.model.NodeName;
import io.harp.speaker.protocol.Message.Group;
import io.harp.speaker.protocol.Message.Reason;
import io.harp.speaker.protocol.View;
import java.util.Set;

/**
 * Where the protocol says what happened: logs, metrics, events and status hang on it. Called on the
 * loop thread.
 */
public interface Journal {

  /**
   * This speaker answers for {@code address} from now on.
   *
   * @param since wall clock in ms; together with address and member it names the tenure
   */
  void claimed(Address address, Group group, Reason reason, long since);

  /** This speaker no longer answers for {@code address}. */
  void released(Address address, Release why);

  /** Somebody else answers for an address that is planned here. */
  void ceded(Address address, MacAddress to, boolean stranger);

  /**
   * A host that is no speaker claims an address held here; {@code resolved} once it has been quiet
   * for a while.
   */
  void conflict(Address address, MacAddress stranger, boolean resolved);

  /** A dispute with another speaker was decided. */
  void disputed(Address address, MacAddress rival, boolean won);

  /** This speaker may not send any longer, or may again. */
  void muted(boolean muted, String why);

  void installed(View view);

  /** An announcement about {@code address} was sent. */
  void announced(Address address);

  /** A message was refused: of another version, garbage, or of nobody known. */
  void refused(String why);

  /** These nodes left too often lately and are chosen last; told on every change. */
  void heldOff(Set<NodeName> nodes);

  /** A group is not where its Service wants it, told by the planner when the reason changes. */
  void wishUnmet(Group group, String why);

  /** Something else that people want to read once, and count. */
  void happened(Incident what, String text);

  /** What else can happen. */
  enum Incident {
    /** A member of the view thinks its picture of the API is fresh, but it has stood still. */
    LAGGING,
    CAUGHT_UP,
    /** The plan wants an address here that newer facts forbid. */
    REFUSED,
    /** An address was claimed again and again by two speakers. */
    STORM,
    /** The membership doubts a member. */
    SUSPECTED,
    /** Speakers that should be there are missing: the segment is asked for them. */
    HELLO,
    HELLO_OVER,
    /** A segment answers no longer, though the cable is connected. */
    SEGMENT_SILENT,
    SEGMENT_BACK,
    /** Everything held was announced again. */
    REASSERTED,
    /** This speaker is in a view without itself. */
    EXCLUDED,
    /** A message was larger than may be sent. */
    TOO_LARGE
  }

  /** Why an address was released. */
  enum Release {
    NOT_PLANNED("no longer a Service's, or no node may own it"),
    HANDED_OVER("handed over"),
    OUTRANKED("another speaker outranks this one"),
    MUTED("the right to send was lost"),
    LEAVING("this speaker leaves");

    private final String text;

    Release(String text) {
      this.text = text;
    }

    @Override
    public String toString() {
      return text;
    }
  }
}
