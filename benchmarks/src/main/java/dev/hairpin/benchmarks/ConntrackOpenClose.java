package dev.hairpin.benchmarks;

import dev.hairpin.net.IpAddress;
import dev.hairpin.path.conntrack.Conntrack;
import dev.hairpin.path.conntrack.NatRange;
import dev.hairpin.path.conntrack.Segment;
import dev.hairpin.path.conntrack.Tuple;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.IntUnaryOperator;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * What does a whole connection cost beside many others: a first packet that nobody knows, a choice
 * among 10,000 Services x 10 endpoints, both directions put in, and one out of all connections
 * found and closed?
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(
    value = 1,
    jvmArgsAppend = {"-Xms6g", "-Xmx6g", "-XX:+UseTransparentHugePages"})
public class ConntrackOpenClose {
  private static final long NOW = 1_700_000_000_000L;

  /** Which connections are live: the numbers in a ring, of which one is replaced each time. */
  @State(Scope.Thread)
  public static class Live {
    /** Live connections. */
    @Param({"65536", "1000000", "10000000"})
    int live;

    private long random = 42;
    int opened;
    private int[] numbers = {};
    private final int[] endpoints = new int[Connections.SERVICES * Connections.ENDPOINTS];
    private final long[] services = new long[1 << 15];

    /** All connections live. */
    @Setup
    public void prepare() {
      numbers = new int[live];
      for (int i = 0; i < live; i++) {
        numbers[i] = i;
      }
      opened = live;
      for (int s = 0; s < Connections.SERVICES; s++) {
        int slot = slot(Connections.vip(s));
        while (services[slot] != 0) {
          slot = slot + 1 & services.length - 1;
        }
        services[slot] = (long) Connections.vip(s) << 32 | s + 1L;
        for (int e = 0; e < Connections.ENDPOINTS; e++) {
          endpoints[s * Connections.ENDPOINTS + e] = Connections.endpoint(s, e);
        }
      }
    }

    private int slot(int vip) {
      return (vip * 0x9e37_79b9) >>> 17;
    }

    long draw() {
      random ^= random << 13;
      random ^= random >>> 7;
      random ^= random << 17;
      return random;
    }

    /** The bare decision: one look-up, one draw, one load. */
    int decide(int vip) {
      int slot = slot(vip);
      while ((int) (services[slot] >>> 32) != vip) {
        slot = slot + 1 & services.length - 1;
      }
      int service = (int) services[slot] - 1;
      int choice = (int) (((draw() >>> 32) * Connections.ENDPOINTS) >>> 32);
      return endpoints[service * Connections.ENDPOINTS + choice];
    }

    /** Replaces a random live connection by the newest; answers the number of the one that goes. */
    int replace() {
      int at = (int) (((draw() >>> 32) * live) >>> 32);
      int old = numbers[at];
      numbers[at] = opened++;
      return old;
    }
  }

  /** The table of this library. */
  @State(Scope.Thread)
  public static class Ours {
    Conntrack table = new Conntrack(0, 0);
    final Tuple tuple = new Tuple();
    final NatRange node = NatRange.to(IpAddress.parse("192.168.10.2"), true);
    private final SplittableRandom random = new SplittableRandom(1);
    final IntUnaryOperator draw = random::nextInt;

    /** Opens all connections. */
    @Setup
    public void prepare(Live live) {
      table = new Conntrack(0, live.live + 1, List.of(IpAddress.parse("192.168.10.2")));
      for (int i = 0; i < live.live; i++) {
        open(i, live, false);
      }
    }

    int open(int number, Live live, boolean masquerade) {
      int handle = table.track(Connections.request(number, tuple), Segment.TCP_SYN, NOW);
      table.translateDestination(
          handle, 0, live.decide((int) tuple.destinationLow) & 0xffff_ffffL, 8080);
      table.translate(handle, true, masquerade ? node : null, draw, NOW);
      table.confirm(handle, NOW);
      return handle;
    }

    void close(int number) {
      table.kill(table.lookup(Connections.request(number, tuple), NOW));
    }
  }

  /** The floor. */
  @State(Scope.Thread)
  public static class Bare {
    BareArena arena = new BareArena(1);

    /** Opens all connections. */
    @Setup
    public void prepare(Live live) {
      arena = new BareArena(live.live + 1);
      for (int i = 0; i < live.live; i++) {
        open(i, live);
      }
    }

    int open(int i, Live live) {
      long addresses = Connections.addresses(i);
      long ports = Connections.ports(i);
      if (arena.find(addresses, ports) >= 0) {
        return -1;
      }
      int endpoint = live.decide((int) addresses);
      return arena.add(
          addresses,
          ports,
          (long) endpoint << 32 | addresses >>> 32,
          6L << 32 | 8080L << 16 | Connections.clientPort(i),
          NOW);
    }

    void close(int i) {
      arena.remove(arena.find(Connections.addresses(i), Connections.ports(i)) >> 1);
    }
  }

  /** The same with a map of objects. */
  @State(Scope.Thread)
  public static class Objects {
    final Map<ConntrackHit.Key, ConntrackHit.Entry> map = new HashMap<>();

    /** Opens all connections. */
    @Setup
    public void prepare(Live live) {
      for (int i = 0; i < live.live; i++) {
        open(i, live);
      }
    }

    int open(int i, Live live) {
      ConntrackHit.Key key = new ConntrackHit.Key(Connections.addresses(i), Connections.ports(i));
      if (map.get(key) != null) {
        return -1;
      }
      long endpoint = live.decide((int) key.addresses());
      ConntrackHit.Key reply = new ConntrackHit.Key(
          endpoint << 32 | key.addresses() >>> 32,
          6L << 32 | 8080L << 16 | Connections.clientPort(i));
      ConntrackHit.Entry entry = new ConntrackHit.Entry(reply, NOW);
      map.put(key, entry);
      map.put(reply, entry);
      return i;
    }

    void close(int i) {
      ConntrackHit.Entry entry =
          map.remove(new ConntrackHit.Key(Connections.addresses(i), Connections.ports(i)));
      if (entry != null) {
        map.remove(entry.reply);
      }
    }
  }

  /**
   * The floor: chained index, records, no checks.
   *
   * @return the new entry
   */
  @Benchmark
  public int floor(Live live, Bare bare) {
    int opened = live.opened;
    bare.close(live.replace());
    return bare.open(opened, live);
  }

  /**
   * Conntrack as it is.
   *
   * @return the new handle
   */
  @Benchmark
  public int conntrack(Live live, Ours ours) {
    int opened = live.opened;
    ours.close(live.replace());
    return ours.open(opened, live, false);
  }

  /**
   * Conntrack with the choice of a source port, as MASQUERADE --random-fully makes it.
   *
   * @return the new handle
   */
  @Benchmark
  public int conntrackMasquerading(Live live, Ours ours) {
    int opened = live.opened;
    ours.close(live.replace());
    return ours.open(opened, live, true);
  }

  /**
   * A map of objects.
   *
   * @return the new number
   */
  @Benchmark
  public int hashMap(Live live, Objects objects) {
    int opened = live.opened;
    objects.close(live.replace());
    return objects.open(opened, live);
  }
}
