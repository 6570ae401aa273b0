package dev.hairpin.path.fast;

import static java.util.Objects.requireNonNull;

import dev.hairpin.net.Protocol;
import dev.hairpin.path.conntrack.Conntrack;
import dev.hairpin.path.conntrack.NatRange;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Phaser;
import org.jspecify.annotations.Nullable;

/**
 * Runs whole connections, millions a second: client, load balancer, the rules and connection
 * tracking of every node on the way, pod, and the answer back through the same tables.
 *
 * <p>Connection n makes the same choices whatever the size of batches and the number of threads:
 * its draws depend on the seed and n only. The packet walker is the specification; what the
 * compiled form cannot tell ends as {@link Fate#UNDECIDED}. Not thread-safe: it makes its own
 * threads while {@link #run} runs.
 */
public final class ConnectionEngine {

  /*
   * Connections go in rounds. In each stage of a round every connection is at one place (a node, or
   * a zonal node of a load balancer), and the lane that owns the place moves it one place further;
   * between stages all lanes meet at a barrier. So a node's tables belong to one thread, in the
   * order of connections' numbers, and results do not depend on the number of threads.
   */
  private static final int FIRST_ENTRIES = 64;
  private static final int SPINS = 20_000;
  private static final int TCP_LINKS = 0;
  private static final int UDP_LINKS = 2;

  private final Terrain terrain;
  private final TrafficLoad load;
  private final Round round;
  private final Lane[] lanes;
  private final Conntrack[] tables;
  private final @Nullable Decider[] deciders;
  private final @Nullable Targets targets;
  private final long[] affinityTime;
  private final int[][] links;
  private final int[] zones;
  private final NatRange[] masquerade;
  private final int[] masqueradeTo;
  private final int[] laneOf;
  private final int[] peaks;
  private final long start;
  private final int[][] pending;
  private long begun;
  private long closed;
  private long now;

  /**
   * An engine with empty tables.
   *
   * @param terrain what connections run through
   * @param load how they come
   * @throws IllegalArgumentException if a stream's clients have too few ports for the connections
   *     that are open at a time
   */
  public ConnectionEngine(Terrain terrain, TrafficLoad load) {
    this.terrain = terrain;
    this.load = load;
    int open = load.openAtATime();
    for (Terrain.Stream stream : terrain.streams) {
      long ports = (long) stream.clients() * Round.CLIENT_PORTS;
      if (open + (long) load.batch() > ports) {
        throw new IllegalArgumentException("stream \"" + stream.name() + "\": "
            + stream.clients() + " clients have " + ports
            + " ports, too few for " + open + " open connections and a batch of " + load.batch());
      }
    }
    round = new Round(load.batch());
    int places = terrain.places();
    tables = new Conntrack[places];
    deciders = new Decider[places];
    affinityTime = new long[places];
    links = new int[places][];
    zones = new int[places];
    masquerade = new NatRange[places * 4];
    masqueradeTo = new int[places * 2];
    laneOf = new int[places];
    peaks = new int[places];
    List<String> zoneNames = new ArrayList<>();
    @Nullable Targets known = null;
    for (int place = 0; place < places; place++) {
      tables[place] = new Conntrack(load.conntrackMax(), FIRST_ENTRIES);
      laneOf[place] = place % load.threads();
      String zone = terrain.zoneOf(place);
      if (!zoneNames.contains(zone)) {
        zoneNames.add(zone);
      }
      zones[place] = zoneNames.indexOf(zone);
      if (place < terrain.nodes.size()) {
        known = prepare(place, terrain.nodes.get(place), known);
      }
    }
    targets = known;
    start = 1_700_000_000_000L;
    now = start;
    lanes = new Lane[load.threads()];
    pending = new int[2][lanes.length];
    for (int i = 0; i < lanes.length; i++) {
      lanes[i] = new Lane(this, terrain, round, load.batch(), open, i);
    }
  }

  private @Nullable Targets prepare(int place, Terrain.NodePlace node, @Nullable Targets known) {
    masqueradeTo[place * 2] = requireNonNull(node.masquerade().first()).v4Bits();
    masqueradeTo[place * 2 + 1] =
        requireNonNull(node.masqueradeToPods().first()).v4Bits();
    for (int kind = 0; kind < 4; kind++) {
      NatRange range = (kind & 1) == 0 ? node.masquerade() : node.masqueradeToPods();
      masquerade[place * 4 + kind] =
          (kind & 2) == 0 ? range : NatRange.to(requireNonNull(range.first()), false);
    }
    DecisionProgram program = node.program();
    if (program == null) {
      return known;
    }
    if (known != null && known != program.targets()) {
      throw new IllegalArgumentException(
          "the programs of " + node.name() + " and of other nodes are not of one pool");
    }
    deciders[place] = new Decider(program, new AffinityTable());
    links[place] = new int[] {
      program.link(Protocol.TCP, node.uplink()),
      program.link(Protocol.TCP, node.podDevice()),
      program.link(Protocol.UDP, node.uplink()),
      program.link(Protocol.UDP, node.podDevice())
    };
    return program.targets();
  }

  // ---- what lanes ask for

  long seed() {
    return load.seed();
  }

  long now() {
    return now;
  }

  /** The time of a connection, for a node's session affinity; never less than before there. */
  long timeOf(int place, long number) {
    long time = Math.max(affinityTime[place], timeOf(number));
    affinityTime[place] = time;
    return time;
  }

