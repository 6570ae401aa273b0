package dev.hairpin.iptables;

import java.util.Comparator;
import java.util.Set;

/** One condition of a {@code conntrack} match; a packet must meet all of them. */
public sealed interface ConntrackTest {

  /** The order in which iptables-save prints the conditions. */
  Comparator<ConntrackTest> PRINTED_ORDER = Comparator.comparingInt(ConntrackTest::position);

  /**
   * Whether the packets that do not meet the condition match instead.
   *
   * @return true if it is inverted
   */
  boolean inverted();

  private int position() {
    if (this instanceof State) {
      return 0;
    } else if (this instanceof ProtocolNumber) {
      return 1;
    } else if (this instanceof Address address) {
      return 2 + address.end.position;
    } else if (this instanceof Port port) {
      return 6 + port.end.position;
    } else if (this instanceof Status) {
      return 10;
    } else if (this instanceof Expires) {
      return 11;
    }
    return 12;
  }

  /** An end of one of a connection's two tuples. */
  enum End {
    /** The source of the original tuple. */
    ORIGINAL_SOURCE("ctorigsrc", 0),
    /** The destination of the original tuple. */
    ORIGINAL_DESTINATION("ctorigdst", 1),
    /** The source of the reply tuple. */
    REPLY_SOURCE("ctreplsrc", 2),
    /** The destination of the reply tuple. */
    REPLY_DESTINATION("ctrepldst", 3);

    private final String option;
    private final int position;

    End(String option, int position) {
      this.option = option;
      this.position = position;
    }

    String option() {
      return option;
    }
  }

  /**
   * {@code --ctstate}.
   *
   * @param states the states, one of which the packet must have
   * @param inverted whether it must have none
   */
  record State(Set<ConntrackState> states, boolean inverted) implements ConntrackTest {
    /** Copies the states. */
    public State {
      states = Set.copyOf(states);
    }

    @Override
    public String toString() {
      return not(inverted) + "--ctstate " + EnumText.join(ConntrackState.values(), states);
    }
  }

  /**
   * {@code --ctproto}: the protocol of the connection.
   *
   * @param number the protocol number
   * @param inverted whether it must be another
   */
  record ProtocolNumber(int number, boolean inverted) implements ConntrackTest {
    @Override
    public String toString() {
      return not(inverted) + "--ctproto " + number;
    }
  }

  /**
   * {@code --ctorigsrc} and its three sisters.
   *
   * @param end which address
   * @param address what it must be
   * @param inverted whether it must be another
   */
  record Address(End end, AddressMask address, boolean inverted) implements ConntrackTest {
    @Override
    public String toString() {
      boolean host = address.mask().equals(AddressMask.fullMask(address.mask().family()));
      return not(inverted)
          + "--"
          + end.option()
          + " "
          + (host ? AddressText.of(address.address()) : address);
    }
  }

  /**
   * {@code --ctorigsrcport} and its three sisters.
   *
   * @param end which port
   * @param ports what it must be
   * @param inverted whether it must be another
   */
  record Port(End end, PortRange ports, boolean inverted) implements ConntrackTest {
    @Override
    public String toString() {
      return not(inverted) + "--" + end.option() + "port " + ports;
    }
  }

  /**
   * {@code --ctstatus}.
   *
   * @param statuses the bits, one of which the connection must have
   * @param inverted whether it must have none
   */
  record Status(Set<ConntrackStatus> statuses, boolean inverted) implements ConntrackTest {
    /** Copies the bits. */
    public Status {
      statuses = Set.copyOf(statuses);
    }

    @Override
    public String toString() {
      return not(inverted) + "--ctstatus " + EnumText.join(ConntrackStatus.values(), statuses);
    }
  }

  /**
   * {@code --ctexpire}: the time after which the connection is forgotten.
   *
   * @param firstSeconds the least, in seconds
   * @param lastSeconds the most, in seconds
   * @param inverted whether it must lie outside
   */
  record Expires(long firstSeconds, long lastSeconds, boolean inverted) implements ConntrackTest {
    @Override
    public String toString() {
      return not(inverted)
          + "--ctexpire "
          + firstSeconds
          + (firstSeconds == lastSeconds ? "" : ":" + lastSeconds);
    }
  }

  /**
   * {@code --ctdir}: the direction of the packet.
   *
   * @param inverted false for the direction of the first packet, true for that of the replies
   */
  record Direction(boolean inverted) implements ConntrackTest {
    @Override
    public String toString() {
      return "--ctdir " + (inverted ? "REPLY" : "ORIGINAL");
    }
  }

  private static String not(boolean inverted) {
    return inverted ? "! " : "";
  }
}
