package dev.hairpin.benchmarks;

import dev.hairpin.path.conntrack.Conntrack;
import dev.hairpin.path.conntrack.PacketBatch;
import dev.hairpin.path.conntrack.Segment;
import dev.hairpin.path.conntrack.Tuple;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
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

/** What does a packet of an established connection cost: look it up, check its state, renew it? */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(
    value = 1,
    jvmArgsAppend = {"-Xms6g", "-Xmx6g", "-XX:+UseTransparentHugePages"})
public class ConntrackHit {
  private static final int BATCH = 1024;
  private static final long NOW = 1_700_000_000_000L;

  /** How many connections are live, and in which order packets of them come. */
  @State(Scope.Thread)
  public static class Live {
    /** Live connections. */
    @Param({"65536", "1000000", "10000000"})
    int live;

    private long random = 42;

    /** A connection out of all, each as likely. */
    int next() {
      random ^= random << 13;
      random ^= random >>> 7;
      random ^= random << 17;
      return (int) (((random >>> 32) * live) >>> 32);
    }
  }

  /** The table of this library. */
  @State(Scope.Thread)
  public static class Ours {
    Conntrack table = new Conntrack(0, 0);
    final Tuple tuple = new Tuple();
    final PacketBatch batch = new PacketBatch(BATCH);

    /** Opens all connections, with their handshakes. */
    @Setup
    public void prepare(Live live) {
      table = new Conntrack(0, live.live);
      for (int i = 0; i < live.live; i++) {
        int handle = table.track(Connections.request(i, tuple), Segment.TCP_SYN, NOW);
        int service = Connections.service(i);
        table.translateDestination(handle, 0, Connections.endpoint(service, i % 10), 8080);
        table.confirm(handle, NOW);
        table.track(table.tuple(handle, true, tuple), Segment.TCP_SYN_ACK, NOW);
        table.track(Connections.request(i, tuple), Segment.TCP_ACK, NOW);
      }
      System.out.printf("%.1f bytes a connection%n", (double) table.bytes() / live.live);
    }
  }

  /** The floor. */
  @State(Scope.Thread)
  public static class Bare {
    BareArena arena = new BareArena(1);

    /** Opens all connections. */
    @Setup
    public void prepare(Live live) {
      arena = new BareArena(live.live);
      for (int i = 0; i < live.live; i++) {
        int endpoint = Connections.endpoint(Connections.service(i), i % 10);
        arena.add(
            Connections.addresses(i),
            Connections.ports(i),
            (long) endpoint << 32 | Connections.client(i),
            6L << 32 | 8080L << 16 | Connections.clientPort(i),
            NOW);
      }
    }
  }

  /** The key of a map. */
  record Key(long addresses, long ports) {}

  /** What a map keeps. */
  static final class Entry {
    final Key reply;
    long expires;

    Entry(Key reply, long expires) {
      this.reply = reply;
      this.expires = expires;
    }
  }

  /** The same with a map of objects. */
  @State(Scope.Thread)
  public static class Objects {
    final Map<Key, Entry> map = new HashMap<>();

    /** Opens all connections. */
    @Setup
    public void prepare(Live live) {
      for (int i = 0; i < live.live; i++) {
        int endpoint = Connections.endpoint(Connections.service(i), i % 10);
        Key reply = new Key(
            (long) endpoint << 32 | Connections.client(i),
            6L << 32 | 8080L << 16 | Connections.clientPort(i));
        Entry entry = new Entry(reply, NOW);
        map.put(new Key(Connections.addresses(i), Connections.ports(i)), entry);
        map.put(reply, entry);
      }
    }
  }

  /**
   * The floor: a chained index and one record.
   *
   * @return the entry
   */
  @Benchmark
  public int floor(Live live, Bare bare) {
    int i = live.next();
    return bare.arena.hit(Connections.addresses(i), Connections.ports(i), NOW);
  }

  /**
   * The floor in passes over 1,024 packets.
   *
   * @return something of all entries
   */
  @Benchmark
  @OperationsPerInvocation(BATCH)
  public long floorInBatches(Live live, Bare bare) {
    long before = live.random;
    long sum = 0;
    for (int b = 0; b < BATCH; b++) {
      int i = live.next();
      sum += bare.arena.touch(Connections.addresses(i), Connections.ports(i));
    }
    live.random = before;
    for (int b = 0; b < BATCH; b++) {
      int i = live.next();
      sum += bare.arena.hit(Connections.addresses(i), Connections.ports(i), NOW);
    }
    return sum;
  }

  /**
   * Conntrack as it is.
   *
   * @return the handle
   */
  @Benchmark
  public int conntrack(Live live, Ours ours) {
    return ours.table.track(
        Connections.request(live.next(), ours.tuple), Segment.TCP_ACK, NOW + 1000);
  }

  /**
   * Conntrack in passes over 1,024 packets.
   *
   * @return something of all handles
   */
  @Benchmark
  @OperationsPerInvocation(BATCH)
  public long conntrackInBatches(Live live, Ours ours) {
    for (int b = 0; b < BATCH; b++) {
      int i = live.next();
      ours.batch.addresses[b] = Connections.addresses(i);
      ours.batch.ports[b] = Connections.ports(i);
    }
    long sum = ours.table.lookAhead(ours.batch, 0, BATCH);
    for (int b = 0; b < BATCH; b++) {
      sum += ours.table.track(ours.batch, b, Segment.TCP_ACK, NOW + 1000);
    }
    return sum;
  }

  /**
   * A map of objects.
   *
   * @return the entry
   */
  @Benchmark
  public @Nullable Entry hashMap(Live live, Objects objects) {
    int i = live.next();
    Entry found = objects.map.get(new Key(Connections.addresses(i), Connections.ports(i)));
    if (found != null) {
      found.expires = NOW;
    }
    return found;
  }
}