  private long timeOf(long number) {
    return start + (long) (number * 1000 / load.perSecond());
  }

  Conntrack table(int place) {
    return tables[place];
  }

  @Nullable
  Decider decider(int place) {
    return deciders[place];
  }

  Targets targets() {
    return requireNonNull(targets);
  }

  int link(int place, int protocol, boolean fromPod) {
    int row = protocol == Protocol.TCP.number() ? TCP_LINKS : UDP_LINKS;
    return links[place][row + (fromPod ? 1 : 0)];
  }

  int zone(int place) {
    return zones[place];
  }

  NatRange masquerade(int place, boolean toOwnPod, boolean randomFully) {
    return masquerade[place * 4 + (toOwnPod ? 1 : 0) + (randomFully ? 0 : 2)];
  }

  /** The address of {@link #masquerade}. */
  int masqueradeTo(int place, boolean toOwnPod) {
    return masqueradeTo[place * 2 + (toOwnPod ? 1 : 0)];
  }

  int laneOf(int place) {
    return laneOf[place];
  }

  int lanes() {
    return lanes.length;
  }

  /** Where a lane sends connections in the stage with this parity. */
  int[] places(int parity, int lane) {
    return lanes[lane].places(parity);
  }

  // ---- running

  /**
   * Runs further connections.
   *
   * @param connections how many, from 0 on
   * @return the counts of all connections since the engine was made
   */
  public TrafficCounts run(long connections) {
    if (connections < 0) {
      throw new IllegalArgumentException(connections + " connections; it must be 0 or more");
    }
    long end = begun + connections;
    if (lanes.length == 1) {
      work(0, end, () -> {});
    } else {
      together(end);
    }
    return counts();
  }

  /**
   * Runs one further connection.
   *
   * @return what became of it
   */
  public Fate connect() {
    run(1);
    return round.fate(0);
  }

  /**
   * Who answered the connection that came last in its round.
   *
   * @return the process, or an empty text if none did
   */
  public String lastEndpoint() {
    int endpoint = round.size == 0 ? -1 : round.endpoint(round.size - 1);
    return endpoint < 0 ? "" : terrain.endpoints.get(endpoint);
  }

  /** Waits for the other lanes. */
  private interface Meeting {
    void await();
  }

  private void together(long end) {
    // Lanes come to a meeting at nearly the same time, and to wake a thread up costs as much as
    // many
    // connections: so they look for the others for a while before they sleep.
    Phaser phaser = new Phaser(lanes.length);
    boolean spins = lanes.length <= Runtime.getRuntime().availableProcessors();
    Meeting meeting = () -> {
      int phase = phaser.arrive();
      for (int i = spins ? SPINS : 0; i > 0 && phaser.getPhase() == phase; i--) {
        Thread.onSpinWait();
      }
      if (phaser.awaitAdvance(phase) < 0) {
        throw new IllegalStateException("another lane has failed");
      }
    };
    ExecutorService pool = Executors.newFixedThreadPool(lanes.length);
    try {
      List<Callable<Boolean>> jobs = new ArrayList<>();
      for (int i = 0; i < lanes.length; i++) {
        int lane = i;
        jobs.add(() -> {
          boolean done = false;
          try {
            work(lane, end, meeting);
            done = true;
          } finally {
            if (!done) {
              phaser.forceTermination();
            }
          }
          return done;
        });
      }
      for (Future<Boolean> job : pool.invokeAll(jobs)) {
        job.get();
      }
    } catch (InterruptedException e) {
      phaser.forceTermination();
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", e);
    } catch (ExecutionException e) {
      throw new IllegalStateException("a lane has failed", e);
    } finally {
      pool.shutdownNow();
    }
  }

  private void work(int number, long end, Meeting others) {
    Lane lane = lanes[number];
    int parity = 0;
    while (begun < end) {
      others.await();
      if (number == 0) {
        round.first = begun;
        round.size = (int) Math.min(load.batch(), end - begun);
        now = timeOf(begun);
      }
      others.await();
      int from = (int) ((long) round.size * number / lanes.length);
      int to = (int) ((long) round.size * (number + 1) / lanes.length);
      lane.begin(from, to, parity);
      others.await();
      int left;
      do {
        pending[parity][number] = lane.forward(parity);
        others.await();
        left = sum(pending[parity]);
        parity ^= 1;
      } while (left > 0);
      lane.turn(parity);
      others.await();
      do {
        pending[parity][number] = lane.back(parity);
        others.await();
        left = sum(pending[parity]);
        parity ^= 1;
      } while (left > 0);
      lane.settle();
      long closable = Math.max(closed, round.first + round.size - load.openAtATime());
      lane.close(closed, Math.min(closable, round.first + round.size), load.lingers());
      for (int place = number; place < tables.length; place += lanes.length) {
        peaks[place] = Math.max(peaks[place], tables[place].size(now));
      }
      others.await();
      if (number == 0) {
        closed = closable;
        begun += round.size;
      }
      others.await();
    }
  }

  private static int sum(int[] of) {
    int sum = 0;
    for (int value : of) {
      sum += value;
    }
    return sum;
  }

  /**
   * The counts so far.
   *
   * @return of all connections since the engine was made
   */
  public TrafficCounts counts() {
    return TrafficCounts.of(terrain, Arrays.asList(lanes), begun, peaks);
  }

  /**
   * The memory of all tables.
   *
   * @return octets
   */
  public long tableBytes() {
    return Arrays.stream(tables).mapToLong(Conntrack::bytes).sum();
  }
}
