package dev.hairpin.path.fast;

import dev.hairpin.path.conntrack.Conntrack;
import dev.hairpin.path.conntrack.NatRange;
import dev.hairpin.path.conntrack.PacketBatch;
import dev.hairpin.path.conntrack.Segment;
import dev.hairpin.path.conntrack.Tuple;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The part of a {@link ConnectionEngine} that runs on one thread: it owns every n-th place with its
 * tables, and moves the connections that are there.
 *
 * <p>Allocates nothing once it is made, but where tables grow.
 */
final class Lane {

  /*
   * A stage takes the connections place by place, in the order of their numbers, so that a node's
   * table and rules are in the cache while they are needed. Which are there is a bit for each
   * connection of the round: bits come in the order of numbers, and one counting by places sorts
   * them.
   *
   * A connection that goes on to a place of the same lane stays where it is; one that goes to
   * another lane is copied into the record for that lane (Handover), which is read after the next
   * meeting. So lanes write to no line of memory that another lane writes. There are two of each
   * record, in turn: one is filled while the other is read.
   *
   * What became of a connection is one octet at the lane where it ended, which all lanes read when
   * a round is over; of these there are two in turn as well.
   */
  static final int CHUNK = 256;
  private static final int TCP = 6;

  /** The octet of a connection that did not end here. */
  private static final int NOT_HERE = 0;

  private static final int FIRST_FATE = 1;
  private static final int IS_TCP = 64;
  private static final Fate[] FATES = Fate.values();

  /** The octet of a connection that is answered and stays open. */
  static final byte STAYS = (byte) (FIRST_FATE + Fate.DELIVERED.number() | IS_TCP);

  private final Terrain terrain;
  private final Assignment assignment;
  private final TrafficLoad load;
  private final int number;
  private final Station[] stations;
  private final Crossing crossing;
  private final Round round;
  private final Trail trail;
  private final int nodes;
  private long now;
  private int rounds;
  private int stage;

  // Where connections are: of those whose bit is set, the number of the station.
  private long[] present;
  private int[] here;
  // The same for those that were answered, until all are.
  private long[] answered;
  private int[] answeredAt;

  private final Handover[][] handovers;
  private Handover[] out;
  private int moved;

  // Those that are here, sorted, and where the connections of each station end.
  private final int[] found;
  private final int[] mine;
  private final int[] ends;

  private final byte[][] endedHere;
  private byte[] ended;
  private final byte[] endedAnywhere;

  private final PacketBatch packets = new PacketBatch(CHUNK);
  private final int[] handles = new int[CHUNK];
  private final Tuple other = new Tuple();

  // Counters of this lane; summed up when somebody asks.
  final long[] fates = new long[Fate.COUNT];
  final long[] endpoints;
  final long[] entering;
  final long[] targets;
  final long[][] streams;
  long crossZone;
  long touched;

  Lane(
      Terrain terrain,
      @Nullable Targets known,
      Assignment assignment,
      TrafficLoad load,
      int number) {
    this.terrain = terrain;
    this.assignment = assignment;
    this.load = load;
    this.number = number;
    nodes = terrain.nodes.size();
    int lanes = assignment.lanes();
    stations = new Station[(terrain.places() - number + lanes - 1) / lanes];
    for (int place = number; place < terrain.places(); place += lanes) {
      stations[assignment.stationOf(place)] = new Station(terrain, place, load.conntrackMax());
    }
    int capacity = load.batch();
    round = new Round(capacity);
    crossing = new Crossing(this, terrain, known, round);
    trail = new Trail(stations.length);
    present = new long[(capacity + 63) >> 6];
    answered = new long[present.length];
    here = new int[capacity];
    answeredAt = new int[capacity];
    handovers = new Handover[2][lanes];
    for (Handover[] ofParity : handovers) {
      Arrays.setAll(ofParity, lane -> new Handover());
    }
    out = handovers[0];
    found = new int[capacity];
    mine = new int[capacity];
    ends = new int[stations.length];
    endedHere = new byte[2][capacity];
    ended = endedHere[0];
    endedAnywhere = new byte[capacity];
    endpoints = new long[terrain.endpoints.size()];
    entering = new long[nodes];
    targets = new long[terrain.targets.size()];
    streams = new long[terrain.streams.size()][Fate.COUNT];
  }

  // ---- connections begin

