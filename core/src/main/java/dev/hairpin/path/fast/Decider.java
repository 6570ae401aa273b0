package dev.hairpin.path.fast;

import dev.hairpin.path.Chooser;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Runs a {@link DecisionProgram}: decides what becomes of new connections.
 *
 * <pre>{@code
 * Decider decider = new Decider(program, new AffinityTable());
 * int link = program.link(Protocol.TCP, "eth0");
 * long decision = decider.decide(link, source, destination, 40_000 << 16 | 80, Draws.at(seed, n));
 * if (Decision.accepted(decision)) {
 *   SocketAddress endpoint = program.targets().get(Decision.target(decision));
 * }
 * }</pre>
 *
 * <p>The answer depends on the flow, the draw and what the {@link AffinityTable} remembers, and on
 * nothing else: one at a time and batches decide alike. Nothing is allocated. Not thread-safe; each
 * thread has a decider of its own, and nodes do not share affinity tables.
 */
public final class Decider {

  /*
   * Five ways to the same answer, of which a flow takes the first that can go to the end; none
   * changes anything before it knows that it can.
   *
   *   by a plan           one look-up, whose value says plan and first target; one draw; the load of
   *                       the endpoint's address. What is asked of the source (ranges, Local
   *                       policies, the node's pods) is answered for all Services at once by the
   *                       source's class (Origins), which leads to the plan's leaf (Plans): two lines
   *                       of memory beside a few that are always at hand, and the same instructions
   *                       without a branch for Services of all these kinds
   *   by the key's record the same, with a list of callers, or targets in no order: two to four
   *                       lines more
   *   straight            keys without a plan, such as those whose rules have just changed
   *                       (StraightWalk)
   *   without a key       a flow to no Service ends, and one to the node asks the table of node
   *                       ports, whose values have plans as well
   *   run                 everything (RuleRun)
   *
   * In a batch the first is done in passes; what is left takes the others, in the flows' order.
   */
  private static final long NOT_STRAIGHT = StraightWalk.NOT_STRAIGHT;

  /** How many flows go through the passes of a batch together. */
  private static final int PASS = 128;

  private DecisionProgram program;
  private final boolean v4;
  private final AffinityTable affinity;
  private final RuleRun rules;
  private StraightWalk walk;
  private long now;
  private int[] addresses;
  private Way comingIn;
  private Way beingSent;
  private boolean hasLocalTargets;

  /** How many nets of 256 sources each way remembers. */
  private static final int NETS = 64;

  // Of a pass: what was looked up, the leaves that it leads to, and which flows are left.
  private final long[] found = new long[PASS];
  private final int[] leafOf = new int[PASS];
  private final int[] left = new int[PASS];
  private final int[] leftByPlan = new int[PASS];

  // Of those that are left: what the lists of callers say, and the slot where they do; -1 if not.
  private final long[] byList = new long[PASS];
  private final int[] slotOf = new int[PASS];

  /** What is needed of a way, side by side. */
  private static final class Way {
    final long[] slots;
    final int capacity;
    final long[] leaves;
    final int[] records;
    final boolean hasExceptions;

    /** Whether no endpoint is an exception or the node's own. */
    final boolean isPlain;

    final Straight straight;
    final Plans.Table plans;
    private final Origins origins;

    /*
     * Nets that were asked for lately, two words each: the upper 24 bits of their sources, and
     * where the leaves of their class begin.
     */
    private final int[] nets = new int[2 * NETS];

    Way(Straight straight, Plans.Table plans, Origins origins, boolean hasLocalTargets) {
      slots = straight.slots;
      capacity = straight.capacity;
      leaves = plans.words();
      records = straight.records;
      hasExceptions = straight.special != null;
      isPlain = !hasExceptions && !hasLocalTargets;
      this.straight = straight;
      this.plans = plans;
      this.origins = origins;
      Arrays.fill(nets, -1);
    }

    /** Where the leaves for a source begin. */
    int row(int source) {
      int at = (source >>> 7) & (2 * NETS - 2);
      return nets[at] == source >>> 8 ? nets[at + 1] : unknownRow(source, at);
    }

    private int unknownRow(int source, int at) {
      int row = plans.row(origins.of(source));
      if (origins.isUniform(source)) {
        nets[at] = source >>> 8;
        nets[at + 1] = row;
      }
      return row;
    }
  }

