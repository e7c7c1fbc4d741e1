package io.harp.speaker.ownership;

import io.harp.model.Address;
import io.harp.model.MacAddress;
import io.harp.speaker.protocol.Message.Group;
import io.harp.speaker.protocol.Message.Reason;
import io.harp.speaker.protocol.View;

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
