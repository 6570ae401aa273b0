package dev.hairpin.path.fast;

import dev.hairpin.path.conntrack.Conntrack;
import dev.hairpin.path.conntrack.NatRange;
import dev.hairpin.path.conntrack.PacketBatch;
import dev.hairpin.path.conntrack.Segment;
import dev.hairpin.path.conntrack.Tuple;
import java.util.Arrays;
import java.util.function.IntUnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * The part of a {@link ConnectionEngine} that runs on one thread: it owns every n-th place with its
 * tables, and moves the connections that are there.
 *
 * <p>Allocates nothing once it is made, but where tables grow.
 */
final class Lane implements IntUnaryOperator {

  /*
   * A stage takes the connections place by place, in the order of their numbers, so that a node's
   * table and rules are in the cache while they are needed. Those of a place go in passes over
   * chunks of 256: fill the packets and load the memory in which they will be looked up; decide by
   * the rules; track, translate and put in. The short first passes let the processor wait for many
   * lines of memory at a time: the instructions of one whole step fill its window of those under
   * way.
   *
   * Lanes tell each other where connections are by arrays, one for the stage that goes on and one
   * for the next: place + 1 of those that this lane sends there, 0 for all others. So no line is
   * written by two threads. The trail is a ring with the entries that each open connection has at
   * this lane's places: place << 32 | handle for up to four places, read again in order when it is
   * closed.
   */
  private static final int CHUNK = 256;
  private static final int TCP = 6;
  private static final long NO_STEP = -1;

  private final ConnectionEngine engine;
  private final Terrain terrain;
  private final Round round;
  private final int[][] places;
  private final int[] answers;
  private int[] next;
  private final int[] ends;
  private final int[] mine;
  private final int[] here;
  private final int[] found;
  /** 1 for place + 1 of each place of this lane, else 0. */
  private final int[] ownPlaces;

  private final PacketBatch packets = new PacketBatch(CHUNK);
  private final PacketBatch expected = new PacketBatch(CHUNK);
  private final long[] decisions = new long[CHUNK];
  private final boolean[] expectsPlain = new boolean[CHUNK];
  private final Tuple other = new Tuple();
  private final long[] trail;
  private final long[] steps = new long[CHUNK];
  private final int trailSize;
  private long portDraw;
  private int portDraws;

  // Counters of this lane; summed up when somebody asks.
  final long[] fates = new long[Fate.COUNT];
  final long[] endpoints;
  final long[] entering;
  final long[] targets;
  final long[][] streams;
  long crossZone;
  long touched;

  Lane(ConnectionEngine engine, Terrain terrain, Round round, int capacity, int open, int number) {
    this.engine = engine;
    this.terrain = terrain;
    this.round = round;
    places = new int[2][capacity];
    next = places[0];
    answers = new int[capacity];
    mine = new int[capacity];
    here = new int[capacity];
    found = new int[capacity];
    ownPlaces = new int[terrain.places() + 1];
    for (int place = 0; place < terrain.places(); place++) {
      ownPlaces[place + 1] = engine.laneOf(place) == number ? 1 : 0;
    }
    ends = new int[terrain.places()];
    trailSize = open + 2 * capacity;
    trail = new long[trailSize * Round.HOPS];
    Arrays.fill(trail, NO_STEP);
    endpoints = new long[terrain.endpoints.size()];
    entering = new long[terrain.nodes.size()];
    targets = new long[terrain.targets.size()];
    streams = new long[terrain.streams.size()][Fate.COUNT];
  }

  /** The next random number of a search for a port. */
  @Override
  public int applyAsInt(int bound) {
    long bits = Draws.further(portDraw, portDraws++);
    return (int) (((bits >>> 32) * bound) >>> 32);
  }

  // ---- connections begin