  /**
   * A decider for a node.
   *
   * @param program the node's program
   * @param affinity what the node remembers of callers
   */
  public Decider(DecisionProgram program, AffinityTable affinity) {
    this.program = program;
    this.affinity = affinity;
    this.v4 = program.v4;
    this.rules = new RuleRun(program, affinity);
    this.walk = new StraightWalk(program);
    this.addresses = program.targets.addresses4();
    this.comingIn = way(program, 0);
    this.beingSent = way(program, 1);
    this.hasLocalTargets = program.hasLocalTargets;
  }

  private static Way way(DecisionProgram program, int number) {
    return new Way(
        program.code.straights[number],
        program.plans[number],
        program.origins,
        program.hasLocalTargets);
  }

  /**
   * Runs another program from now on. Lists of callers that it does not name are forgotten.
   *
   * @param next the program, of the same family
   */
  public void follow(DecisionProgram next) {
    if (next.family() != program.family()) {
      throw new IllegalArgumentException(
          "a program for " + next.family() + " after one for " + program.family());
    }
    if (affinity.size() > 0 && next.code != program.code) {
      affinity.retain(next.namedLists());
    }
    program = next;
    rules.follow(next);
    walk = new StraightWalk(next);
    addresses = next.targets.addresses4();
    comingIn = way(next, 0);
    beingSent = way(next, 1);
    hasLocalTargets = next.hasLocalTargets;
  }

  /**
   * The program.
   *
   * @return the program that is run
   */
  public DecisionProgram program() {
    return program;
  }

  /**
   * Sets the time, by which affinity counts.
   *
   * @param millis milliseconds since 1970; never less than before
   */
  public void now(long millis) {
    now = millis;
    rules.now(millis);
  }

  /**
   * The mark of the flow that was decided last, as it left the host.
   *
   * @return the mark, after {@link #decide(int, long, long, long, long, int, Chooser)}; other
   *     answers are given without it
   */
  public int mark() {
    return rules.mark();
  }

  // ---- asking

  /**
   * Decides a new IPv4 connection.
   *
   * @param link protocol and device, from {@link DecisionProgram#link} or
   *     {@link DecisionProgram#linkFromHost}
   * @param from the source address
   * @param to the destination address
   * @param ports source port * 65536 + destination port
   * @param random 64 uniform bits, such as {@link Draws#at}
   * @return the answer, which {@link Decision} reads
   */
  public long decide(int link, int from, int to, int ports, long random) {
    Way way = way(link);
    long key = key(link, to, ports);
    long[] slots = way.slots;
    int at = LookupTable.index(key, way.capacity) << 1;
    while (slots[at] != key && slots[at] != 0) {
      at = at + 2 == slots.length ? 0 : at + 2;
    }
    // Of a free slot it is 0, which has no plan.
    long value = slots[at + 1];
    int leaf = way.row(from) + Plans.plan(value);
    long[] leaves = way.leaves;
    long product = Plans.product(leaves[leaf], random);
    long decision = leaves[leaf + Plans.ANSWER]
        + (number(value) + Plans.added(leaves[leaf + Plans.ORDER], product >>> 32));
    if (Plans.isSure(product)) {
      int chosen = (int) decision;
      int endpoint = addresses[chosen];
      if (endpoint != from && (way.isPlain || isUsual(way, chosen, endpoint))) {
        return decision;
      }
    }
    return unusual(way, value, leaf, link, from, to, ports, random);
  }

  private Way way(int link) {
    return (link & DecisionProgram.FROM_HOST) == 0 ? comingIn : beingSent;
  }

  private static long key(int link, int to, int ports) {
    return (long) to << 32 | (ports & 0xffffL) << 16 | (link & 0xffL);
  }

  /** Whether an endpoint is neither the node's own nor an exception of the rules after routing. */
  private boolean isUsual(Way way, int chosen, int endpoint) {
    return (!way.hasExceptions || !way.straight.isSpecial(chosen))
        && !(hasLocalTargets && program.isLocal4(endpoint));
  }

  private long unusual(
      Way way, long value, int leaf, int link, int from, int to, int ports, long random) {
    long record = way.leaves[leaf + Plans.RECORD];
    if (Plans.isAffine(record) && way.isPlain) {
      int place = number(value) + Plans.place(record);
      long known = known(way.records, record, place, from);
      if (known >= 0) {
        int chosen = target(way.records, record, place + 2, (int) (known >>> 32));
        if (isAnother((int) known, record, chosen, from)) {
          renew((int) known, record);
          return way.leaves[leaf + Plans.ANSWER] + chosen;
        }
      }
    }
    return rare(way, value, leaf, link, from, to, ports, random);
  }

