package dev.hairpin.path.fast;

/**
 * The connections that go through the stages together, as a structure of arrays.
 *
 * <p>Several threads write to it, each to the connections that are at a place of its own, with a
 * barrier between the stages.
 */
final class Round {

  /* What a connection is doing; fates follow. */
  static final byte UNDER_WAY = 0;
  static final byte ANSWERING = 1;
  static final byte FIRST_FATE = 2;

  /** How many places a connection may pass on its way. */
  static final int HOPS = 4;

  private static final int FIRST_PORT = 32_768;

  /** How many ports a client uses: the kernel's ip_local_port_range, 32768 to 60999. */
  static final int CLIENT_PORTS = 28_232;

  private static final Fate[] FATES = Fate.values();

  final long[] draw;
  final int[] stream;
  final int[] client;
  final int[] destination;
  final byte[] state;
  final int[] place;
  final int[] hops;
  final int[] endpoint;

  /** The packet on its way: to the server, then back. */
  final int[] from;

  final int[] to;
  final int[] ports;

  /**
   * What a load balancer that keeps the client's address has sent the connection to; port 0: none.
   */
  final int[] steeredTo;

  final int[] steeredPort;

  /** Whether the connection came to a node yet. */
  final boolean[] entered;

  /** Number of the first connection of the round, and how many there are. */
  long first;

  int size;

  Round(int capacity) {
    draw = new long[capacity];
    stream = new int[capacity];
    client = new int[capacity];
    destination = new int[capacity];
    state = new byte[capacity];
    place = new int[capacity];
    hops = new int[capacity];
    endpoint = new int[capacity];
    from = new int[capacity];
    to = new int[capacity];
    ports = new int[capacity];
    steeredTo = new int[capacity];
    steeredPort = new int[capacity];
    entered = new boolean[capacity];
  }

  static byte ended(Fate fate) {
    return (byte) (FIRST_FATE + fate.number());
  }

  Fate fate(int i) {
    return FATES[state[i] - FIRST_FATE];
  }

  /** The client's port: with his number it is the connection's own for as long as ports last. */
  static int clientPort(long number, int clients) {
    return FIRST_PORT + (int) (number / clients % CLIENT_PORTS);
  }
}