  /** Begins a part of the round, for the stage with this parity. */
  void begin(int firstIndex, int end, int parity) {
    Round r = round;
    Arrays.fill(answers, 0, r.size, 0);
    next = cleared(parity);
    for (int i = firstIndex; i < end; i++) {
      long n = r.first + i;
      long draw = Draws.at(engine.seed(), n);
      int stream =
          terrain.streamFirstClient.length == 1 ? 0 : terrain.streamShares.pick(draw << 32);
      int clients = terrain.streamClients[stream];
      int client = terrain.streamFirstClient[stream] + (int) (n % clients);
      int[] destinations = terrain.streamDestinations[stream];
      int destination =
          destinations.length == 1 ? 0 : terrain.streamDestinationShares[stream].pick(draw);
      int home = terrain.clientHome[client];
      int to = destinations[destination];
      r.begin(
          i,
          draw,
          terrain.clientAddress[client],
          to,
          (Round.clientPort(n, clients) << 16) | terrain.streamPort[stream],
          terrain.streamProtocol[stream],
          stream);
      r.comesFrom(i, home, terrain.choicesOf[terrain.clientFirstChoices[client] + destination]);
      if (home >= 0) {
        next[i] = home + 1;
      } else {
        int owner = terrain.ownerOf(to);
        if (owner == Terrain.NOWHERE) {
          end(i, Fate.NO_ROUTE);
        } else {
          next[i] = (owner >> 1) + 1;
        }
      }
    }
  }

  /** The array of a parity, in which this lane sends no connection anywhere yet. */
  private int[] cleared(int parity) {
    int[] array = places[parity];
    Arrays.fill(array, 0, round.size, 0);
    return array;
  }

  private void end(int i, Fate fate) {
    round.end(i, fate);
    fates[fate.number()]++;
    streams[round.stream(i)][fate.number()]++;
    if (fate == Fate.DELIVERED) {
      endpoints[round.endpoint(i)]++;
    }
  }

  // ---- one hop of all that are at places of this lane

  /** Moves connections one place further; answers how many go on to another. */
  int forward(int parity) {
    gather(parity);
    next = cleared(parity ^ 1);
    int left = 0;
    int at = 0;
    for (int place = 0; place < ends.length; place++) {
      int placeEnd = ends[place];
      while (at < placeEnd) {
        int end = Math.min(placeEnd, at + CHUNK);
        if (place < terrain.nodes.size()) {
          lookAhead(at, end, place);
          decide(at, end, place);
          expectAnswers(at, end, place);
          for (int k = at; k < end; k++) {
            throughNode(mine[k], k - at, place, decisions[k - at]);
            left += next[mine[k]] == 0 ? 0 : 1;
          }
        } else {
          for (int k = at; k < end; k++) {
            throughBalancer(mine[k], place);
            left += next[mine[k]] == 0 ? 0 : 1;
          }
        }
        at = end;
      }
    }
    return left;
  }

  /**
   * Sorts the connections at places of this lane by place, each place's by their numbers: by
   * counting, without branches on where a connection is, which no processor foresees.
   */
  private void gather(int parity) {
    int size = round.size;
    int[] where = here;
    System.arraycopy(engine.places(parity, 0), 0, where, 0, size);
    for (int lane = 1; lane < engine.lanes(); lane++) {
      int[] theirs = engine.places(parity, lane);
      for (int i = 0; i < size; i++) {
        where[i] |= theirs[i];
      }
    }
    int count = 0;
    for (int i = 0; i < size; i++) {
      found[count] = i;
      count += ownPlaces[where[i]];
    }
    Arrays.fill(ends, 0);
    for (int k = 0; k < count; k++) {
      ends[where[found[k]] - 1]++;
    }
    int sum = 0;
    for (int place = 0; place < ends.length; place++) {
      int ofPlace = ends[place];
      ends[place] = sum;
      sum += ofPlace;
    }
    for (int k = 0; k < count; k++) {
      int i = found[k];
      mine[ends[where[i] - 1]++] = i;
    }
  }

  private void lookAhead(int at, int end, int place) {
    for (int k = at; k < end; k++) {
      fill(mine[k], k - at);
    }
    touched += engine.table(place).lookAhead(packets, 0, end - at);
  }

  private void fill(int i, int k) {
    packets.addresses[k] = round.addresses(i);
    packets.ports[k] = ((long) round.protocol(i) << 32) | (round.ports(i) & 0xffff_ffffL);
  }

