package dev.hairpin.dns.resolver;

import dev.hairpin.dns.message.Question;
import dev.hairpin.net.Protocol;
import dev.hairpin.net.SocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.OptionalInt;
import java.util.PriorityQueue;
import org.jspecify.annotations.Nullable;

/**
 * The sockets and the clock of one lookup: the part of the kernel that a resolver library uses.
 *
 * <p>The clock moves only when the library waits, to the next arrival or to the end of its
 * patience. All times are nanoseconds since the lookup began.
 */
final class Wire {
  static final long SECOND = 1_000_000_000L;
  static final long MILLISECOND = 1_000_000L;

  private final NameServers servers;
  private final Ports ports;
  private final List<Exchange> exchanges = new ArrayList<>();
  private long now;
  private long arrivals;

  Wire(NameServers servers, Ports ports) {
    this.servers = servers;
    this.ports = ports;
  }

  /** Something that came out of a socket. */
  record Event(long at, long number, Query query, Arrival arrival) {
    /** The message, or null if the server's host refused the packet. */
    @Nullable
    Reply reply() {
      return arrival instanceof Arrival.Answered answered ? Reply.of(answered.message()) : null;
    }
  }

  /** A socket, bound to a port of its own. What arrives after it was closed is lost. */
  static final class Socket {
    private final Protocol protocol;
    private final int port;
    private final PriorityQueue<Event> inbox =
        new PriorityQueue<>(Comparator.comparingLong(Event::at).thenComparingLong(Event::number));

    private Socket(Protocol protocol, int port) {
      this.protocol = protocol;
      this.port = port;
    }

    int port() {
      return port;
    }
  }

  /** What a library puts into every question of a lookup. */
  record Header(OptionalInt ednsSize, boolean authenticData) {
    static final Header PLAIN = new Header(OptionalInt.empty(), false);
  }

  long now() {
    return now;
  }

  Duration elapsed() {
    return Duration.ofNanos(now);
  }

  List<Exchange> exchanges() {
    return exchanges;
  }

  Socket open(Protocol protocol) {
    return new Socket(protocol, ports.next());
  }

  void send(
      Socket socket, SocketAddress server, String name, AddressType type, int id, Header header) {
    send(socket, server, Question.of(name, type.recordType()), id, header, false);
  }

  void send(
      Socket socket,
      SocketAddress server,
      Question question,
      int id,
      Header header,
      boolean sameSegment) {
    Query query = new Query(
        elapsed(),
        question,
        server,
        socket.protocol,
        socket.port,
        id,
        header.ednsSize(),
        header.authenticData(),
        sameSegment);
    List<Arrival> sorted = servers.send(query).stream()
        .sorted(Comparator.comparing(Arrival::after))
        .toList();
    exchanges.add(new Exchange(query, sorted));
    for (Arrival arrival : sorted) {
      socket.inbox.add(new Event(now + arrival.after().toNanos(), arrivals++, query, arrival));
    }
  }

  /** Lets time go by. */
  void pass(long duration) {
    now += duration;
  }

  /** When the next thing arrives at a socket, or {@code Long.MAX_VALUE} if nothing will. */
  static long nextArrival(Socket socket) {
    Event next = socket.inbox.peek();
    return next == null ? Long.MAX_VALUE : next.at();
  }

  /** Waits for the next thing to arrive at a socket, at the longest until a time. */
  @Nullable
  Event await(Socket socket, long deadline) {
    Event next = socket.inbox.peek();
    if (next == null || next.at() > deadline) {
      now = Math.max(now, deadline);
      return null;
    }
    socket.inbox.remove();
    now = Math.max(now, next.at());
    return next;
  }

  /** Source ports: one after another from Linux's ephemeral range, 32768 to 60999. */
  static final class Ports {
    private static final int FIRST = 32_768;
    private static final int LAST = 60_999;
    private int next = FIRST;

    int next() {
      int port = next;
      next = port == LAST ? FIRST : port + 1;
      return port;
    }
  }

  /** Message identifiers: one after another; a real library draws them at random. */
  static final class Ids {
    private int next = 1;

    int next() {
      int id = next;
      next = (id + 1) & 0xffff;
      return id;
    }
  }
}
