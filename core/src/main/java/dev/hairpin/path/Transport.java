package dev.hairpin.path;

import dev.hairpin.net.FiveTuple;
import dev.hairpin.net.IpAddress;
import dev.hairpin.net.Protocol;
import dev.hairpin.net.SocketAddress;
import dev.hairpin.path.Socket.State;
import dev.hairpin.path.trace.HostKind;
import dev.hairpin.path.trace.IcmpMessage;
import dev.hairpin.path.trace.Reason;
import dev.hairpin.path.trace.Step;
import java.time.Duration;
import java.util.Objects;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** The ends of conversations: TCP, UDP, SCTP and ICMP as the hosts speak them. */
final class Transport {
  private static final long[] SYN_RETRY_SECONDS = {1, 3, 7, 15, 31, 63, 127};
  private static final Duration DELAYED_ACK = Duration.ofMillis(40);
  private static final int PORT_UNREACHABLE = 3;
  private static final int REQUEST_LENGTH = 6;
  private static final int ECHO_REQUEST = 8 << 8;
  private static final int ECHO_REQUEST_V6 = 128 << 8;

  private final Network network;
  private @Nullable Socket pinging;
  private int nextEcho = 1;

  Transport(Network network) {
    this.network = network;
  }

  // ---- calling

  Attempt call(Call call) {
    Host host = call.from();
    SocketAddress to = call.to();
    Journey journey = new Journey(call.traced());
    IpAddress wish = call.bind();
    network.demand(to.address());
    Route route = host.lookup(to.address());
    IpAddress source = wish != null
        ? wish
        : route == null ? null : Forwarding.sourceFor(host, route, to.address());
    String error = source == null ? "ENETUNREACH" : Forwarding.outputError(host, route, source);
    int port = call.sourcePort();
    if (error == null && port == 0 && call.protocol().hasPorts()) {
      port = host.ephemeralPort(call.protocol(), Objects.requireNonNull(source), to);
      error = port < 0 ? "EADDRNOTAVAIL" : null;
    }
    if (error != null || route == null || source == null) {
      return Attempt.refusedAtHome(call, error == null ? "ENETUNREACH" : error);
    }
    FiveTuple ends = new FiveTuple(call.protocol(), new SocketAddress(source, port), to);
    Socket socket = new Socket(host, ends, null, State.OPENING);
    host.sockets.put(ends, socket);
    PacketKind first = switch (call.protocol()) {
      case TCP -> PacketKind.SYN;
      case SCTP -> PacketKind.SCTP_INIT;
      case UDP -> PacketKind.DATAGRAM;
      default -> throw new IllegalArgumentException(call.protocol() + " has no callers");
    };
    if (call.protocol() == Protocol.UDP) {
      socket.state = State.OPEN;
    }
    BooleanSupplier done = () -> socket.errno != null
        || socket.received != null
        || (call.protocol() != Protocol.UDP && socket.state == State.OPEN);
    Journey told = open(socket, first, journey, call.patience(), done);
    if (socket.errno != null || !done.getAsBoolean()) {
      host.sockets.remove(ends, socket);
    }
    return new Attempt(network, call, socket, journey, told);
  }

  /** Sends the first packet, again and again for TCP and SCTP; the journey that had an answer. */
  private Journey open(
      Socket socket, PacketKind first, Journey journey, Duration patience, BooleanSupplier done) {
    boolean datagram = first == PacketKind.DATAGRAM;
    int payload = datagram ? REQUEST_LENGTH : 0;
    Journey current = journey;
    long waited = 0;
    long patienceMs = patience.toMillis();
    for (int retry = 0; ; retry++) {
      Route route = socket.host.lookup(socket.ends.destination().address());
      String error = route == null
          ? "ENETUNREACH"
          : network
              .forwarding()
              .output(
                  socket.host, new Packet(first, socket.ends, null, null, payload, current), route);
      network.settle();
      if (datagram && error != null) {
        socket.errno = error;
      }
      long next =
          retry < SYN_RETRY_SECONDS.length ? SYN_RETRY_SECONDS[retry] * 1000 : Long.MAX_VALUE;
      long until = Math.min(patienceMs, datagram ? patienceMs : next);
      waited = await(waited, until, done);
      if (done.getAsBoolean() || waited >= patienceMs) {
        return current;
      }
      if (retry == SYN_RETRY_SECONDS.length - 1) {
        socket.errno = "ETIMEDOUT";
        return current;
      }
      current = new Journey(false);
    }
  }

