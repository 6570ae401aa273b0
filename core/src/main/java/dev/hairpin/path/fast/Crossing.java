package dev.hairpin.path.fast;

import static java.util.Objects.requireNonNull;

import dev.hairpin.path.conntrack.Conntrack;
import dev.hairpin.path.conntrack.NatRange;
import dev.hairpin.path.conntrack.PacketBatch;
import dev.hairpin.path.conntrack.Segment;
import dev.hairpin.path.conntrack.Tuple;
import java.util.Arrays;
import java.util.function.IntUnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * The way of connections' first packets through a {@link Station}: tracked, decided by the rules,
 * translated, and put into the table. Works for one {@link Lane}; not thread-safe.
 */
final class Crossing implements IntUnaryOperator {

  /*
   * Connections of a node go in passes over a chunk: fill the packets and load the memory in which
   * they will be looked up; decide by the rules; work out the answers and load where they will be
   * looked up; track, translate and put in. The short first passes let the processor wait for many
   * lines of memory at a time: the instructions of one whole step fill its window of those under
   * way.
   */
  private static final int TCP = 6;

  private final Lane lane;
  private final Terrain terrain;
  private final Round round;
  private final @Nullable Targets targets;
  private final PacketBatch packets = new PacketBatch(Lane.CHUNK);
  private final PacketBatch expected = new PacketBatch(Lane.CHUNK);
  private final long[] decisions = new long[Lane.CHUNK];
  private final boolean[] expectsPlain = new boolean[Lane.CHUNK];
  private final Tuple other = new Tuple();
  private long portDraw;
  private int portDraws;
  private long touched;

  Crossing(Lane lane, Terrain terrain, @Nullable Targets targets, Round round) {
    this.lane = lane;
    this.terrain = terrain;
    this.targets = targets;
    this.round = round;
  }

  /** The next random number of a search for a port. */
  @Override
  public int applyAsInt(int bound) {
    long bits = Draws.further(portDraw, portDraws++);
    return (int) (((bits >>> 32) * bound) >>> 32);
  }

  private void beginPortDraws(int i) {
    portDraw = Draws.further(round.draw(i), 64 + round.hops(i));
    portDraws = 0;
  }

  private Targets targets() {
    return requireNonNull(targets);
  }

  /** Leads connections through a node. */
  void through(Station node, int[] connections, int from, int to, long now) {
    int count = to - from;
    for (int k = 0; k < count; k++) {
      round.fill(packets, k, connections[from + k]);
    }
    touched += node.table.lookAhead(packets, 0, count);
    decide(node, connections, from, count);
    for (int k = 0; k < count; k++) {
      expectAnswer(connections[from + k], k, node);
    }
    touched += node.table.lookAhead(expected, 0, count);
    for (int k = 0; k < count; k++) {
      throughNode(connections[from + k], k, node, now);
    }
  }

  private void decide(Station node, int[] connections, int from, int count) {
    Decider decider = node.decider;
    if (decider == null) {
      Arrays.fill(decisions, 0, count, Decision.NO_TARGET & 0xffff_ffffL);
      return;
    }
    for (int k = 0; k < count; k++) {
      int i = connections[from + k];
      int hop = round.hops(i);
      decider.now(node.notBefore(lane.timeOf(i)));
      boolean fromPod = hop == 0 && round.home(i) == node.place;
      decisions[k] = decider.decide(
          node.link(round.protocol(i), fromPod),
          round.source(i),
          round.destination(i),
          round.ports(i),
          Draws.further(round.draw(i), 8 + hop));
    }
  }

