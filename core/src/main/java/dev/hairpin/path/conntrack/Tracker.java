package dev.hairpin.path.conntrack;

/**
 * How a packet moves the state of its connection on.
 *
 * <p>Source: Linux 6.18, {@code nf_conntrack_proto_tcp}, {@code _udp}, {@code _sctp} and
 * {@code _icmp}, measured.
 */
final class Tracker {
  private static final long UDP_STREAM_AFTER_MS = 2000;

  /** What an ACK looks at, and how all that is when it is not the first of its direction. */
  private static final int SETTLED_PARTS = 0xff
      | Meta.withState(0, 15)
      | Meta.SEEN_REPLY
      | Meta.ASSURED
      | Meta.PICKED_UP
      | Meta.withLast(0, 7, 1);

  private static final int SETTLED = Meta.withLast(
      Meta.withState(6 | Meta.SEEN_REPLY | Meta.ASSURED, TcpStates.ESTABLISHED), TcpStates.ACK, 0);

  /** What the segments of an end look at, and how that is when both sides have spoken. */
  private static final int OPEN_PARTS =
      0xff | Meta.withState(0, 15) | Meta.SEEN_REPLY | Meta.PICKED_UP;

  private static final int OPEN = Meta.withState(6 | Meta.SEEN_REPLY, TcpStates.ESTABLISHED);

  private final FlowTable table;
  private final Expiry expiry;
  boolean tcpLoose = true;
  boolean tcpLiberal;

  Tracker(FlowTable table, Expiry expiry) {
    this.table = table;
    this.expiry = expiry;
  }

  Tracker(Tracker from, FlowTable copiedTable, Expiry copiedExpiry) {
    this(copiedTable, copiedExpiry);
    tcpLoose = from.tcpLoose;
    tcpLiberal = from.tcpLiberal;
  }

  /** The state in which a connection begins with this packet, or -1 if it cannot. */
  int firstState(int protocol, int destinationPort, Segment segment) {
    return switch (protocol) {
      case 6 -> {
        int state = segment == Segment.TCP_OUT_OF_WINDOW
            ? TcpStates.ESTABLISHED
            : TcpStates.next(0, TcpStates.segment(segment), TcpStates.NONE);
        boolean fresh = state == TcpStates.SYN_SENT;
        yield state >= TcpStates.IGNORE || (!fresh && !tcpLoose) ? -1 : state;
      }
      case 132 -> {
        int state = SctpStates.next(0, segment, SctpStates.NONE);
        yield state == SctpStates.INVALID ? -1 : state;
      }
      case 1 -> {
        int type = destinationPort >>> 8;
        yield type == 8 || type == 13 || type == 15 || type == 17 ? 0 : -1;
      }
      case 58 -> destinationPort >>> 8 == 128 ? 0 : -1;
      default -> 0;
    };
  }

  /** Fills the state and the time of a fresh row. */
  void begin(int handle, int protocol, int state, Segment segment, long now) {
    boolean pickedUp = segment == Segment.TCP_ACK || segment == Segment.TCP_OUT_OF_WINDOW;
    int meta = Meta.withState(pickedUp ? protocol | Meta.PICKED_UP : protocol, state);
    Timeout timeout = pickedUp ? Timeout.TCP_UNACKNOWLEDGED : firstTimeout(protocol, state);
    table.state(
        handle,
        FlowTable.stateOf(
            Meta.withLast(meta, TcpStates.segment(segment), 0), expiry.after(now, timeout)));
    if (protocol == 17) {
      table.streamTime(handle, (int) (now + UDP_STREAM_AFTER_MS));
    }
  }

  private static Timeout firstTimeout(int protocol, int state) {
    return switch (protocol) {
      case 6 -> TcpStates.timeout(state);
      case 17 -> Timeout.UDP;
      case 132 -> SctpStates.timeout(state);
      case 1 -> Timeout.ICMP;
      case 58 -> Timeout.ICMPV6;
      default -> Timeout.GENERIC;
    };
  }

  /** Whether a SYN of the caller, on a connection that is over, begins a new one. */
  static boolean reopens(int direction, long entryState) {
    int meta = FlowTable.meta(entryState);
    int state = Meta.state(meta);
    if (Meta.protocol(meta) != 6 || state < TcpStates.TIME_WAIT || state > TcpStates.CLOSE) {
      return false;
    }
    int next = TcpStates.next(direction, TcpStates.SYN, state);
    boolean resetByServer = (meta & Meta.LAST_DIRECTION) != 0 && Meta.last(meta) == TcpStates.RST;
    return next == TcpStates.SYN_SENT && ((meta & Meta.CLOSE_BEGUN) != 0 || resetByServer);
  }

  /**
   * Whether an ACK of this direction only renews: the tables of states would leave all as it is.
   */
  static boolean isSettled(int direction, long entryState) {
    int settled = SETTLED | (direction * Meta.LAST_DIRECTION);
    return (FlowTable.meta(entryState) & SETTLED_PARTS) == settled;
  }

  /** Moves a connection on; false if the packet is INVALID. */
  boolean move(int handle, long state, Segment segment, long now) {
    int meta = FlowTable.meta(state);
    int expires = (int) state;
    return switch (Meta.protocol(meta)) {
      case 6 -> moveTcp(handle, meta, expires, segment, now);
      case 17 -> moveUdp(handle, meta, expires, now);
      case 132 -> moveSctp(handle, meta, expires, segment, now);
      default -> {
        Timeout timeout = firstTimeout(Meta.protocol(meta), 0);
        expiry.renew(handle, seen(handle, meta), expires, now, timeout);
        yield true;
      }
    };
  }

