package dev.hairpin.path.fast;

import dev.hairpin.path.conntrack.PacketBatch;
import dev.hairpin.path.conntrack.Tuple;

/**
 * The connections that go through the stages together, as one lane knows them: those that are at
 * its places, or ended there. Not thread-safe.
 */
final class Round {

  /*
   * A connection is one cache line: a lane takes connections in the order of places, so that arrays
   * by field would cost it a dozen lines a connection. Each lane has lines for all connections of
   * the round, and the line's words go from lane to lane with the connection (Handover).
   *
   *   DRAW      its random number
   *   PACKET    source << 32 | destination of the packet on its way: to the server, then back
   *   PORTS     source and destination port of that packet << 32 | HOPS so far << 16
   *             | ENTERED (came to a node yet)
   *   STREAM    protocol << 32 | number of the stream
   *   HOME      number of the load balancer's choices << 32 | place of the client + 1
   *   STEERED   where a load balancer that keeps the client's address has sent it: address << 32
   *             | port; port 0: none
   *   ANSWER    source << 32 | destination of the answer that the client waits for
   *   END       ports of that answer << 32 | who answered + 1
   *
   * Word FIRST begins connection 0: behind an array's header that is a line's boundary.
   */
  static final int DRAW = 0;
  static final int PACKET = 1;
  static final int PORTS = 2;
  static final int STREAM = 3;
  static final int HOME = 4;
  static final int STEERED = 5;
  static final int ANSWER = 6;
  static final int END = 7;
  private static final int FIRST = 6;
  static final int WORDS = 8;
  private static final int HOPS_SHIFT = 16;
  private static final int ENTERED = 1;
  private static final long LOW = 0xffff_ffffL;

  /** How many places a connection may pass on its way. */
  static final int HOPS = 4;

  private static final int FIRST_PORT = 32_768;

  /** How many ports a client uses: the kernel's ip_local_port_range, 32768 to 60999. */
  static final int CLIENT_PORTS = 28_232;

  private final long[] words;

  /** Number of the first connection of the round, and how many there are. */
  long first;

  int size;

  Round(int capacity) {
    words = new long[FIRST + capacity * WORDS];
  }

  private static int at(int i) {
    return FIRST + i * WORDS;
  }

  /** The client's port: with his number it is the connection's own for as long as ports last. */
  static int clientPort(long number, int clients) {
    return FIRST_PORT + (int) (number / clients % CLIENT_PORTS);
  }

  /** A connection begins, with the packet that its client sends. */
  void begin(int i, long draw, int source, int destination, int ports, int protocol, int stream) {
    int at = at(i);
    words[at + DRAW] = draw;
    words[at + PACKET] = pair(source, destination);
    words[at + PORTS] = pair(ports, 0);
    words[at + STREAM] = pair(protocol, stream);
    words[at + STEERED] = 0;
    words[at + ANSWER] = pair(destination, source);
    words[at + END] = pair(Integer.rotateLeft(ports, 16), 0);
  }

  /** Where its client is, or -1, and which choices the load balancer that it dials has. */
  void comesFrom(int i, int home, int choices) {
    words[at(i) + HOME] = pair(choices, home + 1);
  }

  private static long pair(int upper, int lower) {
    return ((long) upper << 32) | (lower & LOW);
  }

  long draw(int i) {
    return words[at(i) + DRAW];
  }

  // ---- the packet

  /** Source and destination of the packet on its way, source in the upper half. */
  long addresses(int i) {
    return words[at(i) + PACKET];
  }

  int source(int i) {
    return (int) (words[at(i) + PACKET] >>> 32);
  }

  int destination(int i) {
    return (int) words[at(i) + PACKET];
  }

  /** Source port * 65536 + destination port. */
  int ports(int i) {
    return (int) (words[at(i) + PORTS] >>> 32);
  }

  void packet(int i, long addresses, int ports) {
    int at = at(i);
    words[at + PACKET] = addresses;
    words[at + PORTS] = ((long) ports << 32) | (words[at + PORTS] & LOW);
  }

