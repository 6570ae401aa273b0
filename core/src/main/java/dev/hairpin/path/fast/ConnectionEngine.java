package dev.hairpin.path.fast;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
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
   * a zonal node of a load balancer that translates sources), and the lane that owns the place moves
   * it one place further; after each stage all lanes meet. So a node's tables belong to one thread,
   * which takes connections in the order of their numbers, and results do not depend on the number
   * of threads.
   */
  private final Terrain terrain;
  private final TrafficLoad load;
  private final Lane[] lanes;

  /** How many connections go on to another place, by parity of the stage and lane. */
  private final int[][] moved;

  private long begun;
  private long closed;

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
    Targets targets = targets(terrain);
    Assignment assignment = new Assignment(terrain, load.threads());
    lanes = new Lane[load.threads()];
    for (int i = 0; i < lanes.length; i++) {
      lanes[i] = new Lane(terrain, targets, assignment, load, i);
    }
    moved = new int[2][lanes.length];
  }

  private static @Nullable Targets targets(Terrain terrain) {
    Targets known = null;
    for (Terrain.NodePlace node : terrain.nodes) {
      DecisionProgram program = node.program();
      if (program == null) {
        continue;
      }
      if (known != null && known != program.targets()) {
        throw new IllegalArgumentException(
            "the programs of " + node.name() + " and of other nodes are not of one pool");
      }
      known = program.targets();
    }
    return known;
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
    Meeting meeting = new Meeting(lanes.length);
    if (lanes.length == 1) {
      work(0, end, meeting);
    } else {
      together(end, meeting);
    }
    closed = closedAt(end);
    begun = end;
    return counts();
  }

  /**
   * Runs one further connection.
   *
   * @return what became of it
   */
  public Fate connect() {
    run(1);
    return laneOfEnd(0).fate(0);
  }

  /**
   * Who answered the connection that came last in its round.
   *
   * @return the process, or an empty text if none did
   */
  public String lastEndpoint() {
    int last = lanes[0].size() - 1;
    int endpoint = last < 0 ? -1 : laneOfEnd(last).endpoint(last);
    return endpoint < 0 ? "" : terrain.endpoints.get(endpoint);
  }

  /** The lane at which a connection of the last round ended. */
  private Lane laneOfEnd(int i) {
    return Arrays.stream(lanes).filter(lane -> lane.hasEnded(i)).findFirst().orElseThrow();
  }

  private void together(long end, Meeting meeting) {
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
              meeting.leave();
            }
          }
          return done;
        });
      }
      for (Future<Boolean> job : pool.invokeAll(jobs)) {
        job.get();
      }
    } catch (InterruptedException e) {
      meeting.leave();
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", e);
    } catch (ExecutionException e) {
      throw new IllegalStateException("a lane has failed", e);
    } finally {
      pool.shutdownNow();
    }
  }

  private void work(int number, long end, Meeting meeting) {
    Lane lane = lanes[number];
    int parity = 0;
    int size;
    for (long first = begun; first < end; first += size) {
      size = (int) Math.min(load.batch(), end - first);
      lane.begin(first, size, load.timeOf(first), parity);
      meeting.await();
      int left;
      do {
        moved[parity][number] = lane.forward(lanes, parity);
        meeting.await();
        left = sum(moved[parity]);
        parity ^= 1;
      } while (left > 0);
      lane.turn();
      do {
        moved[parity][number] = lane.back(lanes, parity);
        meeting.await();
        left = sum(moved[parity]);
        parity ^= 1;
      } while (left > 0);
      lane.finish(lanes, closedAt(first + size));
    }
  }

  /** All connections below this number are closed when this many have begun. */
  private long closedAt(long connections) {
    return Math.max(closed, connections - load.openAtATime());
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
    int[] peaks = new int[terrain.places()];
    stations().forEach(station -> peaks[station.place] = station.peak());
    return TrafficCounts.of(terrain, Arrays.asList(lanes), begun, peaks);
  }

  /**
   * The memory of all tables.
   *
   * @return octets
   */
  public long tableBytes() {
    return stations().mapToLong(station -> station.table.bytes()).sum();
  }

  private Stream<Station> stations() {
    return Arrays.stream(lanes).flatMap(lane -> lane.stations().stream());
  }
}