  /** Lets time pass second by second until something is done or the time is over. */
  private long await(long from, long until, BooleanSupplier done) {
    long waited = from;
    while (!done.getAsBoolean() && waited < until) {
      long slice = Math.min(1000, until - waited);
      network.clock().advance(Duration.ofMillis(slice));
      network.settle();
      waited += slice;
    }
    return waited;
  }

  /** Sends a request on an open connection and waits for the answer. */
  Exchange exchange(Socket socket, Duration patience) {
    socket.received = null;
    if (socket.errno != null) {
      String error = socket.errno;
      socket.errno = null;
      return new Exchange(null, error, false);
    }
    boolean datagram = socket.ends.protocol() == Protocol.UDP;
    if (datagram) {
      // A datagram's socket stays open after a question that nobody answered.
      socket.host.sockets.putIfAbsent(socket.ends, socket);
    }
    PacketKind kind = datagram ? PacketKind.DATAGRAM : data(socket);
    Route route = socket.host.lookup(socket.ends.destination().address());
    String error = route == null
        ? "ENETUNREACH"
        : network
            .forwarding()
            .output(
                socket.host,
                new Packet(kind, socket.ends, null, null, REQUEST_LENGTH, Journey.untold()),
                route);
    network.settle();
    if (datagram && error != null) {
      return new Exchange(null, error, false);
    }
    BooleanSupplier done =
        () -> socket.received != null || socket.errno != null || socket.state == State.PEER_CLOSED;
    await(0, patience.toMillis(), done);
    boolean closed = socket.state == State.PEER_CLOSED;
    Exchange result = new Exchange(socket.received, closed ? null : socket.errno, closed);
    socket.errno = null;
    return result;
  }

  void close(Socket socket, boolean abort) {
    boolean tcp = socket.ends.protocol() == Protocol.TCP;
    boolean stream = tcp || socket.ends.protocol() == Protocol.SCTP;
    if (stream && socket.state == State.OPEN) {
      PacketKind kind;
      if (abort) {
        socket.host.sockets.remove(socket.ends, socket);
        kind = tcp ? PacketKind.RST : PacketKind.SCTP_ABORT;
      } else {
        socket.state = State.CLOSING;
        kind = tcp ? PacketKind.FIN : PacketKind.SCTP_SHUTDOWN;
      }
      send(socket.host, kind, socket.ends, null, 0, Journey.untold());
      network.settle();
    }
    socket.state = State.CLOSED;
    socket.host.sockets.remove(socket.ends, socket);
  }

  Attempt ping(Call call) {
    Host host = call.from();
    SocketAddress to = call.to();
    Journey journey = new Journey(call.traced());
    network.demand(to.address());
    Route route = host.lookup(to.address());
    IpAddress wish = call.bind();
    IpAddress source = wish != null
        ? wish
        : route == null ? null : Forwarding.sourceFor(host, route, to.address());
    String error = source == null ? "ENETUNREACH" : Forwarding.outputError(host, route, source);
    if (error != null || route == null || source == null) {
      return Attempt.refusedAtHome(call, error == null ? "ENETUNREACH" : error);
    }
    boolean v4 = to.address().isV4();
    int id = nextEcho;
    nextEcho = nextEcho % 65_535 + 1;
    FiveTuple ends = new FiveTuple(
        v4 ? Protocol.ICMP : Protocol.ICMPV6,
        new SocketAddress(source, id),
        new SocketAddress(to.address(), v4 ? ECHO_REQUEST : ECHO_REQUEST_V6));
    Socket socket = new Socket(host, ends, null, State.OPENING);
    pinging = socket;
    String sent = network
        .forwarding()
        .output(host, new Packet(PacketKind.ECHO, ends, null, null, 8, journey), route);
    network.settle();
    socket.errno = sent;
    BooleanSupplier done =
        () -> socket.errno != null || socket.received != null || socket.icmp != null;
    await(0, call.patience().toMillis(), done);
    pinging = null;
    return new Attempt(network, call, socket, journey, journey);
  }