  private void decide(int at, int end, int place) {
    Decider decider = engine.decider(place);
    if (decider == null) {
      Arrays.fill(decisions, 0, end - at, Decision.NO_TARGET & 0xffff_ffffL);
      return;
    }
    for (int k = at; k < end; k++) {
      int i = mine[k];
      int hop = round.hops(i);
      decider.now(engine.timeOf(place, round.first + i));
      boolean fromPod = hop == 0 && round.home(i) == place;
      decisions[k - at] = decider.decide(
          engine.link(place, round.protocol(i), fromPod),
          round.source(i),
          round.destination(i),
          round.ports(i),
          Draws.further(round.draw(i), 8 + hop));
    }
  }

  /**
   * Works out which tuples the answers will have if the ports that are tried first are free, and
   * loads the memory in which they will be looked for and put in. Without this every connection
   * would wait for one line of memory alone.
   */
  private void expectAnswers(int at, int end, int place) {
    for (int k = at; k < end; k++) {
      expectAnswer(mine[k], k - at, place, decisions[k - at]);
    }
    touched += engine.table(place).lookAhead(expected, 0, end - at);
  }

  private void expectAnswer(int i, int k, int place, long decision) {
    int to = round.destination(i);
    int ports = round.ports(i);
    int toPort = ports & 0xffff;
    int translation = Decision.sourceTranslation(decision);
    expectsPlain[k] =
        Decision.accepted(decision) && translation <= Decision.MASQUERADE_RANDOM_FULLY;
    if (!expectsPlain[k]) {
      expected.set(k, round.protocol(i), to, round.source(i), ports);
      return;
    }
    int target = Decision.target(decision);
    if (target != Decision.NO_TARGET) {
      Targets known = engine.targets();
      to = (int) known.addressLow(target);
      toPort = known.port(target) == 0 ? toPort : known.port(target);
    }
    int from = round.source(i);
    int fromPort = ports >>> 16;
    if (translation != 0) {
      from = engine.masqueradeTo(place, terrain.ownerOf(to) == place << 1);
      if (translation == Decision.MASQUERADE_RANDOM_FULLY) {
        beginPortDraws(i);
        fromPort = Conntrack.firstCandidate(fromPort, applyAsInt(Conntrack.PORT_DRAWS));
      }
    }
    expected.set(k, round.protocol(i), to, from, (toPort << 16) | fromPort);
  }

  /** Opens a connection that nothing stands in the way of; false if it must go step by step. */
  private boolean open(int i, int k, int place, long now) {
    if (!expectsPlain[k]) {
      return false;
    }
    Segment segment = firstSegment(i);
    int handle = engine.table(place).open(packets, expected, k, segment, now);
    if (handle < 0) {
      return false;
    }
    if (round.enters(i)) {
      entering[place]++;
    }
    round.packet(
        i,
        Long.rotateLeft(expected.addresses[k], 32),
        Integer.rotateLeft((int) expected.ports[k], 16));
    leaveTrail(i, place, handle);
    arriveOrLeave(i, place);
    return true;
  }

  private Segment firstSegment(int i) {
    return round.protocol(i) == TCP ? Segment.TCP_SYN : Segment.UDP;
  }

  private void throughNode(int i, int k, int place, long decision) {
    Conntrack table = engine.table(place);
    long now = engine.now();
    if (open(i, k, place, now)) {
      return;
    }
    int handle = track(i, k, table, now);
    if (handle < 0) {
      return;
    }
    if (!Decision.accepted(decision)) {
      table.discard(handle);
      end(
          i,
          switch (Decision.verdict(decision)) {
            case REJECT -> Fate.REJECTED;
            case UNDECIDED -> Fate.UNDECIDED;
            default -> Fate.DROPPED;
          });
      return;
    }
    int target = Decision.target(decision);
    long to = round.destination(i) & 0xffff_ffffL;
    if (target != Decision.NO_TARGET) {
      Targets known = engine.targets();
      to = known.addressLow(target);
      table.translateDestination(handle, 0, to, known.port(target));
    }
    NatRange range = null;
    int translation = Decision.sourceTranslation(decision);
    if (translation != 0) {
      if (translation > Decision.MASQUERADE_RANDOM_FULLY) {
        table.discard(handle);
        end(i, Fate.UNDECIDED);
        return;
      }
      boolean toOwnPod = terrain.ownerOf((int) to) == place << 1;
      range = engine.masquerade(place, toOwnPod, translation == Decision.MASQUERADE_RANDOM_FULLY);
    }
    if (round.enters(i)) {
      entering[place]++;
    }
    goOn(i, place, table, handle, range, now);
  }

