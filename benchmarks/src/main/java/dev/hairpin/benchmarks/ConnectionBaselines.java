package dev.hairpin.benchmarks;

import dev.hairpin.path.fast.Draws;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * What is a decision measured against? The bare memory accesses, the walk of the rules as a kernel
 * makes it, and objects in a hash map.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
@State(Scope.Thread)
public class ConnectionBaselines {
  private static final int BATCH = NewConnection.BATCH;
  private static final int ENDPOINTS = ServiceRules.ENDPOINTS;
  private static final int TCP = 6;
  private static final long SEED = 7;

  /** How many Services there are. */
  @Param({"1000", "10000", "100000"})
  public int services;

  record Key(int address, int port, int protocol) {}

  record Target(int address, int port) {}

  record Backend(List<Target> targets) {}

  private FlowRing ring = new FlowRing(1, ServiceKind.PLAIN);
  private int next;
  private long number;

  /** Key and Service in turn, half full: the table that a decision looks in. */
  private long[] table = {};

  private int[] endpoints = {};

  /** One entry for each rule of KUBE-SERVICES; none of them says anything of sources. */
  private int[] ruleSource = {};

  private int[] ruleSourceMask = {};
  private int[] ruleAddress = {};
  private int[] ruleMask = {};
  private int[] rulePort = {};
  private final long[] dice = new long[ENDPOINTS];
  private final Map<Key, Backend> objects = new HashMap<>();
  private final SplittableRandom random = new SplittableRandom(1);
  private final long[] out = new long[BATCH];

  /** Fills the tables. */
  @Setup
  public void fill() {
    ring = new FlowRing(services, ServiceKind.PLAIN);
    table = new long[4 * services];
    endpoints = new int[ENDPOINTS * services];
    ruleSource = new int[services];
    ruleSourceMask = new int[services];
    ruleAddress = new int[services];
    ruleMask = new int[services];
    rulePort = new int[services];
    for (int i = 0; i < services; i++) {
      int address = ServiceRules.address(i, ServiceKind.PLAIN);
      ruleAddress[i] = address;
      ruleMask[i] = -1;
      rulePort[i] = TCP << 16 | ServiceRules.PORT;
      long key = key(address, ServiceRules.PORT);
      int slot = slot(key);
      while (table[slot] != 0) {
        slot = slot + 2 == table.length ? 0 : slot + 2;
      }
      table[slot] = key;
      table[slot + 1] = i;
      List<Target> targets = new ArrayList<>();
      for (int e = 0; e < ENDPOINTS; e++) {
        endpoints[i * ENDPOINTS + e] = ServiceRules.endpoint(i, e);
        targets.add(new Target(ServiceRules.endpoint(i, e), 8080));
      }
      objects.put(new Key(address, ServiceRules.PORT, TCP), new Backend(targets));
    }
    for (int e = 0; e < ENDPOINTS; e++) {
      dice[e] = (1L << 31) / (ENDPOINTS - e);
    }
  }

  private static long key(int address, int port) {
    return (long) address << 32 | (long) port << 16 | TCP;
  }

  private int slot(long key) {
    long hash = key * 0xd6e8_feb8_9e37_79b9L;
    return (int) (((hash >>> 32) * (table.length >> 1)) >>> 32) << 1;
  }

  private int bare(int address, int port, long draw) {
    long key = key(address, port);
    long[] slots = table;
    int slot = slot(key);
    while (slots[slot] != key) {
      slot = slot + 2 == slots.length ? 0 : slot + 2;
    }
    int service = (int) slots[slot + 1];
    int chosen = (int) (((draw >>> 32) * ENDPOINTS) >>> 32);
    return endpoints[service * ENDPOINTS + chosen];
  }

  /** The floor: one look-up, one draw, and the load of the endpoint that depends on both. */
  @Benchmark
  public int floor() {
    int i = next++ & ring.mask;
    return bare(ring.destination[i], FlowRing.ports(i) & 0xffff, Draws.at(SEED, number++));
  }

  /** The floor in batches. */
  @Benchmark
  @OperationsPerInvocation(BATCH)
  public long[] floorBatch() {
    int first = next & ring.mask;
    next += BATCH;
    for (int i = 0; i < BATCH; i++) {
      int at = first + i;
      out[i] = bare(ring.destination[at], FlowRing.ports(at) & 0xffff, Draws.at(SEED, number++));
    }
    return out;
  }

  /**
   * The rules one after the other, in flat arrays, and a die for each endpoint. A rule is compared
   * as a kernel does it (Linux 6.18, {@code ip_packet_match}): the source under its mask, then the
   * destination under its own, then the rest.
   */
  @Benchmark
  public int ruleWalk() {
    int i = next++ & ring.mask;
    int source = ring.source[i];
    int address = ring.destination[i];
    int port = TCP << 16 | (FlowRing.ports(i) & 0xffff);
    int rule = 0;
    while ((source & ruleSourceMask[rule]) != ruleSource[rule]
        || (address & ruleMask[rule]) != ruleAddress[rule]
        || rulePort[rule] != port) {
      rule++;
    }
    return endpointOf(rule);
  }

  /** The same if a rule were only one address and one port: what no kernel may take for granted. */
  @Benchmark
  public int ruleWalkByAddress() {
    int i = next++ & ring.mask;
    int address = ring.destination[i];
    int port = TCP << 16 | (FlowRing.ports(i) & 0xffff);
    int rule = 0;
    while (ruleAddress[rule] != address || rulePort[rule] != port) {
      rule++;
    }
    return endpointOf(rule);
  }

  private int endpointOf(int service) {
    int chosen = 0;
    while (chosen < ENDPOINTS - 1 && random.nextLong() >>> 33 >= dice[chosen]) {
      chosen++;
    }
    return endpoints[service * ENDPOINTS + chosen];
  }

  /** Records in a hash map, and a list of endpoints. */
  @Benchmark
  public Target hashMap() {
    int i = next++ & ring.mask;
    Backend backend = Objects.requireNonNull(
        objects.get(new Key(ring.destination[i], FlowRing.ports(i) & 0xffff, TCP)));
    List<Target> targets = backend.targets();
    return targets.get(random.nextInt(targets.size()));
  }
}
