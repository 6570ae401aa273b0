package dev.hairpin.benchmarks;

import dev.hairpin.path.fast.ConnectionEngine;
import dev.hairpin.path.fast.Fate;
import dev.hairpin.path.fast.Terrain;
import dev.hairpin.path.fast.TrafficCounts;
import dev.hairpin.path.fast.TrafficLoad;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
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
import org.openjdk.jmh.annotations.Threads;
import org.openjdk.jmh.annotations.Warmup;

/**
 * What does a whole connection cost through {@link NlbCluster}: client, NLB, node, pod and back,
 * with both nodes' connection tracking, a masqueraded source port, and its end?
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 4, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(
    value = 1,
    jvmArgsAppend = {"-Xms4g", "-Xmx4g", "-XX:+UseTransparentHugePages"})
public class WholeConnection {
  private static final int CONNECTIONS = 1 << 20;

  /** How many connections are open at a time, in all nodes' tables together. */
  @State(Scope.Benchmark)
  public static class Open {
    /** Connections open at a time. */
    @Param({"20000", "1000000"})
    int open;
  }

  /** The engine of this library. */
  @State(Scope.Benchmark)
  public static class Engine {
    private @Nullable Terrain terrain;
    private @Nullable ConnectionEngine one;
    private @Nullable ConnectionEngine two;

    /** Compiles the cluster. */
    @Setup
    public void prepare() {
      terrain = NlbCluster.terrain();
    }

    private ConnectionEngine make(Open open, int threads) {
      TrafficLoad load = TrafficLoad.DEFAULT
          .perSecond(open.open)
          .lasting(Duration.ofSeconds(1))
          .lingering(false)
          .batch(threads == 1 ? 4096 : 8192)
          .threads(threads);
      return new ConnectionEngine(java.util.Objects.requireNonNull(terrain), load);
    }

    ConnectionEngine one(Open open) {
      ConnectionEngine known = one;
      if (known == null) {
        known = make(open, 1);
        one = known;
      }
      return known;
    }

    ConnectionEngine two(Open open) {
      ConnectionEngine known = two;
      if (known == null) {
        known = make(open, 2);
        two = known;
      }
      return known;
    }
  }

  /** What becomes of random connections, without rules: the choices by bare arithmetic. */
  abstract static class Ways {
    private long random = 42;
    private long number;

    /** Opens a connection at two nodes, and answers it. */
    abstract void open(
        int entry, int home, long clientAndNode, long ports, long nodeAndPod, long podPorts);

    abstract int live();

    abstract void closeOldest();

    private long draw() {
      random ^= random << 13;
      random ^= random >>> 7;
      random ^= random << 17;
      return random >>> 32;
    }

    void run(int open) {
      for (int i = 0; i < CONNECTIONS; i++) {
        long n = number++;
        int service = (int) ((draw() * NlbCluster.BALANCED) >>> 32);
        int entry = (int) ((draw() * NlbCluster.NODES) >>> 32);
        int choice = (int) ((draw() * NlbCluster.ENDPOINTS) >>> 32);
        int pod = service * NlbCluster.ENDPOINTS + choice;
        int home = NlbCluster.nodeOfPod(pod);
        long client = 0xcb00_0000L + n % NlbCluster.CLIENTS;
        long node = 0xc0a8_0001L + entry;
        long podAddress = 0x0a00_0000L + (home << 16) + 256 + pod / NlbCluster.NODES;
        long port = 32_768 + n / NlbCluster.CLIENTS % 28_232;
        long masqueraded = 1024 + ((draw() * 64_512) >>> 32);
        open(
            entry,
            home,
            client << 32 | node,
            6L << 32 | port << 16 | NlbCluster.nodePort(service),
            node << 32 | podAddress,
            6L << 32 | masqueraded << 16 | 8080);
        while (live() > open) {
          closeOldest();
        }
      }
    }
  }

  private static long turned(long addresses) {
    return addresses << 32 | addresses >>> 32;
  }

  private static long turnedPorts(long ports) {
    return (ports & ~0xffff_ffffL) | (Integer.rotateLeft((int) ports, 16) & 0xffff_ffffL);
  }

  /** The floor: bare arenas, a look-up for each packet and direction, and nothing else. */
  @State(Scope.Thread)
  public static class Bare extends Ways {
    private final BareArena[] arenas = new BareArena[NlbCluster.NODES];
    private long[] closing = {};
    private long first;
    private long end;

    /** Empty tables, with room. */
    @Setup
    public void prepare(Open open) {
      for (int i = 0; i < arenas.length; i++) {
        arenas[i] = new BareArena(open.open * 4 / NlbCluster.NODES + 1000);
      }
      closing = new long[Integer.highestOneBit(2 * open.open) << 1];
    }

    @Override
    void open(int entry, int home, long clientAndNode, long ports, long nodeAndPod, long podPorts) {
      int at = arenas[entry].find(clientAndNode, ports);
      int second = arenas[home].find(nodeAndPod, podPorts);
      if (at >= 0 || second >= 0) {
        return;
      }
      long back = turned(nodeAndPod);
      long backPorts = turnedPorts(podPorts);
      at = arenas[entry].add(clientAndNode, ports, back, backPorts, 1);
      keep(entry, at);
      arenas[entry].hit(back, backPorts, 2);
      if (home != entry) {
        second = arenas[home].add(nodeAndPod, podPorts, back, backPorts, 1);
        keep(home, second);
        arenas[home].hit(back, backPorts, 2);
      } else {
        keep(-1, 0);
      }
    }

    private void keep(int node, int entry) {
      closing[(int) end++ & closing.length - 1] = (long) node << 32 | entry;
    }

    @Override
    int live() {
      return (int) (end - first) / 2;
    }

    @Override
    void closeOldest() {
      for (int i = 0; i < 2; i++) {
        long step = closing[(int) first++ & closing.length - 1];
        if (step >= 0) {
          arenas[(int) (step >> 32)].remove((int) step);
        }
      }
    }
  }

  /** The same with maps of objects. */
  @State(Scope.Thread)
  public static class Objects extends Ways {
    private record Step(Map<ConntrackHit.Key, ConntrackHit.Entry> node, ConntrackHit.Key key) {}

    private final List<Map<ConntrackHit.Key, ConntrackHit.Entry>> nodes = new ArrayList<>();
    private final ArrayDeque<List<Step>> closing = new ArrayDeque<>();

    /** Empty maps. */
    @Setup
    public void prepare() {
      for (int i = 0; i < NlbCluster.NODES; i++) {
        nodes.add(new HashMap<>());
      }
    }

    @Override
    void open(int entry, int home, long clientAndNode, long ports, long nodeAndPod, long podPorts) {
      ConntrackHit.Key back = new ConntrackHit.Key(turned(nodeAndPod), turnedPorts(podPorts));
      List<Step> steps = new ArrayList<>(2);
      steps.add(put(entry, new ConntrackHit.Key(clientAndNode, ports), back));
      if (home != entry) {
        steps.add(put(home, new ConntrackHit.Key(nodeAndPod, podPorts), back));
      }
      closing.add(steps);
    }

    private Step put(int node, ConntrackHit.Key key, ConntrackHit.Key back) {
      Map<ConntrackHit.Key, ConntrackHit.Entry> map = nodes.get(node);
      if (map.get(key) == null) {
        ConntrackHit.Entry made = new ConntrackHit.Entry(back, 1);
        map.put(key, made);
        map.put(back, made);
      }
      ConntrackHit.Entry answer = map.get(back);
      if (answer != null) {
        answer.expires = 2;
      }
      return new Step(map, key);
    }

    @Override
    int live() {
      return closing.size();
    }

    @Override
    void closeOldest() {
      for (Step step : closing.remove()) {
        ConntrackHit.Entry gone = step.node.remove(step.key);
        if (gone != null) {
          step.node.remove(gone.reply);
        }
      }
    }
  }

  /**
   * The floor.
   *
   * @return how many are open
   */
  @Benchmark
  @OperationsPerInvocation(CONNECTIONS)
  public int floor(Open open, Bare bare) {
    bare.run(open.open);
    return bare.live();
  }

  /**
   * The floor on two threads that share nothing and have half of the connections each, for what a
   * second thread gains on the machine at that moment; for each connection of both.
   *
   * @return how many are open
   */
  @Benchmark
  @Threads(2)
  @OperationsPerInvocation(2 * CONNECTIONS)
  public int floorOnTwoThreads(Open open, Bare bare) {
    bare.run(open.open / 2);
    return bare.live();
  }

  /**
   * Maps of objects.
   *
   * @return how many are open
   */
  @Benchmark
  @OperationsPerInvocation(CONNECTIONS)
  public int hashMaps(Open open, Objects objects) {
    objects.run(open.open);
    return objects.live();
  }

  private static TrafficCounts checked(TrafficCounts counts) {
    if (counts.fates().getOrDefault(Fate.DELIVERED, 0L) < counts.connections() * 0.999) {
      throw new IllegalStateException("connections were lost:\n" + counts);
    }
    return counts;
  }

  /**
   * The engine on one thread.
   *
   * @return the counts
   */
  @Benchmark
  @OperationsPerInvocation(CONNECTIONS)
  public TrafficCounts engine(Open open, Engine engine) {
    return checked(engine.one(open).run(CONNECTIONS));
  }

  /**
   * The engine on two threads.
   *
   * @return the counts
   */
  @Benchmark
  @OperationsPerInvocation(CONNECTIONS)
  public TrafficCounts engineOnTwoThreads(Open open, Engine engine) {
    return checked(engine.two(open).run(CONNECTIONS));
  }
}