  /** With this packet, an answer was seen if it is one. */
  private static int seen(int handle, int meta) {
    return meta | FlowTable.direction(handle) * Meta.SEEN_REPLY;
  }

  private boolean moveUdp(int handle, int meta, int expires, long now) {
    boolean stream = (meta & Meta.SEEN_REPLY) != 0 && (int) now - table.streamTime(handle) > 0;
    int next = stream ? meta | Meta.ASSURED : meta;
    expiry.renew(
        handle, seen(handle, next), expires, now, stream ? Timeout.UDP_STREAM : Timeout.UDP);
    return true;
  }

  private boolean moveSctp(int handle, int before, int expires, Segment segment, long now) {
    int meta = before;
    int direction = FlowTable.direction(handle);
    int old = Meta.state(meta);
    int next = SctpStates.next(direction, segment, old);
    if (next == SctpStates.INVALID) {
      return false;
    }
    if (old == SctpStates.COOKIE_ECHOED && next == SctpStates.ESTABLISHED && direction == 1) {
      meta |= Meta.ASSURED;
    }
    meta = Meta.withState(meta, next);
    expiry.renew(handle, seen(handle, meta), expires, now, SctpStates.timeout(next));
    return true;
  }

  private boolean moveTcp(int handle, int before, int expires, Segment segment, long now) {
    int meta = before;
    if (segment == Segment.TCP_OUT_OF_WINDOW) {
      if (tcpLiberal) {
        table.meta(handle, seen(handle, meta));
      }
      return tcpLiberal;
    }
    int direction = FlowTable.direction(handle);
    int code = TcpStates.segment(segment);
    int old = Meta.state(meta);
    int next = TcpStates.next(direction, code, old);
    if (next == TcpStates.INVALID) {
      return false;
    }
    if (next == TcpStates.IGNORE
        && old >= TcpStates.TIME_WAIT
        && answersIgnoredSyn(meta, code, direction)) {
      // The SYN that was let through on a dead connection was accepted: it lives again.
      old = TcpStates.SYN_SENT;
      next = TcpStates.SYN_RECV;
      meta &= ~(Meta.ASSURED | Meta.CLOSE_BEGUN);
    }
    meta = Meta.withLast(meta, code, direction);
    if (next == TcpStates.IGNORE || (next == TcpStates.SYN_SENT && old >= TcpStates.TIME_WAIT)) {
      table.meta(handle, seen(handle, meta));
      return true;
    }
    if (next == TcpStates.FIN_WAIT) {
      meta |= Meta.CLOSE_BEGUN;
    }
    meta = Meta.withState(meta, next);
    boolean unacknowledged = (meta & Meta.PICKED_UP) != 0 && direction == 0;
    if (direction == 1) {
      meta &= ~Meta.PICKED_UP;
    }
    if ((meta & Meta.SEEN_REPLY) == 0) {
      if (code == TcpStates.RST) {
        die(handle, seen(handle, meta));
        return true;
      }
      if (code == TcpStates.SYN && old == TcpStates.SYN_SENT) {
        // A repeated SYN does not renew the timeout; else a caller could keep an entry for ever.
        table.meta(handle, seen(handle, meta));
        return true;
      }
    } else if ((old == TcpStates.SYN_RECV || old == TcpStates.ESTABLISHED)
        && next == TcpStates.ESTABLISHED) {
      meta |= Meta.ASSURED;
    }
    Timeout timeout = code == TcpStates.RST
        ? Timeout.TCP_CLOSE
        : unacknowledged && next == TcpStates.ESTABLISHED
            ? Timeout.TCP_UNACKNOWLEDGED
            : TcpStates.timeout(next);
    expiry.renew(handle, seen(handle, meta), expires, now, timeout);
    return true;
  }

  /**
   * Moves a connection on by the FIN of its caller, that of its server, and the last ACK, in one
   * step; false if it is not simply open, so that they have to come one by one.
   */
  boolean finish(int handle, long state, long now) {
    int meta = FlowTable.meta(state);
    if ((meta & OPEN_PARTS) != OPEN) {
      return false;
    }
    int finished = Meta.withState(meta | Meta.CLOSE_BEGUN, TcpStates.TIME_WAIT);
    expiry.renew(
        handle,
        Meta.withLast(finished, TcpStates.ACK, 0),
        (int) state,
        now,
        TcpStates.timeout(TcpStates.TIME_WAIT));
    return true;
  }

  private static boolean answersIgnoredSyn(int meta, int code, int direction) {
    return code == TcpStates.SYN_ACK
        && Meta.last(meta) == TcpStates.SYN
        && ((meta & Meta.LAST_DIRECTION) != 0) != (direction == 1);
  }

  /**
   * An answer that is only a RST: the connection never was. Nobody finds it any more, but this
   * packet is still to be translated by it.
   */
  private void die(int handle, int meta) {
    if ((meta & Meta.CONFIRMED) != 0) {
      table.unlink(handle);
      table.meta(handle, (meta & ~Meta.CONFIRMED) | Meta.DYING);
    } else {
      table.meta(handle, meta);
    }
  }
}