  /**
   * How far behind the first list is the one that holds a caller, if that is easily told; or -1.
   */
  private long known(int[] numbers, long record, int place, int from) {
    return affinity.isSimple(now - Plans.seconds(record) * 1_000L)
        ? affinity.known4(numbers[place], from, numbers[place + 1], Plans.rungs(record))
        : -1;
  }

  /** Whether an endpoint is not the caller; mostly the caller's slot says so, without a load. */
  private boolean isAnother(int slot, long record, int chosen, int from) {
    return (Plans.isFixed(record) && affinity.isOfAnother(slot)) || addresses[chosen] != from;
  }

  private void renew(int slot, long record) {
    if (Plans.isFixed(record)) {
      affinity.renewOfAnother(slot, now);
    } else {
      affinity.renew(slot, now);
    }
  }

  /** A target of a record. */
  private static int target(int[] numbers, long record, int at, int rung) {
    return Plans.countsOn(record) ? numbers[at] + rung : numbers[at + rung];
  }

  private long rare(
      Way way, long value, int leaf, int link, int from, int to, int ports, long random) {
    if (value != 0) {
      long record = way.leaves[leaf + Plans.RECORD];
      @Nullable Leaf readable = way.plans.readable()[leaf >>> Plans.LEAF_BITS];
      long decision = readable == null
          ? walk.decide(
              way.straight, (int) value & LookupTable.ADDRESS_MASK, link, from, to, ports, random)
          : record == 0
              ? bySlot(way, readable, leaf, value, from, random)
              : byRecord(way, readable, way.records, record, number(value), from, random);
      if (decision != NOT_STRAIGHT) {
        return decision;
      }
    } else {
      long decision = withoutKey(way, link, from, to, ports, random);
      if (decision != NOT_STRAIGHT) {
        return decision;
      }
    }
    return rules.run(link, 0, from & 0xffff_ffffL, 0, to & 0xffff_ffffL, ports, random);
  }

  /** A flow whose key the first table does not have: nothing, or the node ports. */
  private long withoutKey(Way way, int link, int from, int to, int ports, long random) {
    Straight straight = way.straight;
    int type = program.typeOf(0, to & 0xffff_ffffL);
    int port = ports & 0xffff;
    if (type == Op.OTHER) {
      LookupTable exceptions = straight.exceptions;
      boolean ends = straight.endsForOthers
          && (exceptions == null || exceptions.value4(to, port, link & 0xff) < 0);
      return ends ? straight.clear | (Decision.NO_TARGET & 0xffff_ffffL) : NOT_STRAIGHT;
    }
    LookupTable table = straight.ofLocal;
    if (type != Op.LOCAL || table == null) {
      return NOT_STRAIGHT;
    }
    long value = table.value4(to, port, link & 0xff);
    if (value < LookupTable.FIRST_PLANNED) {
      return NOT_STRAIGHT;
    }
    int leaf = way.row(from) + Plans.plan(value);
    @Nullable Leaf readable = way.plans.readable()[leaf >>> Plans.LEAF_BITS];
    if (readable == null) {
      return NOT_STRAIGHT;
    }
    long record = way.leaves[leaf + Plans.RECORD];
    return record == 0
        ? bySlot(way, readable, leaf, value, from, random)
        : byRecord(way, readable, table.records(), record, number(value), from, random);
  }

  private static int number(long value) {
    return (int) (value >>> LookupTable.TARGET_SHIFT) & LookupTable.TARGET_MASK;
  }

  /** As the usual case, but for draws that need the ladder's table, and callers of themselves. */
  private long bySlot(Way way, Leaf readable, int leaf, long value, int from, long random) {
    int rung = readable.shape().pick(random);
    long[] leaves = way.leaves;
    int chosen = (int) leaves[leaf + Plans.ANSWER]
        + number(value)
        + (int) Plans.added(leaves[leaf + Plans.ORDER], rung);
    int endpoint = addresses[chosen];
    if (!isUsual(way, chosen, endpoint)) {
      return NOT_STRAIGHT;
    }
    return chosen | (endpoint == from ? readable.toItself() : readable.answer());
  }

  /** A decision by the numbers of the key's record. */
  private long byRecord(
      Way way, Leaf readable, int[] numbers, long record, int first, int from, long random) {
    int place = first + Plans.place(record);
    if (Plans.isAffine(record)) {
      // The list must not be changed before it is clear that the walk ends here.
      return way.isPlain ? byCaller(readable, numbers, record, place, from, random) : NOT_STRAIGHT;
    }
    int rung = readable.shape().pick(random);
    int chosen = target(numbers, record, place, rung);
    int endpoint = addresses[chosen];
    if (!isUsual(way, chosen, endpoint)) {
      return NOT_STRAIGHT;
    }
    return chosen | (endpoint == from ? readable.toItself() : readable.answer());
  }

