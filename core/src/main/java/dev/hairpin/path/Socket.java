package dev.hairpin.path;

import dev.hairpin.net.FiveTuple;
import dev.hairpin.path.trace.IcmpMessage;
import org.jspecify.annotations.Nullable;

/** An end of a connection on a host: a caller's, or one that a listener accepted. */
final class Socket {

  enum State {
    /** SYN or INIT was sent. */
    OPENING,
    /** SYN was answered; the handshake's end is awaited. */
    ACCEPTING,
    OPEN,
    /** This side sent FIN. */
    CLOSING,
    /** The other side sent FIN. */
    PEER_CLOSED,
    CLOSED
  }

  final Host host;

  /** Own end as source, other end as destination. */
  final FiveTuple ends;

  final @Nullable Listener listener;
  State state;

  @Nullable
  String errno;

  @Nullable
  IcmpMessage icmp;

  @Nullable
  Served received;

  Socket(Host host, FiveTuple ends, @Nullable Listener listener, State state) {
    this.host = host;
    this.ends = ends;
    this.listener = listener;
    this.state = state;
  }

  Socket copy(Host to) {
    Socket copy = new Socket(to, ends, listener, state);
    copy.errno = errno;
    copy.icmp = icmp;
    copy.received = received;
    return copy;
  }

  boolean isCaller() {
    return listener == null;
  }
}