  // ---- answering

  /** A packet has come to its host. */
  void deliver(Passage p) {
    Packet packet = p.packet;
    switch (packet.kind()) {
      case DATAGRAM -> datagram(p);
      case ECHO -> echo(p);
      case ECHO_REPLY -> echoReply(p);
      case ICMP_ERROR -> icmpError(p);
      default -> segment(p);
    }
    packet.journey.flush(packet);
  }

  private void segment(Passage p) {
    Host host = p.host;
    Packet packet = p.packet;
    FiveTuple own = packet.tuple().reversed();
    Socket socket = host.sockets.get(own);
    PacketKind kind = packet.kind();
    if (kind == PacketKind.RST || kind == PacketKind.SCTP_ABORT) {
      reset(p, socket);
      return;
    }
    boolean opens = kind == PacketKind.SYN || kind == PacketKind.SCTP_INIT;
    if (opens && (socket == null || !socket.isCaller())) {
      accept(p, own);
      return;
    }
    if (socket == null) {
      stray(p);
      return;
    }
    switch (kind) {
      case SYN_ACK -> {
        if (socket.isCaller() && socket.state == State.OPENING) {
          socket.state = State.OPEN;
          arrived(p, socket);
          answer(p, PacketKind.ACK, null);
        }
      }
      case ACK -> opened(p, socket);
      case DATA -> data(p, socket);
      case FIN -> finished(p, socket);
      case SCTP_INIT_ACK -> answer(p, PacketKind.SCTP_COOKIE_ECHO, null);
      case SCTP_COOKIE_ECHO -> {
        socket.state = State.OPEN;
        answer(p, PacketKind.SCTP_COOKIE_ACK, null);
      }
      case SCTP_COOKIE_ACK -> {
        socket.state = State.OPEN;
        arrived(p, socket);
      }
      case SCTP_DATA -> data(p, socket);
      case SCTP_SHUTDOWN -> {
        socket.state = State.PEER_CLOSED;
        answer(p, PacketKind.SCTP_SHUTDOWN_ACK, null);
      }
      case SCTP_SHUTDOWN_ACK -> {
        ended(p, socket);
        answer(p, PacketKind.SCTP_SHUTDOWN_COMPLETE, null);
      }
      case SCTP_SHUTDOWN_COMPLETE -> ended(p, socket);
      default -> {
        // A segment that changes nothing here.
      }
    }
  }

  private static void arrived(Passage p, Socket socket) {
    p.step(new Step.Delivered(socket.host.label(), socket.ends.source()));
  }

  private void accept(Passage p, FiveTuple own) {
    Packet packet = p.packet;
    Listener listener = p.host.listener(packet.protocol(), own.source());
    boolean tcp = packet.protocol() == Protocol.TCP;
    if (listener == null) {
      answer(p, tcp ? PacketKind.RST : PacketKind.SCTP_ABORT, null);
      packet.journey.end(
          refusedBy(p.host),
          "port " + own.source().port(),
          null,
          tcp ? "RST" : "ABORT",
          true,
          packet);
      return;
    }
    p.host.sockets.put(own, new Socket(p.host, own, listener, State.ACCEPTING));
    reached(p, listener, own);
    answer(p, tcp ? PacketKind.SYN_ACK : PacketKind.SCTP_INIT_ACK, null);
  }

  private static Reason refusedBy(Host host) {
    return host.kind() == HostKind.POD
        ? Reason.CONNECTION_REFUSED_BY_POD
        : Reason.CONNECTION_REFUSED_BY_HOST;
  }

  private static void reached(Passage p, Listener listener, FiveTuple own) {
    p.packet.journey.reached(new Served(listener.process(), own.source(), own.destination()));
    p.step(new Step.Delivered(listener.process(), own.source()));
  }

  /** An answer to nothing that was asked: it did not pass the translation that the request had. */
  private void stray(Passage p) {
    Packet packet = p.packet;
    if (packet.journey.isReply()) {
      packet.journey.end(
          Reason.REPLY_BYPASSED_NAT, "port " + packet.destinationPort(), null, "RST", true, packet);
    }
    if (packet.protocol() == Protocol.TCP) {
      answer(p, PacketKind.RST, null);
    }
  }