  /** The same where callers are remembered, and all endpoints are usual. */
  private long byCaller(
      Leaf readable, int[] numbers, long record, int place, int from, long random) {
    int group = numbers[place];
    int firstList = numbers[place + 1];
    int rungs = Plans.rungs(record);
    int seconds = Plans.seconds(record);
    long known = affinity.remembered(
        group, 0, AffinityTable.mapped(from), firstList, numbers, 0, rungs, seconds, now);
    int rung;
    if (known >= 0) {
      rung = (int) (known >>> 32);
      affinity.renew((int) known, now);
    } else {
      rung = readable.shape().pick(random);
      affinity.set(firstList + rung, group, 0, AffinityTable.mapped(from), now);
    }
    int chosen = target(numbers, record, place + 2, rung);
    return chosen | (addresses[chosen] == from ? readable.toItself() : readable.answer());
  }

  /**
   * Decides a new connection of either family.
   *
   * @param link as above
   * @param fromHigh the upper half of the source; 0 for IPv4
   * @param fromLow the lower half of the source
   * @param toHigh the upper half of the destination; 0 for IPv4
   * @param toLow the lower half of the destination
   * @param ports as above
   * @param random as above
   * @return the answer
   */
  public long decide(
      int link, long fromHigh, long fromLow, long toHigh, long toLow, int ports, long random) {
    if (v4) {
      return decide(link, (int) fromLow, (int) toLow, ports, random);
    }
    return rules.run(link, fromHigh, fromLow, toHigh, toLow, ports, random);
  }

  /**
   * Decides a new connection whose choices a chooser makes, rule by rule as the walker does. With
   * {@link dev.hairpin.path.Outcomes} it gives the exact distribution.
   *
   * @param link as above
   * @param fromHigh as above
   * @param fromLow as above
   * @param toHigh as above
   * @param toLow as above
   * @param ports as above
   * @param choices makes the choices
   * @return the answer
   */
  public long decide(
      int link, long fromHigh, long fromLow, long toHigh, long toLow, int ports, Chooser choices) {
    return rules.run(link, fromHigh, fromLow, toHigh, toLow, ports, choices);
  }

  /**
   * Decides the flows of a batch, each as it would be decided alone, in their order.
   *
   * @param batch the flows; the answers are written to {@link FlowBatch#decisions}
   * @param first the first flow
   * @param end behind the last flow
   */
  public void decide(FlowBatch batch, int first, int end) {
    if (batch.family() != program.family()) {
      throw new IllegalArgumentException(
          "flows of " + batch.family() + " for a program of " + program.family());
    }
    long[] decisions = batch.decisions;
    if (!v4) {
      for (int i = first; i < end; i++) {
        decisions[i] = rules.run(
            batch.link[i],
            batch.sourceHigh[i],
            batch.sourceLow[i],
            batch.destinationHigh[i],
            batch.destinationLow[i],
            batch.ports[i],
            batch.draw[i]);
      }
      return;
    }
    for (int i = first; i < end; i += PASS) {
      pass(batch, i, Math.min(PASS, end - i));
    }
  }

  /**
   * A few flows in passes, so that the look-ups of many flows wait for memory at the same time, and
   * a flow whose kind was foreseen wrongly does not hold up those behind it: first the table, then
   * the answers by plans, then the lists of callers, then what is left. Nothing is changed before
   * the last.
   */
  private void pass(FlowBatch batch, int first, int count) {
    int[] links = batch.link;
    Way way = way(links[first]);
    int same = 1;
    while (same < count && way(links[first + same]) == way) {
      same++;
    }
    if (same < count) {
      // Flows of both ways: each part by itself.
      pass(batch, first, same);
      pass(batch, first + same, count - same);
      return;
    }
    lookUp(batch, way, first, count);
    int rest = answer(batch, way, first, count);
    if (!way.isPlain) {
      rest = addExceptions(batch, way, first, count, rest);
    }
    if (affinity.size() > 0 && way.isPlain) {
      askLists(batch, way, first, rest);
    } else {
      Arrays.fill(slotOf, 0, rest, -1);
    }
    int version = affinity.version();
    for (int r = 0; r < rest; r++) {
      int k = left[r];
      int i = first + k;
      int slot = slotOf[r];
      if (slot >= 0 && affinity.version() == version) {
        renew(slot, way.leaves[leafOf[k] + Plans.RECORD]);
        batch.decisions[i] = byList[r];
      } else {
        batch.decisions[i] = unusual(
            way,
            found[k],
            leafOf[k],
            links[i],
            batch.source[i],
            batch.destination[i],
            batch.ports[i],
            batch.draw[i]);
      }
    }
  }