  /**
   * Begins the round's connections from this number on, each lane a part of them.
   *
   * @param first the number of the first
   * @param size how many, of all lanes
   * @param time the time of the round
   * @param parity of the first stage
   */
  void begin(long first, int size, long time, int parity) {
    round.first = first;
    round.size = size;
    now = time;
    rounds++;
    ended = endedHere[rounds & 1];
    Arrays.fill(ended, 0, size, (byte) NOT_HERE);
    writeTo(parity);
    int lanes = assignment.lanes();
    int end = (int) ((long) size * (number + 1) / lanes);
    for (int i = (int) ((long) size * number / lanes); i < end; i++) {
      begin(i);
    }
    stage = 0;
  }

  private void begin(int i) {
    long n = round.first + i;
    long draw = draw(i);
    int stream = terrain.streamFirstClient.length == 1 ? 0 : terrain.streamShares.pick(draw << 32);
    int clients = terrain.streamClients[stream];
    int client = terrain.streamFirstClient[stream] + (int) (n % clients);
    int[] destinations = terrain.streamDestinations[stream];
    int destination =
        destinations.length == 1 ? 0 : terrain.streamDestinationShares[stream].pick(draw);
    int home = terrain.clientHome[client];
    int to = destinations[destination];
    round.begin(
        i,
        draw,
        terrain.clientAddress[client],
        to,
        (Round.clientPort(n, clients) << 16) | terrain.streamPort[stream],
        terrain.streamProtocol[stream],
        stream);
    round.comesFrom(i, home, terrain.choicesOf[terrain.clientFirstChoices[client] + destination]);
    if (home >= 0) {
      goTo(i, home);
      return;
    }
    int owner = terrain.ownerOf(to);
    if (owner == Terrain.NOWHERE) {
      end(i, Fate.NO_ROUTE);
    } else {
      arriveAt(i, owner >> 1);
    }
  }

  private long draw(int i) {
    return Draws.at(load.seed(), round.first + i);
  }

  /** The time of a connection, for session affinity. */
  long timeOf(int i) {
    return load.timeOf(round.first + i);
  }

  // ---- from place to place

  private void writeTo(int parity) {
    out = handovers[parity];
    for (Handover handover : out) {
      handover.clear();
    }
    moved = 0;
  }

  private void goTo(int i, int place) {
    moved++;
    int lane = assignment.laneOf(place);
    if (lane == number) {
      put(i, assignment.stationOf(place));
    } else {
      out[lane].add(round, i, place);
    }
  }

  private void put(int i, int station) {
    present[i >> 6] |= 1L << i;
    here[i] = station;
  }

  /** Puts the connections where they are that another lane has handed over. */
  private void take(Handover handover) {
    int size = handover.size();
    for (int k = 0; k < size; k++) {
      int i = handover.index(k);
      handover.read(k, draw(i), round);
      put(i, assignment.stationOf(handover.place(k)));
    }
  }

  /**
   * Takes what is handed over, and sorts the connections at places of this lane by place, each
   * place's by their numbers: by counting, without branches on where a connection is, which no
   * processor foresees.
   */
  private void gather(Lane[] lanes, int parity) {
    for (Lane lane : lanes) {
      take(lane.handovers[parity][number]);
    }
    Arrays.fill(ends, 0);
    int count = 0;
    int words = (round.size + 63) >> 6;
    for (int word = 0; word < words; word++) {
      for (long bits = present[word]; bits != 0; bits &= bits - 1) {
        int i = (word << 6) + Long.numberOfTrailingZeros(bits);
        found[count++] = i;
        ends[here[i]]++;
      }
      present[word] = 0;
    }
    int sum = 0;
    for (int s = 0; s < ends.length; s++) {
      int ofStation = ends[s];
      ends[s] = sum;
      sum += ofStation;
    }
    for (int k = 0; k < count; k++) {
      int i = found[k];
      mine[ends[here[i]]++] = i;
    }
  }

  /** The packet leaves a place, or is at its end there. */
  private void arriveOrLeave(int i, int place) {
    int owner = terrain.ownerOf(round.destination(i));
    if (owner == Terrain.NOWHERE) {
      end(i, Fate.NO_ROUTE);
      return;
    }
    int to = owner >> 1;
    if (to == place) {
      deliver(i, place);
      return;
    }
    crossZone += assignment.isCrossZone(place, to) ? 1 : 0;
    if (round.hop(i)) {
      arriveAt(i, to);
    } else {
      end(i, Fate.LOOPED);
    }
  }

