package dev.hairpin.benchmarks;

import java.util.SplittableRandom;

/** Calls to Services drawn evenly, in an order that no cache foresees: 1 MiB of them. */
final class FlowRing {
  static final int SIZE = 1 << 16;
  static final int MASK = SIZE - 1;

  final int[] service = new int[SIZE];
  final int[] source = new int[SIZE];
  final int[] destination = new int[SIZE];
  final int[] ports = new int[SIZE];

  FlowRing(int services, ServiceKind kind) {
    SplittableRandom random = new SplittableRandom(42);
    for (int i = 0; i < SIZE; i++) {
      int to = random.nextInt(services);
      service[i] = to;
      source[i] = ServiceRules.caller(random.nextInt(256), to, kind);
      destination[i] = ServiceRules.address(to, kind);
      ports[i] = ((30_000 + random.nextInt(30_000)) << 16) | ServiceRules.PORT;
    }
  }
}