  private void opened(Passage p, Socket socket) {
    if (!socket.isCaller() && socket.state == State.ACCEPTING) {
      socket.state = State.OPEN;
      answer(p, PacketKind.DATA, served(socket));
    } else if (socket.state == State.CLOSED) {
      p.host.sockets.remove(socket.ends, socket);
    }
  }

  private static Served served(Socket socket) {
    return new Served(
        Objects.requireNonNull(socket.listener).process(),
        socket.ends.source(),
        socket.ends.destination());
  }

  private void data(Passage p, Socket socket) {
    if (!socket.isCaller()) {
      socket.state = State.OPEN;
      answer(p, data(socket), served(socket));
      return;
    }
    socket.received = p.packet.served;
    if (socket.ends.protocol() == Protocol.TCP) {
      answer(p, PacketKind.ACK, null);
    }
  }

  /** What carries data on a stream. A SACK of SCTP would tell connection tracking nothing new. */
  private static PacketKind data(Socket socket) {
    return socket.ends.protocol() == Protocol.SCTP ? PacketKind.SCTP_DATA : PacketKind.DATA;
  }

  private static void ended(Passage p, Socket socket) {
    p.host.sockets.remove(socket.ends, socket);
    socket.state = State.CLOSED;
  }

  private void finished(Passage p, Socket socket) {
    if (socket.state == State.CLOSING) {
      ended(p, socket);
      answer(p, PacketKind.ACK, null);
    } else if (socket.isCaller()) {
      socket.state = State.PEER_CLOSED;
      network.clock().after(DELAYED_ACK, () -> {
        answer(p, PacketKind.ACK, null);
        network.settle();
      });
    } else {
      // The server closes too; the caller's last ACK is for a connection that ended in order.
      socket.state = State.CLOSED;
      answer(p, PacketKind.FIN, null);
    }
  }

  private void reset(Passage p, @Nullable Socket socket) {
    if (socket == null) {
      return;
    }
    p.host.sockets.remove(socket.ends, socket);
    if (socket.isCaller()) {
      if (socket.state != State.PEER_CLOSED) {
        socket.errno = socket.state == State.OPENING ? "ECONNREFUSED" : "ECONNRESET";
        socket.state = State.CLOSED;
      }
      arrived(p, socket);
    }
  }

  private void datagram(Passage p) {
    Packet packet = p.packet;
    Host host = p.host;
    FiveTuple own = packet.tuple().reversed();
    Socket socket = host.sockets.get(own);
    if (socket != null) {
      socket.received = packet.served;
      arrived(p, socket);
      return;
    }
    Listener listener = host.listener(Protocol.UDP, own.source());
    if (listener != null) {
      reached(p, listener, own);
      Served says = new Served(listener.process(), own.source(), own.destination());
      answer(p, PacketKind.DATAGRAM, says);
      return;
    }
    boolean stray = packet.journey.isReply();
    boolean told = network.forwarding().sendError(p, 3, PORT_UNREACHABLE, true);
    packet.journey.end(
        stray ? Reason.REPLY_BYPASSED_NAT : told ? refusedBy(host) : Reason.ICMP_RATE_LIMITED,
        "port " + packet.destinationPort(),
        null,
        "icmp-port-unreachable",
        told,
        packet);
  }

  private void echo(Passage p) {
    Packet packet = p.packet;
    boolean v4 = packet.protocol() == Protocol.ICMP;
    SocketAddress me = new SocketAddress(packet.destination(), packet.sourcePort());
    SocketAddress peer = new SocketAddress(packet.source(), v4 ? 0 : 129 << 8);
    Served says = new Served(
        p.host.label(),
        new SocketAddress(packet.destination(), 0),
        new SocketAddress(packet.source(), 0));
    packet.journey.reached(says);
    p.step(new Step.Delivered(p.host.label(), says.at()));
    send(
        p.host,
        PacketKind.ECHO_REPLY,
        new FiveTuple(packet.protocol(), me, peer),
        says,
        8,
        packet.journey.reply());
  }