  private void arriveAt(int i, int place) {
    if (place < nodes || !passes(i, place)) {
      goTo(i, place);
    }
  }

  private void deliver(int i, int place) {
    int endpoint = place < nodes
        ? terrain.listenerAt(round.destination(i), round.ports(i) & 0xffff, round.protocol(i))
        : -1;
    if (endpoint < 0) {
      end(i, Fate.NO_LISTENER);
      return;
    }
    round.answer(i, endpoint);
    answered[i >> 6] |= 1L << i;
    answeredAt[i] = assignment.stationOf(place);
  }

  void end(int i, Fate fate) {
    ended[i] = (byte) (FIRST_FATE + fate.number() | (round.protocol(i) == TCP ? IS_TCP : 0));
    fates[fate.number()]++;
    streams[round.stream(i)][fate.number()]++;
    if (fate == Fate.DELIVERED) {
      endpoints[round.endpoint(i)]++;
    }
  }

  /** Counts the first node of a connection. */
  void enters(int i, Station node) {
    if (round.enters(i)) {
      entering[node.place]++;
    }
  }

  /** An entry was opened at a station, and the packet goes where it now leads. */
  void goesOn(int i, Station station, int handle) {
    int ring = trail.ring(stage, assignment.stationOf(station.place));
    trail.add(ring, round.first + i, handle);
    arriveOrLeave(i, station.place);
  }

  // ---- one hop of all that are at places of this lane

  /**
   * Moves connections one place further.
   *
   * @param lanes all lanes
   * @param parity of this stage
   * @return how many go on to another place
   */
  int forward(Lane[] lanes, int parity) {
    gather(lanes, parity);
    writeTo(parity ^ 1);
    int at = 0;
    for (int s = 0; s < stations.length; s++) {
      Station station = stations[s];
      while (at < ends[s]) {
        int end = Math.min(ends[s], at + CHUNK);
        if (station.place < nodes) {
          crossing.through(station, mine, at, end, now);
        } else {
          for (int k = at; k < end; k++) {
            throughBalancer(mine[k], station);
          }
        }
        at = end;
      }
    }
    stage++;
    return moved;
  }

  // ---- load balancers

  /**
   * Passes a load balancer, whosever it is, or ends there; false if that takes its table, since it
   * translates sources. All that the others know is in the choice.
   */
  private boolean passes(int i, int place) {
    int set = round.choices(i);
    if (round.source(i) != round.client(i)
        || terrain.choiceShares[set].count() == 0
        || round.isSteered(i)) {
      // The source was translated on the way, or this is a second load balancer.
      end(i, Fate.UNDECIDED);
      return true;
    }
    int choice = choice(i, set);
    int target = terrain.choiceNumber[choice];
    if (target < 0) {
      end(i, terrain.choiceRefuses[choice] ? Fate.BALANCER_REFUSED : Fate.BALANCER_DROPPED);
      return true;
    }
    if (terrain.choiceSource[choice] != null) {
      return false;
    }
    targets[target]++;
    int address = (int) (terrain.choiceTarget[choice] >>> 32);
    int port = (int) terrain.choiceTarget[choice];
    round.steer(i, address, port);
    round.packet(
        i,
        (round.addresses(i) & ~0xffff_ffffL) | (address & 0xffff_ffffL),
        (round.ports(i) & 0xffff_0000) | port);
    arriveOrLeave(i, place);
    return true;
  }

  private int choice(int i, int set) {
    return terrain.firstChoice[set]
        + terrain.choiceShares[set].pick(Draws.further(round.draw(i), 1));
  }

  /** A load balancer that translates sources. */
  private void throughBalancer(int i, Station station) {
    int choice = choice(i, round.choices(i));
    targets[terrain.choiceNumber[choice]]++;
    long to = terrain.choiceTarget[choice];
    @Nullable NatRange source = terrain.choiceSource[choice];
    crossing.through(station, i, to >>> 32, (int) to, source, now);
  }

  // ---- the way back

  /** Puts the answers where they come from. */
  void turn() {
    long[] bits = answered;
    int[] at = answeredAt;
    answered = present;
    answeredAt = here;
    present = bits;
    here = at;
  }