  /**
   * Works out which tuple the answer will have if the port that is tried first is free. Without
   * this every connection would wait for one line of memory alone.
   */
  private void expectAnswer(int i, int k, Station node) {
    long decision = decisions[k];
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
      int port = targets().port(target);
      to = (int) targets().addressLow(target);
      toPort = port == 0 ? toPort : port;
    }
    int from = round.source(i);
    int fromPort = ports >>> 16;
    if (translation != 0) {
      from = node.masqueradeTo(isOwnPod(to, node));
      if (translation == Decision.MASQUERADE_RANDOM_FULLY) {
        beginPortDraws(i);
        fromPort = Conntrack.firstCandidate(fromPort, applyAsInt(Conntrack.PORT_DRAWS));
      }
    }
    expected.set(k, round.protocol(i), to, from, (toPort << 16) | fromPort);
  }

  /** Opens a connection that nothing stands in the way of; false if it must go step by step. */
  private boolean open(int i, int k, Station node, long now) {
    if (!expectsPlain[k]) {
      return false;
    }
    int handle = node.table.open(packets, expected, k, firstSegment(i), now);
    if (handle < 0) {
      return false;
    }
    round.packet(
        i,
        Long.rotateLeft(expected.addresses[k], 32),
        Integer.rotateLeft((int) expected.ports[k], 16));
    lane.enters(i, node);
    lane.goesOn(i, node, handle);
    return true;
  }

  private Segment firstSegment(int i) {
    return round.protocol(i) == TCP ? Segment.TCP_SYN : Segment.UDP;
  }

  private void throughNode(int i, int k, Station node, long now) {
    if (open(i, k, node, now)) {
      return;
    }
    Conntrack table = node.table;
    int handle = track(i, k, table, now);
    if (handle < 0) {
      return;
    }
    long decision = decisions[k];
    if (!Decision.accepted(decision)) {
      table.discard(handle);
      lane.end(
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
      to = targets().addressLow(target);
      table.translateDestination(handle, 0, to, targets().port(target));
    }
    NatRange range = null;
    int translation = Decision.sourceTranslation(decision);
    if (translation != 0) {
      if (translation > Decision.MASQUERADE_RANDOM_FULLY) {
        table.discard(handle);
        lane.end(i, Fate.UNDECIDED);
        return;
      }
      range = node.masquerade(
          isOwnPod((int) to, node), translation == Decision.MASQUERADE_RANDOM_FULLY);
    }
    lane.enters(i, node);
    goOn(i, node, handle, range, now);
  }

  private boolean isOwnPod(int address, Station node) {
    return terrain.ownerOf(address) == node.place << 1;
  }

  /** Leads a connection through a load balancer that translates both ends. */
  void through(Station balancer, int i, long to, int port, @Nullable NatRange source, long now) {
    round.fill(packets, 0, i);
    touched += balancer.table.lookAhead(packets, 0, 1);
    int handle = track(i, 0, balancer.table, now);
    if (handle >= 0) {
      balancer.table.translateDestination(handle, 0, to, port);
      goOn(i, balancer, handle, source, now);
    }
  }

  /** Looks the first packet up; ends the connection and answers -1 if it cannot begin. */
  private int track(int i, int k, Conntrack table, long now) {
    int handle = table.track(packets, k, firstSegment(i), now);
    if (handle < 0) {
      lane.end(i, handle == Conntrack.FULL ? Fate.TABLE_FULL : Fate.UNDECIDED);
      return -1;
    }
    if (table.confirmed(handle)) {
      lane.end(i, Fate.NO_SOURCE_PORT);
      return -1;
    }
    return handle;
  }

  /** Translates the source, puts the entry into the table, and goes where the packet now leads. */
  private void goOn(int i, Station station, int handle, @Nullable NatRange range, long now) {
    Conntrack table = station.table;
    beginPortDraws(i);
    table.translate(handle, true, range, this, now);
    if (!table.confirm(handle, now)) {
      lane.end(i, Fate.NO_SOURCE_PORT);
      return;
    }
    table.tuple(handle, true, other);
    round.packetAnsweredBy(i, other);
    lane.goesOn(i, station, handle);
  }

  /** Some bits of the memory that was loaded ahead, so that the loads are not optimised away. */
  long touched() {
    return touched;
  }
}
