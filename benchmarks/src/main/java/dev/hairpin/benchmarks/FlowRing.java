package dev.hairpin.benchmarks;

import java.util.SplittableRandom;

/**
 * Calls to Services drawn evenly, in an order that no cache foresees. Up to 32,768 Services a ring
 * of 256 KiB, a quarter of the second-level cache of the machine of the figures: tables and
 * endpoints are to be what fills it, not the questions. Beyond, as many calls as Services.
 */
final class FlowRing {
  private static final int LEAST = 1 << 15;

  /** One less than the number of calls, a power of two. */
  final int mask;

  final int[] source;
  final int[] destination;

  FlowRing(int services, ServiceKind kind) {
    int size = Math.max(LEAST, Integer.highestOneBit(2 * services - 1));
    mask = size - 1;
    source = new int[size];
    destination = new int[size];
    SplittableRandom random = new SplittableRandom(42);
    for (int i = 0; i < size; i++) {
      int to = random.nextInt(services);
      source[i] = ServiceRules.caller(random.nextInt(256), to, kind);
      destination[i] = ServiceRules.address(to, kind);
    }
  }

  /** Source port * 65536 + destination port of a flow. */
  static int ports(int flow) {
    return ((30_000 + (flow & 0x3fff)) << 16) | ServiceRules.PORT;
  }
}