  /** Moves answers one place further, as {@link #forward} does. */
  int back(Lane[] lanes, int parity) {
    gather(lanes, parity);
    writeTo(parity ^ 1);
    int at = 0;
    for (int s = 0; s < stations.length; s++) {
      Station station = stations[s];
      while (at < ends[s]) {
        int end = Math.min(ends[s], at + CHUNK);
        for (int k = at; k < end; k++) {
          round.fill(packets, k - at, mine[k]);
        }
        touched += station.table.lookAhead(packets, 0, end - at);
        for (int k = at; k < end; k++) {
          answerThrough(mine[k], k - at, station);
        }
        at = end;
      }
    }
    return moved;
  }

  private void answerThrough(int i, int k, Station station) {
    Conntrack table = station.table;
    Segment segment = round.protocol(i) == TCP ? Segment.TCP_SYN_ACK : Segment.UDP;
    int handle = table.track(packets, k, segment, now);
    if (handle < 0 || !table.isReply(handle)) {
      if (handle >= 0) {
        table.discard(handle);
      }
      end(i, Fate.ANSWER_LOST);
      return;
    }
    table.tuple(handle, false, other);
    round.packetAnsweredBy(i, other);
    int owner = terrain.ownerOf(round.destination(i));
    int to = owner == Terrain.NOWHERE ? Terrain.NOWHERE : owner >> 1;
    if (to == station.place) {
      boolean arrives = round.home(i) == to && round.isForClient(i);
      end(i, arrives ? Fate.DELIVERED : Fate.ANSWER_LOST);
      return;
    }
    if (round.isSteered(i) && round.destination(i) == round.client(i)) {
      round.steerBack(i);
    }
    if (to == Terrain.NOWHERE) {
      end(i, round.isForClient(i) ? Fate.DELIVERED : Fate.ANSWER_LOST);
    } else {
      goTo(i, to);
    }
  }

  // ---- ends

  /**
   * Brings the round's handshakes to their end at the places of this lane, and closes connections
   * there.
   *
   * @param lanes all lanes
   * @param closed all connections below this number are closed
   */
  void finish(Lane[] lanes, long closed) {
    byte[] became = whatBecame(lanes);
    for (int s = 0; s < stations.length; s++) {
      Station station = stations[s];
      settle(station.table, s, became);
      close(station.table, s, closed);
      station.count(now);
    }
  }

  private byte[] whatBecame(Lane[] lanes) {
    if (lanes.length == 1) {
      return ended;
    }
    // Another lane may have begun the next round, and write to its other array.
    byte[] all = endedAnywhere;
    System.arraycopy(lanes[0].endedHere[rounds & 1], 0, all, 0, round.size);
    for (int lane = 1; lane < lanes.length; lane++) {
      byte[] theirs = lanes[lane].endedHere[rounds & 1];
      for (int i = 0; i < round.size; i++) {
        all[i] |= theirs[i];
      }
    }
    return all;
  }

  private void settle(Conntrack table, int station, byte[] became) {
    for (int from = 0; from < stage; from++) {
      int ring = trail.ring(from, station);
      int count = trail.settle(ring, became, round.first, handles);
      while (count > 0) {
        touch(table, count);
        for (int k = 0; k < count; k++) {
          table.advance(handles[k], Segment.TCP_ACK, now);
        }
        count = trail.settle(ring, became, round.first, handles);
      }
    }
  }

  private void close(Conntrack table, int station, long closed) {
    for (int from = 0; from < Round.HOPS; from++) {
      int ring = trail.ring(from, station);
      int count = trail.close(ring, closed, handles);
      while (count > 0) {
        touch(table, count);
        close(table, count);
        count = trail.close(ring, closed, handles);
      }
    }
  }

  private void touch(Conntrack table, int count) {
    long sum = 0;
    for (int k = 0; k < count; k++) {
      sum += table.lookAhead(handles[k]);
    }
    touched += sum;
  }

  private void close(Conntrack table, int count) {
    for (int k = 0; k < count; k++) {
      if (load.lingers()) {
        table.finish(handles[k], now);
      } else {
        table.kill(handles[k]);
      }
    }
  }

  // ---- for those who ask

  /** How many connections the last round had. */
  int size() {
    return round.size;
  }

  /** Whether a connection of the last round ended at this lane. */
  boolean hasEnded(int i) {
    return ended[i] != NOT_HERE;
  }

  /** What became of a connection that ended here. */
  Fate fate(int i) {
    return FATES[(ended[i] & ~IS_TCP) - FIRST_FATE];
  }

  /** Who answered a connection that ended here, or -1. */
  int endpoint(int i) {
    return round.endpoint(i);
  }

  /** The places of this lane, in their order. */
  List<Station> stations() {
    return List.of(stations);
  }
}