  private void echoReply(Passage p) {
    Socket socket = pinging;
    if (socket != null
        && socket.host == p.host
        && socket.ends.source().port() == p.packet.sourcePort()) {
      Served says = p.packet.served;
      if (says != null) {
        SocketAddress from = new SocketAddress(p.packet.source(), 0);
        socket.received = new Served(says.process(), from, says.seen());
        arrived(p, socket);
      }
    }
  }

  private void icmpError(Passage p) {
    Packet about = p.packet.about;
    if (about == null) {
      return;
    }
    IcmpMessage message =
        new IcmpMessage(p.packet.icmpType(), p.packet.icmpCode(), p.packet.source());
    FiveTuple ends = about.tuple();
    Socket ping = pinging;
    if (ping != null
        && ping.host == p.host
        && ends.protocol() == ping.ends.protocol()
        && ends.source().port() == ping.ends.source().port()) {
      ping.icmp = message;
      arrived(p, ping);
      return;
    }
    Socket socket = p.host.sockets.get(ends);
    if (socket == null || !socket.isCaller()) {
      observe(p.host, ends, message);
      return;
    }
    arrived(p, socket);
    socket.icmp = message;
    boolean opening = socket.state == State.OPENING;
    String error = errno(message, opening);
    if (error != null && (opening || ends.protocol() == Protocol.UDP)) {
      socket.errno = error;
      if (opening) {
        socket.state = State.CLOSED;
      }
    }
  }

  /** A raw socket beside the caller sees errors that the caller's own socket does not take. */
  private static void observe(Host host, FiveTuple ends, IcmpMessage message) {
    for (Socket s : host.sockets.values()) {
      if (s.isCaller()
          && s.ends.protocol() == ends.protocol()
          && s.ends.source().port() == ends.source().port()) {
        s.icmp = message;
      }
    }
  }

  /**
   * The error that a socket reports for an ICMP error; null if it ignores it.
   *
   * <p>Source: Linux {@code icmp_err_convert}. An opening TCP connection takes every error, a
   * connected datagram socket the fatal ones.
   */
  private static @Nullable String errno(IcmpMessage m, boolean opening) {
    if (!m.from().isV4()) {
      return switch (m.type()) {
        case 1 ->
          switch (m.code()) {
            case 0 -> opening ? "ENETUNREACH" : null;
            case 3 -> opening ? "EHOSTUNREACH" : null;
            case 4 -> "ECONNREFUSED";
            default -> "EACCES";
          };
        case 3 -> opening ? "EHOSTUNREACH" : null;
        default -> null;
      };
    }
    if (m.type() == 11) {
      return opening ? "EHOSTUNREACH" : null;
    }
    if (m.type() != 3) {
      return null;
    }
    return switch (m.code()) {
      case 0, 11 -> opening ? "ENETUNREACH" : null;
      case 1, 12 -> opening ? "EHOSTUNREACH" : null;
      case 2 -> "ENOPROTOOPT";
      case 3 -> "ECONNREFUSED";
      case 6, 9 -> "ENETUNREACH";
      case 7 -> "EHOSTDOWN";
      case 8 -> "ENONET";
      case 10, 13, 14, 15 -> "EHOSTUNREACH";
      default -> null;
    };
  }

  // ---- sending

  private void answer(Passage p, PacketKind kind, @Nullable Served says) {
    Packet packet = p.packet;
    send(
        p.host,
        kind,
        packet.tuple().reversed(),
        says,
        says == null ? 0 : says.line().length(),
        packet.journey.reply());
  }

  private void send(
      Host host,
      PacketKind kind,
      FiveTuple ends,
      @Nullable Served says,
      int payload,
      Journey journey) {
    Packet packet = new Packet(kind, ends, null, says, payload, journey);
    Route route = host.lookup(ends.destination().address());
    if (Forwarding.outputError(host, route, ends.source().address()) != null || route == null) {
      journey.at(host.label(), "routing", packet);
      journey.end(Reason.REPLY_LOST, "routing", null, null, false, packet);
      return;
    }
    network.forwarding().output(host, packet, route);
  }
}
