package dev.hairpin.path.fast;

/**
 * The connections that go through the stages together.
 *
 * <p>Several threads write to it, each to the connections that are at a place of its own, with a
 * barrier between the stages.
 */
final class Round {

  /*
   * A connection is one cache line, which nobody but the lane at whose place it is writes: lanes
   * take connections in the order of places, so that arrays by field would cost each of them a
   * dozen lines a connection, and lines that two threads write at the same time.
   *
   *   DRAW      its random number
   *   PACKET    source << 32 | destination of the packet on its way: to the server, then back
   *   PORTS     source and destination port of that packet << 32 | HOPS so far << 16
   *             | ENTERED (came to a node yet) << 8 | what it is doing
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
  private static final int WORDS = 8;
  private static final int HOPS_SHIFT = 16;
  private static final int ENTERED = 1 << 8;
  private static final int DOING = 0xff;
  private static final long LOW = 0xffff_ffffL;

  /* What a connection is doing; fates follow. */
  private static final int UNDER_WAY = 0;
  private static final int FIRST_FATE = 1;

  /** How many places a connection may pass on its way. */
  static final int HOPS = 4;

  private static final int FIRST_PORT = 32_768;

  /** How many ports a client uses: the kernel's ip_local_port_range, 32768 to 60999. */
  static final int CLIENT_PORTS = 28_232;

  private static final Fate[] FATES = Fate.values();

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
    words[at + PORTS] = pair(ports, UNDER_WAY);
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

  void end(int i, Fate fate) {
    words[at(i) + PORTS] |= FIRST_FATE + fate.number();
  }

  /** What became of a connection that has come to its end. */
  Fate fate(int i) {
    return FATES[((int) words[at(i) + PORTS] & DOING) - FIRST_FATE];
  }
}
