package dev.hairpin.benchmarks;

import dev.hairpin.path.conntrack.Tuple;

/**
 * The connections of the conntrack benchmarks, by number: client 10.x.y.z with an ephemeral port to
 * one of 10,000 Services with 10 endpoints each, as arithmetic without memory.
 */
final class Connections {
  static final int SERVICES = 10_000;
  static final int ENDPOINTS = 10;
  static final int TCP = 6;
  private static final int PORTS = 28_232;
  private static final int FIRST_PORT = 32_768;
  private static final int FIRST_VIP = 0x0a60_000a;

  private Connections() {}

  static int client(long number) {
    return 0x0a00_0000 + (int) (number / PORTS);
  }

  static int clientPort(long number) {
    return FIRST_PORT + (int) (number % PORTS);
  }

  static int service(long number) {
    return (int) (mix(number) >>> 33) % SERVICES;
  }

  static int vip(int service) {
    return FIRST_VIP + service;
  }

  static int endpoint(int service, int choice) {
    return 0x0af4_0000 + service * ENDPOINTS + choice;
  }

  static long mix(long z) {
    z = (z ^ z >>> 30) * 0xbf58_476d_1ce4_e5b9L;
    return (z ^ z >>> 27) * 0x94d0_49bb_1331_11ebL;
  }

  /** The caller's tuple of a connection. */
  static Tuple request(long number, Tuple out) {
    out.protocol = TCP;
    out.sourceLow = client(number) & 0xffff_ffffL;
    out.destinationLow = vip(service(number)) & 0xffff_ffffL;
    out.sourcePort = clientPort(number);
    out.destinationPort = 80;
    return out;
  }

  /** Addresses of the caller's tuple in one long. */
  static long addresses(long number) {
    return (long) client(number) << 32 | vip(service(number));
  }

  /** Ports and protocol of the caller's tuple in one long. */
  static long ports(long number) {
    return (long) TCP << 32 | (long) clientPort(number) << 16 | 80;
  }
}