  /** Looks the first packet up; ends the connection and answers -1 if it cannot begin. */
  private int track(int i, int k, Conntrack table, long now) {
    int handle = table.track(packets, k, firstSegment(i), now);
    if (handle < 0) {
      end(i, handle == Conntrack.FULL ? Fate.TABLE_FULL : Fate.UNDECIDED);
      return -1;
    }
    if (table.confirmed(handle)) {
      end(i, Fate.NO_SOURCE_PORT);
      return -1;
    }
    return handle;
  }

  /** Translates the source, puts the entry into the table, and goes where the packet now leads. */
  private void goOn(
      int i, int place, Conntrack table, int handle, @Nullable NatRange range, long now) {
    beginPortDraws(i);
    table.translate(handle, true, range, this, now);
    if (!table.confirm(handle, now)) {
      end(i, Fate.NO_SOURCE_PORT);
      return;
    }
    table.tuple(handle, true, other);
    packetAnsweredBy(i, other);
    leaveTrail(i, place, handle);
    arriveOrLeave(i, place);
  }

  private void beginPortDraws(int i) {
    portDraw = Draws.further(round.draw(i), 64 + round.hops(i));
    portDraws = 0;
  }

  private void leaveTrail(int i, int place, int handle) {
    trail[trailAt(round.first + i) + round.hops(i)] = ((long) place << 32) | handle;
  }