  /** The packet becomes the one whose answer has this tuple. */
  void packetAnsweredBy(int i, Tuple answer) {
    packet(
        i,
        (answer.destinationLow << 32) | answer.sourceLow,
        (answer.destinationPort << 16) | answer.sourcePort);
  }

  /** Puts the packet into a batch. */
  void fill(PacketBatch batch, int k, int i) {
    batch.addresses[k] = addresses(i);
    batch.ports[k] = ((long) protocol(i) << 32) | (ports(i) & LOW);
  }

  // ---- the way

  int hops(int i) {
    return (int) words[at(i) + PORTS] >>> HOPS_SHIFT;
  }

  /** Counts a hop; false if there were too many. */
  boolean hop(int i) {
    words[at(i) + PORTS] += 1 << HOPS_SHIFT;
    return hops(i) < HOPS;
  }

  /** Notes that it came to a node; true the first time. */
  boolean enters(int i) {
    long before = words[at(i) + PORTS];
    words[at(i) + PORTS] = before | ENTERED;
    return (before & ENTERED) == 0;
  }

  int stream(int i) {
    return (int) words[at(i) + STREAM];
  }

  int protocol(int i) {
    return (int) (words[at(i) + STREAM] >>> 32);
  }

  /** The place of its client, or -1. */
  int home(int i) {
    return (int) words[at(i) + HOME] - 1;
  }

  int choices(int i) {
    return (int) (words[at(i) + HOME] >>> 32);
  }

  int client(int i) {
    return (int) words[at(i) + ANSWER];
  }

  // ---- load balancers that keep the client's address

  void steer(int i, int address, int port) {
    words[at(i) + STEERED] = pair(address, port);
  }

  boolean isSteered(int i) {
    return (int) words[at(i) + STEERED] != 0;
  }

  /** The network hands what comes from a target to the load balancer, which rewrites it. */
  void steerBack(int i) {
    long steered = words[at(i) + STEERED];
    int ports = ports(i);
    if (source(i) == (int) (steered >>> 32) && ports >>> 16 == (int) steered) {
      long source = words[at(i) + ANSWER] & ~LOW;
      int port = (int) (words[at(i) + END] >>> 48) << 16;
      packet(i, source | (words[at(i) + PACKET] & LOW), port | (ports & 0xffff));
    }
  }

  // ---- ends

  /** Somebody answers: from here on the packet is the answer. */
  void answer(int i, int endpoint) {
    int at = at(i);
    words[at + END] = (words[at + END] & ~LOW) | (endpoint + 1);
    packet(i, Long.rotateLeft(words[at + PACKET], 32), Integer.rotateLeft(ports(i), 16));
  }

  /** Who answered, or -1. */
  int endpoint(int i) {
    return (int) words[at(i) + END] - 1;
  }

  /** Whether the packet is the answer that the client waits for. */
  boolean isForClient(int i) {
    int at = at(i);
    return words[at + PACKET] == words[at + ANSWER] && ports(i) == (int) (words[at + END] >>> 32);
  }

  // ---- from lane to lane

  /** Writes the line of a connection elsewhere, all but its draw. */
  void write(int i, long[] to, int at) {
    int from = at(i);
    to[at + PACKET] = words[from + PACKET];
    to[at + PORTS] = words[from + PORTS];
    to[at + STREAM] = words[from + STREAM];
    to[at + HOME] = words[from + HOME];
    to[at + STEERED] = words[from + STEERED];
    to[at + ANSWER] = words[from + ANSWER];
    to[at + END] = words[from + END];
  }

  /** Reads what was written by {@link #write}, and its draw. */
  void read(int i, long draw, long[] from, int at) {
    int to = at(i);
    words[to + DRAW] = draw;
    words[to + PACKET] = from[at + PACKET];
    words[to + PORTS] = from[at + PORTS];
    words[to + STREAM] = from[at + STREAM];
    words[to + HOME] = from[at + HOME];
    words[to + STEERED] = from[at + STEERED];
    words[to + ANSWER] = from[at + ANSWER];
    words[to + END] = from[at + END];
  }
}