  /** Puts down each flow's value, 0 where there is none. */
  private void lookUp(FlowBatch batch, Way way, int first, int count) {
    int[] links = batch.link;
    int[] destinations = batch.destination;
    int[] ports = batch.ports;
    long[] slots = way.slots;
    int capacity = way.capacity;
    long[] values = found;
    for (int k = 0; k < count; k++) {
      int i = first + k;
      long key = key(links[i], destinations[i], ports[i]);
      int at = LookupTable.index(key, capacity) << 1;
      while (slots[at] != key && slots[at] != 0) {
        at = at + 2 == slots.length ? 0 : at + 2;
      }
      values[k] = slots[at + 1];
    }
  }

  /**
   * As one at a time, for those that need no more. Each loop has few arrays, so that their
   * addresses stay in registers.
   *
   * @return how many are left
   */
  private int answer(FlowBatch batch, Way way, int first, int count) {
    findLeaves(batch.source, way, first, count);
    choose(batch.draw, batch.decisions, way.leaves, first, count);
    return leave(batch.source, batch.decisions, first, count);
  }

  private void findLeaves(int[] sources, Way way, int first, int count) {
    long[] values = found;
    int[] leafNumbers = leafOf;
    for (int k = 0; k < count; k++) {
      leafNumbers[k] = way.row(sources[first + k]) + Plans.plan(values[k]);
    }
  }

  /** Puts down the answers; a negative one without target for those that are not certain. */
  private void choose(long[] random, long[] decisions, long[] leaves, int first, int count) {
    long[] values = found;
    int[] leafNumbers = leafOf;
    for (int k = 0; k < count; k++) {
      int leaf = leafNumbers[k];
      long product = Plans.product(leaves[leaf], random[first + k]);
      long sure = Plans.sure(product);
      long decision = leaves[leaf + Plans.ANSWER]
          + (number(values[k]) + Plans.added(leaves[leaf + Plans.ORDER], product >>> 32));
      decisions[first + k] = (decision & sure) | (~sure & Long.MIN_VALUE);
    }
  }

  /** Puts down the numbers of those that are left, for the most part without a branch. */
  private int leave(int[] sources, long[] decisions, int first, int count) {
    int[] others = left;
    int[] endpoints = addresses;
    int rest = 0;
    for (int k = 0; k < count; k++) {
      long decision = decisions[first + k];
      others[rest] = k;
      rest += (int) (decision >>> 63);
      if (endpoints[(int) decision] == sources[first + k] && decision >= 0) {
        others[rest++] = k;
      }
    }
    return rest;
  }

  /** Adds to those that are left, which are in order, whose endpoints are not usual. */
  private int addExceptions(FlowBatch batch, Way way, int first, int count, int byPlan) {
    int rest = 0;
    int next = 0;
    System.arraycopy(left, 0, leftByPlan, 0, byPlan);
    for (int k = 0; k < count; k++) {
      boolean isLeft = next < byPlan && leftByPlan[next] == k;
      next += isLeft ? 1 : 0;
      int chosen = Decision.target(batch.decisions[first + k]);
      if (isLeft || !isUsual(way, chosen, addresses[chosen])) {
        left[rest++] = k;
      }
    }
    return rest;
  }

  /**
   * Asks the lists of callers, and puts down what follows where that is all there is to ask.
   * Changes nothing; the answers hold until somebody is added to a list or removed.
   */
  private void askLists(FlowBatch batch, Way way, int first, int rest) {
    int[] sources = batch.source;
    int[] numbers = way.records;
    long[] leaves = way.leaves;
    for (int r = 0; r < rest; r++) {
      int k = left[r];
      int leaf = leafOf[k];
      long record = leaves[leaf + Plans.RECORD];
      slotOf[r] = -1;
      if (Plans.isAffine(record)) {
        int from = sources[first + k];
        int place = number(found[k]) + Plans.place(record);
        long known = known(numbers, record, place, from);
        if (known >= 0) {
          int chosen = target(numbers, record, place + 2, (int) (known >>> 32));
          if (isAnother((int) known, record, chosen, from)) {
            slotOf[r] = (int) known;
            byList[r] = leaves[leaf + Plans.ANSWER] + chosen;
          }
        }
      }
    }
  }
}