  /** The packet becomes the one whose answer has this tuple. */
  private void packetAnsweredBy(int i, Tuple answer) {
    round.packet(
        i,
        (answer.destinationLow << 32) | answer.sourceLow,
        (answer.destinationPort << 16) | answer.sourcePort);
  }

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
    crossZone += engine.zone(to) != engine.zone(place) ? 1 : 0;
    if (round.hop(i)) {
      next[i] = to + 1;
    } else {
      end(i, Fate.LOOPED);
    }
  }

  private void deliver(int i, int place) {
    int endpoint =
        terrain.listenerAt(round.destination(i), round.ports(i) & 0xffff, round.protocol(i));
    if (endpoint < 0) {
      end(i, Fate.NO_LISTENER);
      return;
    }
    round.answer(i, endpoint);
    answers[i] = place + 1;
  }

  // ---- load balancers

  private void throughBalancer(int i, int place) {
    int set = round.choices(i);
    Alternatives shares = terrain.choiceShares[set];
    if (round.source(i) != round.client(i) || shares.count() == 0 || round.isSteered(i)) {
      // The source was translated on the way, or this is a second load balancer.
      end(i, Fate.UNDECIDED);
      return;
    }
    int choice = terrain.firstChoice[set] + shares.pick(Draws.further(round.draw(i), 1));
    int target = terrain.choiceNumber[choice];
    if (target < 0) {
      end(i, terrain.choiceRefuses[choice] ? Fate.BALANCER_REFUSED : Fate.BALANCER_DROPPED);
      return;
    }
    targets[target]++;
    int address = (int) (terrain.choiceTarget[choice] >>> 32);
    int port = (int) terrain.choiceTarget[choice];
    NatRange source = terrain.choiceSource[choice];
    if (source == null) {
      round.steer(i, address, port);
      round.packet(
          i,
          (round.addresses(i) & ~0xffff_ffffL) | (address & 0xffff_ffffL),
          (round.ports(i) & 0xffff_0000) | port);
      arriveOrLeave(i, place);
      return;
    }
    Conntrack table = engine.table(place);
    long now = engine.now();
    fill(i, 0);
    touched += table.lookAhead(packets, 0, 1);
    int handle = track(i, 0, table, now);
    if (handle >= 0) {
      table.translateDestination(handle, 0, address & 0xffff_ffffL, port);
      goOn(i, place, table, handle, source, now);
    }
  }

  // ---- the way back

  /** Puts the answers where they come from, for the stage with this parity. */
  void turn(int parity) {
    System.arraycopy(answers, 0, places[parity], 0, round.size);
  }

  /** Moves answers one place further; answers how many go on to another. */
  int back(int parity) {
    gather(parity);
    next = cleared(parity ^ 1);
    int left = 0;
    int at = 0;
    for (int place = 0; place < ends.length; place++) {
      int placeEnd = ends[place];
      while (at < placeEnd) {
        int end = Math.min(placeEnd, at + CHUNK);
        lookAhead(at, end, place);
        for (int k = at; k < end; k++) {
          answerThrough(mine[k], k - at, place);
          left += next[mine[k]] == 0 ? 0 : 1;
        }
        at = end;
      }
    }
    return left;
  }

  private void answerThrough(int i, int k, int place) {
    Conntrack table = engine.table(place);
    Segment segment = round.protocol(i) == TCP ? Segment.TCP_SYN_ACK : Segment.UDP;
    int handle = table.track(packets, k, segment, engine.now());
    if (handle < 0 || !table.isReply(handle)) {
      if (handle >= 0) {
        table.discard(handle);
      }
      end(i, Fate.ANSWER_LOST);
      return;
    }
    table.tuple(handle, false, other);
    packetAnsweredBy(i, other);
    int owner = terrain.ownerOf(round.destination(i));
    int to = owner == Terrain.NOWHERE ? Terrain.NOWHERE : owner >> 1;
    if (to == place) {
      end(i, round.home(i) == place && round.isForClient(i) ? Fate.DELIVERED : Fate.ANSWER_LOST);
      return;
    }
    if (round.isSteered(i) && round.destination(i) == round.client(i)) {
      round.steerBack(i);
    }
    if (to == Terrain.NOWHERE) {
      end(i, round.isForClient(i) ? Fate.DELIVERED : Fate.ANSWER_LOST);
    } else {
      next[i] = to + 1;
    }
  }

  // ---- ends

  private int trailAt(long connection) {
    return (int) (connection % trailSize) * Round.HOPS;
  }

  /** Brings handshakes to their end at the places of this lane. */
  void settle() {
    int at = trailAt(round.first);
    int count = 0;
    for (int i = 0; i < round.size; i++) {
      boolean stays = round.protocol(i) == TCP && round.fate(i) == Fate.DELIVERED;
      for (int hop = at; hop < at + Round.HOPS; hop++) {
        long step = stays ? trail[hop] : NO_STEP;
        trail[hop] = step;
        steps[count] = step;
        count += isStep(step);
      }
      at = at + Round.HOPS == trail.length ? 0 : at + Round.HOPS;
      if (count > CHUNK - Round.HOPS) {
        settle(count);
        count = 0;
      }
    }
    settle(count);
  }

  private void settle(int count) {
    long now = engine.now();
    touchSteps(count);
    for (int k = 0; k < count; k++) {
      long step = steps[k];
      engine.table((int) (step >> 32)).advance((int) step, Segment.TCP_ACK, now);
    }
  }

  /** 1, or 0 for {@link #NO_STEP}: to count without a branch that no processor foresees. */
  private static int isStep(long step) {
    return 1 + (int) (step >> 63);
  }

  private void touchSteps(int count) {
    long sum = 0;
    for (int k = 0; k < count; k++) {
      long step = steps[k];
      sum += engine.table((int) (step >> 32)).lookAhead((int) step);
    }
    touched += sum;
  }

  /** Closes connections at the places of this lane. */
  void close(long firstNumber, long end, boolean lingers) {
    int at = trailAt(firstNumber);
    int count = 0;
    for (long n = firstNumber; n < end; n++) {
      for (int hop = at; hop < at + Round.HOPS; hop++) {
        long step = trail[hop];
        trail[hop] = NO_STEP;
        steps[count] = step;
        count += isStep(step);
      }
      at = at + Round.HOPS == trail.length ? 0 : at + Round.HOPS;
      if (count > CHUNK - Round.HOPS) {
        close(count, lingers);
        count = 0;
      }
    }
    close(count, lingers);
  }

  private void close(int count, boolean lingers) {
    long now = engine.now();
    touchSteps(count);
    for (int k = 0; k < count; k++) {
      Conntrack table = engine.table((int) (steps[k] >> 32));
      if (lingers) {
        table.finish((int) steps[k], now);
      } else {
        table.kill((int) steps[k]);
      }
    }
  }

  /** Where this lane sends connections in the stage with this parity. */
  int[] places(int parity) {
    return places[parity];
  }
}
