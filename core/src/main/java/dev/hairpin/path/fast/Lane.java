package dev.hairpin.path.fast;

import dev.hairpin.path.Relay;
import dev.hairpin.path.conntrack.Conntrack;
import dev.hairpin.path.conntrack.NatRange;
import dev.hairpin.path.conntrack.Segment;
import dev.hairpin.path.conntrack.Tuple;
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
   * A stage is four passes over chunks of 256 connections: fill the tuples and touch the lines of
   * the index in which they will be looked for; touch the entries; decide by the rules; track,
   * translate and put in. The short first passes let the processor wait for many lines of memory at
   * a time: the instructions of one whole step fill its window of those under way.
   */
  private static final int CHUNK = 256;

  private final ConnectionEngine engine;
  private final Terrain terrain;
  private final Round round;
  private final int number;
  private final int[] mine;
  private final Tuple[] tuples = new Tuple[CHUNK];
  private final long[] decisions = new long[CHUNK];
  private final Tuple other = new Tuple();
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

  Lane(ConnectionEngine engine, Terrain terrain, Round round, int capacity, int number) {
    this.engine = engine;
    this.terrain = terrain;
    this.round = round;
    this.number = number;
    this.mine = new int[capacity];
    for (int i = 0; i < CHUNK; i++) {
      tuples[i] = new Tuple();
    }
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

  void begin(int firstIndex, int end) {
    Round r = round;
    for (int i = firstIndex; i < end; i++) {
      long n = r.first + i;
      long draw = Draws.at(engine.seed(), n);
      int stream = terrain.streams.size() == 1 ? 0 : terrain.streamShares.pick(draw << 32);
      int clients = terrain.streamClients[stream];
      int client = terrain.streamFirstClient[stream] + (int) (n % clients);
      int[] destinations = terrain.streamDestinations[stream];
      int destination = destinations.length == 1
          ? 0
          : terrain.streams.get(stream).destinationShares().pick(draw);
      r.draw[i] = draw;
      r.stream[i] = stream;
      r.client[i] = client;
      r.destination[i] = destination;
      r.endpoint[i] = -1;
      r.hops[i] = 0;
      r.steeredPort[i] = 0;
      r.entered[i] = false;
      r.from[i] = terrain.clientAddress[client];
      r.to[i] = destinations[destination];
      r.ports[i] = (Round.clientPort(n, clients) << 16) | terrain.streamPort[stream];
      r.state[i] = Round.UNDER_WAY;
      engine.forgetTrail(n);
      if (terrain.clientHome[client] >= 0) {
        r.place[i] = terrain.clientHome[client];
      } else {
        int owner = terrain.ownerOf(r.to[i]);
        if (owner == Terrain.NOWHERE) {
          end(i, Fate.NO_ROUTE);
        } else {
          r.place[i] = owner >> 1;
        }
      }
    }
  }

  private void end(int i, Fate fate) {
    round.state[i] = Round.ended(fate);
  }

  // ---- one hop of all that are at places of this lane

  /** Moves connections one place further; answers how many are still under way. */
  int forward() {
    int count = gather(Round.UNDER_WAY);
    int left = 0;
    for (int at = 0; at < count; at += CHUNK) {
      int end = Math.min(count, at + CHUNK);
      prepare(at, end);
      decide(at, end);
      for (int k = at; k < end; k++) {
        int i = mine[k];
        if (round.place[i] < terrain.nodes.size()) {
          throughNode(i, tuples[k - at], decisions[k - at]);
        } else {
          throughBalancer(i, tuples[k - at]);
        }
        left += round.state[i] == Round.UNDER_WAY ? 1 : 0;
      }
    }
    return left;
  }

  private int gather(byte state) {
    int count = 0;
    for (int i = 0; i < round.size; i++) {
      if (round.state[i] == state && engine.laneOf(round.place[i]) == number) {
        mine[count++] = i;
      }
    }
    return count;
  }

  private void prepare(int at, int end) {
    for (int k = at; k < end; k++) {
      int i = mine[k];
      Tuple t = tuples[k - at];
      t.protocol = engine.protocol(round.stream[i]);
      t.sourceLow = round.from[i] & 0xffff_ffffL;
      t.destinationLow = round.to[i] & 0xffff_ffffL;
      t.sourcePort = round.ports[i] >>> 16;
      t.destinationPort = round.ports[i] & 0xffff;
      touched += engine.table(round.place[i]).touch(t);
    }
    for (int k = at; k < end; k++) {
      touched += engine.table(round.place[mine[k]]).touchEntry(tuples[k - at]);
    }
  }

  private void decide(int at, int end) {
    for (int k = at; k < end; k++) {
      int i = mine[k];
      int place = round.place[i];
      Decider decider = engine.decider(place);
      if (decider != null) {
        int hop = round.hops[i];
        decider.now(engine.timeOf(place, round.first + i));
        boolean fromPod = hop == 0 && homeOf(i) == place;
        decisions[k - at] = decider.decide(
            engine.link(place, round.stream[i], fromPod),
            round.from[i],
            round.to[i],
            round.ports[i],
            Draws.further(round.draw[i], 8 + hop));
      } else {
        decisions[k - at] = Decision.NO_TARGET & 0xffff_ffffL;
      }
    }
  }

  private int homeOf(int i) {
    return terrain.clientHome[round.client[i]];
  }

  private void throughNode(int i, Tuple t, long decision) {
    int place = round.place[i];
    Conntrack table = engine.table(place);
    long now = engine.now();
    int handle = track(i, table, t, now);
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
    long to = t.destinationLow;
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
    if (!round.entered[i]) {
      round.entered[i] = true;
      entering[place]++;
    }
    goOn(i, table, handle, range, now);
  }

  /** Looks the first packet up; ends the connection and answers -1 if it cannot begin. */
  private int track(int i, Conntrack table, Tuple t, long now) {
    Segment segment = t.protocol == 6 ? Segment.TCP_SYN : Segment.UDP;
    int handle = table.track(t, segment, now);
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
  private void goOn(int i, Conntrack table, int handle, @Nullable NatRange range, long now) {
    int place = round.place[i];
    portDraw = Draws.further(round.draw[i], 64 + round.hops[i]);
    portDraws = 0;
    table.translate(handle, true, range, this, now);
    if (!table.confirm(handle, now)) {
      end(i, Fate.NO_SOURCE_PORT);
      return;
    }
    table.tuple(handle, true, other);
    round.from[i] = (int) other.destinationLow;
    round.to[i] = (int) other.sourceLow;
    round.ports[i] = other.destinationPort << 16 | other.sourcePort;
    engine.trail(round.first + i, round.hops[i], place, handle);
    arriveOrLeave(i, place);
  }

  private void arriveOrLeave(int i, int place) {
    int owner = terrain.ownerOf(round.to[i]);
    if (owner == Terrain.NOWHERE) {
      end(i, Fate.NO_ROUTE);
      return;
    }
    int next = owner >> 1;
    if (next == place) {
      deliver(i);
      return;
    }
    crossZone += engine.zone(next) != engine.zone(place) ? 1 : 0;
    round.place[i] = next;
    if (++round.hops[i] == Round.HOPS) {
      end(i, Fate.LOOPED);
    }
  }

  private void deliver(int i) {
    int endpoint =
        terrain.listenerAt(round.to[i], round.ports[i] & 0xffff, engine.protocol(round.stream[i]));
    if (endpoint < 0) {
      end(i, Fate.NO_LISTENER);
      return;
    }
    round.endpoint[i] = endpoint;
    round.state[i] = Round.ANSWERING;
    // From here on the packet is the answer.
    int from = round.from[i];
    round.from[i] = round.to[i];
    round.to[i] = from;
    round.ports[i] = Integer.rotateLeft(round.ports[i], 16);
  }

  // ---- load balancers

  private void throughBalancer(int i, Tuple t) {
    int client = round.client[i];
    int set = terrain.choicesOf[terrain.clientFirstChoices[client] + round.destination[i]];
    Terrain.BalancerChoices choices = terrain.choices[set];
    if (round.from[i] != terrain.clientAddress[client]
        || choices.choices().isEmpty()
        || round.steeredPort[i] != 0) {
      // The source was translated on the way, or this is a second load balancer.
      end(i, Fate.UNDECIDED);
      return;
    }
    Terrain.BalancerChoice choice =
        choices.choices().get(choices.shares().pick(Draws.further(round.draw[i], 1)));
    if (choice.number() < 0) {
      end(
          i,
          choice.decision() instanceof Relay.Decision.Refuse
              ? Fate.BALANCER_REFUSED
              : Fate.BALANCER_DROPPED);
      return;
    }
    targets[choice.number()]++;
    NatRange source = choice.source();
    int place = round.place[i];
    if (source == null) {
      round.to[i] = choice.target();
      round.ports[i] = (round.ports[i] & 0xffff_0000) | choice.port();
      round.steeredTo[i] = choice.target();
      round.steeredPort[i] = choice.port();
      arriveOrLeave(i, place);
      return;
    }
    Conntrack table = engine.table(place);
    long now = engine.now();
    int handle = track(i, table, t, now);
    if (handle >= 0) {
      table.translateDestination(handle, 0, choice.target() & 0xffff_ffffL, choice.port());
      goOn(i, table, handle, source, now);
    }
  }

  // ---- the way back

  /** Moves answers one place further; answers how many are still under way. */
  int back() {
    int count = gather(Round.ANSWERING);
    int left = 0;
    for (int at = 0; at < count; at += CHUNK) {
      int end = Math.min(count, at + CHUNK);
      prepare(at, end);
      for (int k = at; k < end; k++) {
        int i = mine[k];
        answerThrough(i, tuples[k - at]);
        left += round.state[i] == Round.ANSWERING ? 1 : 0;
      }
    }
    return left;
  }

  private void answerThrough(int i, Tuple t) {
    int place = round.place[i];
    Conntrack table = engine.table(place);
    int handle = table.track(t, t.protocol == 6 ? Segment.TCP_SYN_ACK : Segment.UDP, engine.now());
    if (handle < 0 || !table.isReply(handle)) {
      if (handle >= 0) {
        table.discard(handle);
      }
      end(i, Fate.ANSWER_LOST);
      return;
    }
    table.tuple(handle, false, other);
    round.from[i] = (int) other.destinationLow;
    round.to[i] = (int) other.sourceLow;
    round.ports[i] = other.destinationPort << 16 | other.sourcePort;
    int client = terrain.clientAddress[round.client[i]];
    int owner = terrain.ownerOf(round.to[i]);
    int next = owner == Terrain.NOWHERE ? Terrain.NOWHERE : owner >> 1;
    if (next == place) {
      end(i, homeOf(i) == place && isForClient(i) ? Fate.DELIVERED : Fate.ANSWER_LOST);
      return;
    }
    if (round.steeredPort[i] != 0 && round.to[i] == client) {
      steerBack(i);
    }
    if (next == Terrain.NOWHERE) {
      end(i, isForClient(i) ? Fate.DELIVERED : Fate.ANSWER_LOST);
    } else {
      round.place[i] = next;
    }
  }

  /** The network hands what comes from a target to the load balancer, which rewrites it. */
  private void steerBack(int i) {
    if (round.from[i] == round.steeredTo[i] && round.ports[i] >>> 16 == round.steeredPort[i]) {
      int stream = round.stream[i];
      round.from[i] = terrain.streamDestinations[stream][round.destination[i]];
      round.ports[i] = (round.ports[i] & 0xffff) | (terrain.streamPort[stream] << 16);
    }
  }

  private boolean isForClient(int i) {
    int stream = round.stream[i];
    int port = Round.clientPort(round.first + i, terrain.streamClients[stream]);
    return round.to[i] == terrain.clientAddress[round.client[i]]
        && round.from[i] == terrain.streamDestinations[stream][round.destination[i]]
        && round.ports[i] == (terrain.streamPort[stream] << 16 | port);
  }

  // ---- ends

  /** Counts a part of the round. */
  void count(int firstIndex, int end) {
    for (int i = firstIndex; i < end; i++) {
      int fate = round.state[i] - Round.FIRST_FATE;
      fates[fate]++;
      streams[round.stream[i]][fate]++;
      if (fate == 0) {
        endpoints[round.endpoint[i]]++;
      }
    }
  }

  /** Brings handshakes to their end at the places of this lane. */
  void settle() {
    long now = engine.now();
    for (int i = 0; i < round.size; i++) {
      long n = round.first + i;
      Fate fate = round.fate(i);
      boolean tcp = engine.protocol(round.stream[i]) == 6;
      for (int hop = 0; hop < Round.HOPS; hop++) {
        long step = engine.trail(n, hop);
        if (step == ConnectionEngine.NO_STEP || engine.laneOf((int) (step >> 32)) != number) {
          continue;
        }
        if (tcp && fate == Fate.DELIVERED) {
          engine.table((int) (step >> 32)).advance((int) step, Segment.TCP_ACK, now);
        } else {
          engine.eraseStep(n, hop);
        }
      }
    }
  }

  /** Closes connections at the places of this lane. */
  void close(long firstNumber, long end, boolean lingers) {
    long now = engine.now();
    for (long n = firstNumber; n < end; n++) {
      for (int hop = 0; hop < Round.HOPS; hop++) {
        long step = engine.trail(n, hop);
        if (step == ConnectionEngine.NO_STEP || engine.laneOf((int) (step >> 32)) != number) {
          continue;
        }
        Conntrack table = engine.table((int) (step >> 32));
        int handle = (int) step;
        if (lingers) {
          table.advance(handle, Segment.TCP_FIN, now);
          table.advance(handle | 1, Segment.TCP_FIN, now);
          table.advance(handle, Segment.TCP_ACK, now);
        } else {
          table.kill(handle);
        }
      }
    }
  }
}
