package dev.hairpin.path.fast;

import dev.hairpin.path.Chooser;
import java.util.Objects;
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
   * Four ways to the same answer, of which a flow takes the first that can go to the end; none
   * changes anything before it knows that it can.
   *
   *   by a direct plan    one look-up, whose value says plan and first target; one draw; the load of
   *                       the endpoint's address. Two lines of memory beside the plan, which a few
   *                       dozen Services have in common; 40 to 50 instructions
   *   by another plan     the same, with questions about the source before, numbers of targets in the
   *                       key's record, or a list of callers: two to four lines more
   *   straight            keys without a plan, such as those whose rules have just changed: from
   *                       routine to routine, in locals, to a ladder
   *   run                 everything: instruction by instruction, in fields
   *
   * In a batch the first two are done in passes.
   */
  static final int CONTINUE = 0;
  static final int ACCEPT = 1;
  static final int DROP = 2;
  static final int REJECT = 3;
  static final int UNDECIDED = 4;

  /** The rules of a key end, and with them the chain that looked it up. */
  static final int LEAVE = 5;

  /** How many instructions a walk may take, and how deep it may jump. */
  private static final int MOST_STEPS = 1_000_000;

  private static final int MOST_DEPTH = 100;
  private static final int MOST_STRAIGHT_JUMPS = 4;

  /** How many flows go through the passes of a batch together. */
  private static final int PASS = 128;

  /** Ends whose questions every pool has, by these numbers. */
  private static final int TOO_LONG = UNDECIDED;

  private static final int DEVICE_OPEN = UNDECIDED | 1 << 3;
  private static final int SOURCE_OPEN = UNDECIDED | 2 << 3;
  private static final long NOT_STRAIGHT = Long.MIN_VALUE;

  private DecisionProgram program;
  private ProgramCode code;
  private boolean v4;
  private final AffinityTable affinity;
  private long now;
  private @Nullable Chooser chooser;

  // The flow, while its rules are run.
  private long sourceHigh;
  private long sourceLow;
  private long destinationHigh;
  private long destinationLow;
  private int sourcePort;
  private int destinationPort;
  private int protocol;
  private int devices;
  private boolean leavesNowhere;
  private int mark;
  private int connectionMark;
  private int target;
  private boolean destinationDone;
  private boolean destinationChanged;
  private int source;
  private long draw;
  private int draws;
  private int steps;
  private int[] profiles;
  private Shape[] shapes;
  private int[] addresses;
  private long[] nodeBlocks;
  private Straight comingIn;
  private Straight beingSent;
  private boolean hasLocalTargets;
  private int markOnTheWay;
  private final long[] found = new long[PASS];

  /** Keeps loads alive that are made for their effect on the cache only. */
  long touched;

  /**
   * A decider for a node.
   *
   * @param program the node's program
   * @param affinity what the node remembers of callers
   */
  public Decider(DecisionProgram program, AffinityTable affinity) {
    this.program = program;
    this.affinity = affinity;
    this.code = program.code;
    this.v4 = program.v4;
    this.profiles = program.pool.profiles();
    this.shapes = code.shapes;
    this.addresses = program.targets.addresses4();
    this.comingIn = code.straights[0];
    this.beingSent = code.straights[1];
    this.nodeBlocks = program.nodeBlocks;
    this.hasLocalTargets = program.hasLocalTargets;
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
    if (affinity.size() > 0 && next.code != code) {
      affinity.retain(next);
    }
    program = next;
    code = next.code;
    profiles = next.pool.profiles();
    shapes = next.code.shapes;
    addresses = next.targets.addresses4();
    comingIn = next.code.straights[0];
    beingSent = next.code.straights[1];
    nodeBlocks = next.nodeBlocks;
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
  }

  /**
   * The mark of the flow that was decided last, as it left the host.
   *
   * @return the mark, after {@link #decide(int, long, long, long, long, int, Chooser)}; other
   *     answers are given without it
   */
  public int mark() {
    return mark;
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
    Straight way = way(link);
    long value = LookupTable.get4(way.slots, way.capacity, key(link, to, ports));
    return decide(way, value, link, from, to, ports, random);
  }

  /** The usual case, by the value of the look-up: a draw, and a load of the endpoint. */
  private long decide(
      Straight way, long value, int link, int from, int to, int ports, long random) {
    if (value >= LookupTable.FIRST_PLANNED) {
      Plan plan = way.plans[(int) (value >>> LookupTable.PLAN_SHIFT)];
      // Ladder.pick, but for the draws that need its table.
      long product = (random >>> 32) * plan.outcomes;
      int chosen = ((int) (value >>> LookupTable.TARGET_SHIFT) & LookupTable.TARGET_MASK)
          + (int) (product >>> 32);
      if ((int) product - plan.doubtful < plan.safe && isUsual(way, chosen, from)) {
        long block = plan.nodeBlock < 0 ? plan.block : nodeBlocks[plan.nodeBlock];
        return ((from & (int) block) == (int) (block >>> 32) ? plan.inside : plan.outside) | chosen;
      }
    }
    return unusual(way, value, link, from, to, ports, random);
  }

  private Straight way(int link) {
    return (link & DecisionProgram.FROM_HOST) == 0 ? comingIn : beingSent;
  }

  private static long key(int link, int to, int ports) {
    return (long) to << 32 | (ports & 0xffffL) << 16 | (link & 0xffL);
  }

  /** Whether an endpoint is neither the caller itself, nor the node's own, nor an exception. */
  private boolean isUsual(Straight way, int chosen, int from) {
    int endpoint = addresses[chosen];
    return endpoint != from
        && (way.special == null || !way.isSpecial(chosen))
        && !(hasLocalTargets && program.isLocal4(endpoint));
  }

  private long unusual(
      Straight way, long value, int link, int from, int to, int ports, long random) {
    if (value >= 0) {
      Plan plan = way.plans[(int) (value >>> LookupTable.PLAN_SHIFT)];
      int record = (int) (value >>> LookupTable.TARGET_SHIFT) & LookupTable.TARGET_MASK;
      long straight = plan.kind == Plan.DIRECT || plan.kind == Plan.UNKNOWN
          ? straight(way, (int) value & LookupTable.ADDRESS_MASK, link, from, to, ports, random)
          : byPlan(way, plan, record, from, random);
      if (straight != NOT_STRAIGHT) {
        return straight;
      }
    }
    return run(link, 0, from & 0xffff_ffffL, 0, to & 0xffff_ffffL, ports, random);
  }

  /** A decision by a plan that asks for the source, or whose targets do not count on. */
  private long byPlan(Straight way, Plan root, int record, int from, long random) {
    Plan plan = root;
    while (plan.kind != Plan.CHOICE) {
      if (plan.kind == Plan.UNKNOWN) {
        return NOT_STRAIGHT;
      }
      plan = Objects.requireNonNull(answer(plan, from) ? plan.yes : plan.no);
    }
    int[] numbers = way.records;
    int place = record + plan.place;
    long known = -1;
    int group = 0;
    int firstList = 0;
    boolean affine = plan.seconds >= 0;
    if (affine) {
      if (hasLocalTargets || way.special != null) {
        // The list must not be changed before it is clear that the walk ends here.
        return NOT_STRAIGHT;
      }
      group = numbers[place];
      firstList = numbers[place + 1];
      place += 2;
      known = remembered(
          group, listLow(from & 0xffff_ffffL), firstList, numbers, 0, plan.rungs(), plan.seconds);
    }
    int rung = known >= 0 ? (int) (known >>> 32) : plan.pick(random);
    int chosen = plan.countsOn ? numbers[place] + rung : numbers[place + rung];
    int endpoint = addresses[chosen];
    boolean unusual = way.special != null && way.isSpecial(chosen);
    if (unusual || (hasLocalTargets && program.isLocal4(endpoint))) {
      return NOT_STRAIGHT;
    }
    if (known >= 0) {
      affinity.renew((int) known, now);
    } else if (affine) {
      affinity.set(firstList + rung, group, 0, listLow(from & 0xffff_ffffL), now);
    }
    long block = plan.nodeBlock < 0 ? plan.block : nodeBlocks[plan.nodeBlock];
    boolean within = (from & (int) block) == (int) (block >>> 32);
    return chosen
        | (endpoint == from
            ? (within ? plan.itselfInside : plan.itselfOutside)
            : (within ? plan.inside : plan.outside));
  }

  private boolean answer(Plan question, int from) {
    if (question.kind == Plan.OF_TYPE) {
      return (question.block & type(0, from & 0xffff_ffffL)) != 0;
    }
    long block = question.nodeBlock < 0 ? question.block : nodeBlocks[question.nodeBlock];
    return (from & (int) block) == (int) (block >>> 32);
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
    return run(link, fromHigh, fromLow, toHigh, toLow, ports, random);
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
    chooser = choices;
    try {
      return run(link, fromHigh, fromLow, toHigh, toLow, ports, 0);
    } finally {
      chooser = null;
    }
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
        decisions[i] = run(
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
   * the lists of callers if there are any, then the answers. Nothing is changed before the last.
   */
  private void pass(FlowBatch batch, int first, int count) {
    int[] links = batch.link;
    Straight way = way(links[first]);
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
    if (affinity.size() > 0) {
      touchLists(batch, way, first, count);
    }
    answer(batch, way, first, count);
  }

  private void lookUp(FlowBatch batch, Straight way, int first, int count) {
    int[] links = batch.link;
    int[] destinations = batch.destination;
    int[] ports = batch.ports;
    long[] slots = way.slots;
    int capacity = way.capacity;
    long[] values = found;
    for (int k = 0; k < count; k++) {
      int i = first + k;
      values[k] = LookupTable.get4(slots, capacity, key(links[i], destinations[i], ports[i]));
    }
  }

  /** As one at a time, with what all flows have in common in locals. */
  private void answer(FlowBatch batch, Straight way, int first, int count) {
    int[] sources = batch.source;
    long[] random = batch.draw;
    long[] decisions = batch.decisions;
    long[] values = found;
    Plan[] plans = way.plans;
    int[] endpoints = addresses;
    long[] blocks = nodeBlocks;
    boolean noneSpecial = way.special == null && !hasLocalTargets;
    for (int k = 0; k < count; k++) {
      int i = first + k;
      int from = sources[i];
      long value = values[k];
      if (value >= LookupTable.FIRST_PLANNED) {
        Plan plan = plans[(int) (value >>> LookupTable.PLAN_SHIFT)];
        long product = (random[i] >>> 32) * plan.outcomes;
        int chosen = ((int) (value >>> LookupTable.TARGET_SHIFT) & LookupTable.TARGET_MASK)
            + (int) (product >>> 32);
        if ((int) product - plan.doubtful < plan.safe
            && endpoints[chosen] != from
            && (noneSpecial || isUsual(way, chosen, from))) {
          long block = plan.nodeBlock < 0 ? plan.block : blocks[plan.nodeBlock];
          boolean within = (from & (int) block) == (int) (block >>> 32);
          decisions[i] = (within ? plan.inside : plan.outside) | chosen;
          continue;
        }
      }
      decisions[i] =
          unusual(way, value, batch.link[i], from, batch.destination[i], batch.ports[i], random[i]);
    }
  }

  private void touchLists(FlowBatch batch, Straight way, int first, int count) {
    long sum = 0;
    for (int k = 0; k < count; k++) {
      long value = found[k];
      if (value >= LookupTable.FIRST_PLANNED) {
        Plan plan = way.plans[(int) (value >>> LookupTable.PLAN_SHIFT)];
        if (plan.seconds >= 0) {
          int record = (int) (value >>> LookupTable.TARGET_SHIFT) & LookupTable.TARGET_MASK;
          long low = listLow(batch.source[first + k] & 0xffff_ffffL);
          sum += affinity.touch(way.records[record + plan.place], 0, low);
        }
      }
    }
    touched = sum;
  }

  static long pack(int end, int target, int way, int source) {
    int verdict = (end & 7) == UNDECIDED ? 3 : (end & 7) == REJECT ? 2 : (end & 7) == DROP ? 1 : 0;
    long packed = (long) verdict << Decision.VERDICT_SHIFT | (long) way << Decision.WAY_SHIFT;
    if (verdict == 3) {
      return packed | end >>> 3;
    }
    long low = target & 0xffff_ffffL;
    if (verdict == 2) {
      packed |= (long) (end >>> 3) << Decision.REJECT_SHIFT;
    }
    return packed | low | (long) source << Decision.SOURCE_SHIFT;
  }

  // ---- the straight way

  private long straight(
      Straight way, int address, int link, int from, int to, int ports, long random) {
    int[][] pages = code.pages;
    int[] words = pages[address >>> ProgramCode.PAGE_BITS];
    int at = address & ProgramCode.PAGE_MASK;
    return (words[at] & 0xff) == Op.BALANCE
        ? choose(way, words, at, 0, link, from, random)
        : winding(way, pages, address, link, from, to, ports, random);
  }

  /** A flow to a Service that is not the plainest, but plain enough. */
  private long winding(
      Straight way,
      int[][] pages,
      int address,
      int link,
      int from,
      int to,
      int ports,
      long random) {
    long place = ladder(pages, address, link, from, to, ports);
    if (place < 0) {
      return NOT_STRAIGHT;
    }
    int[] words = pages[(int) place >>> ProgramCode.PAGE_BITS];
    int at = (int) place & ProgramCode.PAGE_MASK;
    return choose(way, words, at, markOnTheWay, link, from, random);
  }

  private long choose(
      Straight way, int[] words, int at, int before, int link, int from, long random) {
    Shape shape = shapes[words[at + 1]];
    if (((link ^ shape.protocol) & shape.protocolMask) != 0) {
      return NOT_STRAIGHT;
    }
    int marked = before;
    long block = shape.nodeBlock < 0 ? shape.block : nodeBlocks[shape.nodeBlock];
    if (((from & (int) block) == (int) (block >>> 32)) == shape.inside) {
      marked = (marked & shape.blockKeeps) ^ shape.blockSets;
    }
    // Ladder.pick, but for the draws that need its table.
    long product = (random >>> 32) * shape.outcomes;
    int rung = (int) product - shape.doubtful < shape.safe
        ? (int) (product >>> 32)
        : shape.ladder.pick(random);
    int rungs = words[at] >>> 8;
    if (rung >= rungs) {
      return NOT_STRAIGHT;
    }
    int base = words[at + 2];
    int chosen = base >= 0 ? base + rung : words[at + Op.BALANCE_HEADER + rung];
    int endpoint = addresses[chosen];
    if (endpoint == from) {
      marked = (marked & shape.ownKeeps) ^ shape.ownSets;
    }
    if (hasLocalTargets && program.isLocal4(endpoint)) {
      return NOT_STRAIGHT;
    }
    LookupTable exceptions = way.exceptions;
    if (exceptions != null
        && (way.isSpecial(chosen) && isException(exceptions, endpoint, chosen, link))) {
      return NOT_STRAIGHT;
    }
    // Numbers of targets are not negative.
    return ((marked & way.markMask) != 0 ? way.set : way.clear) | chosen;
  }

  /**
   * The address of the ladder that a walk comes to, and the mark on the way; -1 if it is not one
   * that the straight way can do.
   */
  private long ladder(int[][] pages, int start, int link, int from, int to, int ports) {
    int page = start >>> ProgramCode.PAGE_BITS;
    int[] words = pages[page];
    int at = start & ProgramCode.PAGE_MASK;
    int marked = 0;
    int jumps = 0;
    while (true) {
      int word = words[at];
      int op = word & 0xff;
      if (op == Op.BALANCE) {
        markOnTheWay = marked;
        return (long) page << ProgramCode.PAGE_BITS | at;
      } else if (op == Op.MARK_UNLESS) {
        int flags = word >>> 8;
        int next = at + 2;
        boolean asked = true;
        if ((flags & 16) != 0) {
          asked = words[next + 1] == to && words[next] == ((link & 0xff) << 16 | (ports & 0xffff));
          next += 2;
        }
        boolean given = (flags & 1) == 0;
        long both = given
            ? (long) words[next] << 32 | (words[next + 1] & 0xffff_ffffL)
            : nodeBlocks[words[next]];
        next += given ? 2 : 1;
        if (asked && ((from & (int) both) == (int) (both >>> 32)) == ((flags & 8) == 0)) {
          marked = changed(marked, words[at + 1]);
        }
        at = next;
      } else if (op == Op.SET_MARK) {
        marked = (marked & ~words[at + 2]) ^ words[at + 1];
        at += 3;
      } else if ((op == Op.JUMP || op == Op.GOTO) && jumps++ < MOST_STRAIGHT_JUMPS) {
        // The ladder that is looked for ends the walk, so that there is no way back to keep.
        int address = words[at + 1];
        page = address >>> ProgramCode.PAGE_BITS;
        words = pages[page];
        at = address & ProgramCode.PAGE_MASK;
      } else if (op == Op.SOURCE_IN) {
        at += (from & words[at + 2]) == words[at + 1] ? 3 : word >>> 8;
      } else if (op == Op.SOURCE_IN_NODE_BLOCK) {
        long both = nodeBlocks[words[at + 1]];
        at += (from & (int) both) == (int) (both >>> 32) ? 2 : word >>> 8;
      } else if (op == Op.SOURCE_TYPE) {
        at += (words[at + 1] & type(0, from & 0xffff_ffffL)) != 0 ? 2 : word >>> 8;
      } else {
        return -1;
      }
    }
  }

  private int changed(int mark, int profile) {
    return (mark & ~profiles[profile + Op.PROFILE_MASK]) ^ profiles[profile + Op.PROFILE_VALUE];
  }

  private boolean isException(LookupTable exceptions, int address, int chosen, int link) {
    int port = program.targets.port(chosen);
    if (port == 0) {
      return true;
    }
    return (exceptions.hasExact()
            && exceptions.get4((long) address << 32 | (long) port << 16 | (link & 0xffL)) >= 0)
        || (exceptions.hasOpen() && exceptions.open4(port, link & 0xff) >= 0);
  }

  // ---- instruction by instruction

  private long run(
      int link, long fromHigh, long fromLow, long toHigh, long toLow, int ports, long random) {
    sourceHigh = fromHigh;
    sourceLow = fromLow;
    destinationHigh = toHigh;
    destinationLow = toLow;
    sourcePort = ports >>> 16;
    destinationPort = ports & 0xffff;
    protocol = link & 0xff;
    devices = link >>> DecisionProgram.DEVICES_SHIFT;
    mark = 0;
    connectionMark = 0;
    target = Decision.NO_TARGET;
    destinationDone = false;
    destinationChanged = false;
    source = 0;
    draw = random;
    draws = 0;
    steps = MOST_STEPS;
    boolean fromHost = (link & DecisionProgram.FROM_HOST) != 0;
    leavesNowhere = !fromHost;
    int end = stages(code.before[fromHost ? 1 : 0], 0, code.before[fromHost ? 1 : 0].length);
    boolean local = program.isLocal(destinationHigh, destinationLow);
    int way = (fromHost ? 2 : 0) | (local ? 1 : 0);
    destinationDone = true;
    Tail tail = code.tails[way];
    boolean usual = end == ACCEPT
        && chooser == null
        && tail.known()
        && (tail.exceptions() == null || find(tail.exceptions()) < 0);
    if (usual) {
      long packed = (mark & tail.markMask()) != 0 ? tail.set() : tail.clear();
      return (packed & 0xffff_ffff_0000_0000L)
          | ((long) way << Decision.WAY_SHIFT)
          | (target & 0xffff_ffffL);
    }
    if (end == ACCEPT) {
      leavesNowhere = way == ProgramCode.FOR_THIS_HOST;
      int[] roots = code.after[way];
      if (way == ProgramCode.SENT_TO_ITSELF) {
        end = stages(roots, 0, code.beforeLoopback);
        if (end == ACCEPT) {
          devices = program.devices("lo");
          leavesNowhere = true;
          end = stages(roots, code.beforeLoopback, roots.length);
        }
      } else {
        end = stages(roots, 0, roots.length);
      }
    }
    return pack(end, target, way, source);
  }

  private int stages(int[] roots, int first, int last) {
    for (int i = first; i < last; i++) {
      int end = routine(roots[i] & ~ProgramCode.POLICY_DROP, 0);
      if (end == CONTINUE && roots[i] < 0) {
        end = DROP;
      }
      if (end > ACCEPT) {
        return end;
      }
    }
    return ACCEPT;
  }

  private int routine(int address, int depth) {
    int[] words = code.pages[address >>> ProgramCode.PAGE_BITS];
    int at = address & ProgramCode.PAGE_MASK;
    while (words[at] != Op.STOP) {
      if (--steps < 0) {
        return TOO_LONG;
      }
      int word = words[at];
      int operand = word >>> 8;
      int op = word & 0x7f;
      if (op < Op.END) {
        int holds = condition(op, words, at);
        if (holds > 1) {
          return holds;
        }
        at +=
            (holds != 0) == ((word & Op.NOT) == 0) ? RoutineReader.length(words, at, v4) : operand;
        continue;
      }
      switch (op) {
        case Op.END -> {
          return operand;
        }
        case Op.RETURN -> {
          return CONTINUE;
        }
        case Op.JUMP, Op.GOTO, Op.GOTO_AND_LEAVE -> {
          if (depth == MOST_DEPTH) {
            return TOO_LONG;
          }
          int end = routine(words[at + 1], depth + 1);
          if (end != CONTINUE || op == Op.GOTO) {
            return end;
          }
          if (op == Op.GOTO_AND_LEAVE) {
            return LEAVE;
          }
        }
        case Op.DISPATCH -> {
          int found = find(code.tables[operand]);
          if (found >= 0) {
            if (depth == MOST_DEPTH) {
              return TOO_LONG;
            }
            int end = routine(found, depth + 1);
            if (end != CONTINUE) {
              return end == LEAVE ? CONTINUE : end;
            }
          }
        }
        case Op.SET_MARK -> mark = (mark & ~words[at + 2]) ^ words[at + 1];
        case Op.SET_CONNECTION_MARK ->
          connectionMark = (connectionMark & ~words[at + 2]) ^ words[at + 1];
        case Op.SAVE_MARK ->
          connectionMark = (connectionMark & ~words[at + 2]) ^ (mark & words[at + 1]);
        case Op.RESTORE_MARK -> mark = (mark & ~words[at + 1]) ^ (connectionMark & words[at + 2]);
        case Op.MARK_UNLESS -> {
          if (source != 0) {
            return SOURCE_OPEN;
          }
          markUnless(words, at);
        }
        case Op.BALANCE, Op.BALANCE_AFFINE -> {
          int end = balance(words, at);
          if (end != CONTINUE) {
            return end;
          }
        }
        case Op.DNAT -> {
          translate(words[at + 1]);
          return ACCEPT;
        }
        case Op.SNAT -> {
          source = source == 0 ? operand : source;
          return ACCEPT;
        }
        case Op.UNDECIDED -> {
          return UNDECIDED | operand << 3;
        }
        default -> throw new IllegalStateException("instruction " + op);
      }
      at += RoutineReader.length(words, at, v4);
    }
    return CONTINUE;
  }

  private int find(LookupTable table) {
    int found = -1;
    if (table.hasExact()) {
      found = v4
          ? table.find4(destinationLow, destinationPort, protocol)
          : table.find6(destinationHigh, destinationLow, destinationPort, protocol);
    }
    if (found < 0 && table.hasOpen()) {
      found = v4 ? table.open4(destinationPort, protocol) : table.open6(destinationPort, protocol);
    }
    return found;
  }

  private void translate(int to) {
    if (destinationDone) {
      return;
    }
    destinationDone = true;
    target = to;
    Targets targets = program.targets;
    long high = targets.addressHigh(to);
    long low = targets.addressLow(to);
    int port = targets.port(to) == 0 ? destinationPort : targets.port(to);
    destinationChanged =
        high != destinationHigh || low != destinationLow || port != destinationPort;
    destinationHigh = high;
    destinationLow = low;
    destinationPort = port;
  }

  private void markUnless(int[] words, int at) {
    int flags = words[at] >>> 8;
    int next = at + 2;
    if ((flags & 16) != 0) {
      if (words[next] != (protocol << 16 | destinationPort) || !destinationIs(words, next + 1)) {
        return;
      }
      next += v4 ? 2 : 5;
    }
    boolean inside = (flags & 1) != 0
        ? inNodeBlock(words[next], sourceHigh, sourceLow)
        : inBlock(words, next, sourceHigh, sourceLow);
    if (inside == ((flags & 8) == 0)) {
      mark = changed(mark, words[at + 1]);
    }
  }

  // ---- choosing an endpoint

  private int balance(int[] words, int at) {
    int op = words[at] & 0xff;
    int rungs = words[at] >>> 8;
    Shape shape = shapes[words[at + 1]];
    boolean affine = op == Op.BALANCE_AFFINE;
    int first = at + (affine ? Op.AFFINE_HEADER : Op.BALANCE_HEADER);
    int lists = first + (words[at + 2] >= 0 ? 0 : rungs);
    markBySource(shape);
    Ladder ladder = shape.ladder;
    if (shape.protocol != 0 && shape.protocol != protocol) {
      return affine ? UNDECIDED | shape.question << 3 : passBy(words, at, shape);
    }
    long known = affine
        ? remembered(
            words[at + 3], listLow(sourceLow), words[at + 5], words, lists, rungs, words[at + 4])
        : -1;
    int rung = known >= 0
        ? (int) (known >>> 32)
        : chooser != null ? ladder.pick(chooser) : ladder.pick(nextDraw());
    if (rung >= rungs) {
      return CONTINUE;
    }
    int to = targetOf(words, at, first, rung);
    if (isSource(to)) {
      mark = (mark & shape.ownKeeps) ^ shape.ownSets;
    }
    if (known >= 0) {
      affinity.renew((int) known, now);
    } else if (affine) {
      int list = words[at + 5] >= 0 ? words[at + 5] + rung : words[lists + rung];
      affinity.set(list, words[at + 3], listHigh(), listLow(sourceLow), now);
    }
    translate(to);
    return ACCEPT;
  }

  private static int targetOf(int[] words, int at, int first, int rung) {
    int base = words[at + 2];
    return base >= 0 ? base + rung : words[first + rung];
  }

  private void markBySource(Shape shape) {
    // Given blocks are of IPv4; a shape of IPv6 without block has one of no bits.
    boolean within = shape.nodeBlock < 0
        ? ((int) sourceLow & (int) shape.block) == (int) (shape.block >>> 32)
        : inNodeBlock(shape.nodeBlock, sourceHigh, sourceLow);
    if (within == shape.inside) {
      mark = (mark & shape.blockKeeps) ^ shape.blockSets;
    }
  }

  /**
   * A flow of another protocol than the endpoints' rules ask for: each rung that is taken may mark
   * it, and it comes back.
   */
  private int passBy(int[] words, int at, Shape shape) {
    Ladder ladder = shape.ladder;
    int first = at + Op.BALANCE_HEADER;
    for (int rung = 0; rung < ladder.rungs(); rung++) {
      boolean itself = isSource(targetOf(words, at, first, rung));
      if (itself && (ladder.isCertain(rung) || random(ladder.threshold(rung)))) {
        mark = (mark & shape.ownKeeps) ^ shape.ownSets;
      }
    }
    return CONTINUE;
  }

  private boolean isSource(int to) {
    return program.targets.addressLow(to) == sourceLow
        && program.targets.addressHigh(to) == sourceHigh;
  }

  /**
   * The first endpoint, in the order of the rules, whose list has seen the caller lately: its rung
   * * 2^32 + the entry of the table; or -1.
   */
  private long remembered(
      int group, long low, int firstList, int[] lists, int at, int rungs, int seconds) {
    long high = listHigh();
    long since = now - seconds * 1_000L;
    int from = 0;
    while (true) {
      long found = affinity.firstRung(group, high, low, firstList, lists, at, from, rungs);
      if (found < 0) {
        return found;
      }
      int entry = (int) found;
      boolean lately = seconds == 0 || affinity.stampOf(entry) >= since;
      affinity.reap(affinity.listOf(entry), since, -1);
      if (lately) {
        return found;
      }
      from = (int) (found >>> 32) + 1;
    }
  }

  private long listHigh() {
    return v4 ? 0 : sourceHigh;
  }

  /** IPv4 addresses are kept as IPv4-mapped ones, since both families share a list. */
  private long listLow(long low) {
    return v4 ? 0xffff_0000_0000L | low : low;
  }

  private long nextDraw() {
    int number = draws++;
    return number == 0 ? draw : Draws.further(draw, number);
  }

  // ---- conditions: 0 no, 1 yes, more: the end of the walk

  private int condition(int op, int[] words, int at) {
    if (source != 0 && looksAtSource(op, words, at)) {
      return SOURCE_OPEN;
    }
    if (op == Op.OUT_DEVICE && !leavesNowhere) {
      return DEVICE_OPEN;
    }
    boolean holds = switch (op) {
      case Op.SOURCE_IS -> sourceIs(words, at + 1);
      case Op.DESTINATION_IS -> destinationIs(words, at + 1);
      case Op.SOURCE_IN -> inBlock(words, at + 1, sourceHigh, sourceLow);
      case Op.DESTINATION_IN -> inBlock(words, at + 1, destinationHigh, destinationLow);
      case Op.SOURCE_IN_NODE_BLOCK -> inNodeBlock(words[at + 1], sourceHigh, sourceLow);
      case Op.DESTINATION_IN_NODE_BLOCK ->
        inNodeBlock(words[at + 1], destinationHigh, destinationLow);
      case Op.SOURCE_BETWEEN -> between(words, at + 1, sourceHigh, sourceLow);
      case Op.DESTINATION_BETWEEN -> between(words, at + 1, destinationHigh, destinationLow);
      case Op.PROTOCOL -> protocol == words[at + 1];
      case Op.SOURCE_PORT -> within(sourcePort, words[at + 1]);
      case Op.DESTINATION_PORT -> within(destinationPort, words[at + 1]);
      case Op.ANY_PORT -> anyPort(words, at);
      case Op.MARK -> (mark & words[at + 2]) == words[at + 1];
      case Op.CONNECTION_MARK -> (connectionMark & words[at + 2]) == words[at + 1];
      case Op.OUT_DEVICE -> (program.devices("") >>> words[at + 1] & 1) != 0;
      case Op.IN_DEVICE -> (devices >>> words[at + 1] & 1) != 0;
      case Op.SOURCE_TYPE -> (words[at + 1] & type(sourceHigh, sourceLow)) != 0;
      case Op.DESTINATION_TYPE -> (words[at + 1] & type(destinationHigh, destinationLow)) != 0;
      case Op.RANDOM -> random(words[at + 1] & 0xffff_ffffL);
      case Op.RECENT -> recent(words, at);
      case Op.DESTINATION_TRANSLATED -> destinationChanged;
      case Op.SOURCE_TRANSLATED -> false;
      default -> throw new IllegalStateException("instruction " + op);
    };
    return holds ? 1 : 0;
  }

  /** Whether a condition is about the source, which is not known any more once it is translated. */
  private static boolean looksAtSource(int op, int[] words, int at) {
    return switch (op) {
      case Op.SOURCE_IS,
          Op.SOURCE_IN,
          Op.SOURCE_IN_NODE_BLOCK,
          Op.SOURCE_BETWEEN,
          Op.SOURCE_PORT,
          Op.SOURCE_TYPE,
          Op.SOURCE_TRANSLATED -> true;
      case Op.ANY_PORT -> (words[at + 1] & 1) != 0;
      case Op.RECENT -> (words[at + 5] & Op.OF_DESTINATION) == 0;
      default -> false;
    };
  }

  private static long high(int[] words, int at) {
    return (long) words[at] << 32 | (words[at + 1] & 0xffff_ffffL);
  }

  private boolean sourceIs(int[] words, int at) {
    return v4
        ? words[at] == (int) sourceLow
        : high(words, at) == sourceHigh && high(words, at + 2) == sourceLow;
  }

  private boolean destinationIs(int[] words, int at) {
    return v4
        ? words[at] == (int) destinationLow
        : high(words, at) == destinationHigh && high(words, at + 2) == destinationLow;
  }

  private boolean inBlock(int[] words, int at, long high, long low) {
    if (v4) {
      return ((int) low & words[at + 1]) == words[at];
    }
    return (high & high(words, at + 4)) == high(words, at)
        && (low & high(words, at + 6)) == high(words, at + 2);
  }

  private boolean inNodeBlock(int number, long high, long low) {
    long[] blocks = program.nodeBlocks;
    if (v4) {
      return ((int) low & (int) blocks[number]) == (int) (blocks[number] >>> 32);
    }
    int at = 4 * number;
    return (high & blocks[at + 2]) == blocks[at] && (low & blocks[at + 3]) == blocks[at + 1];
  }

  private boolean between(int[] words, int at, long high, long low) {
    if (v4) {
      int bits = (int) low;
      return Integer.compareUnsigned(bits, words[at]) >= 0
          && Integer.compareUnsigned(bits, words[at + 1]) <= 0;
    }
    return compare(high, low, high(words, at), high(words, at + 2)) >= 0
        && compare(high, low, high(words, at + 4), high(words, at + 6)) <= 0;
  }

  private static int compare(long high, long low, long otherHigh, long otherLow) {
    int byHigh = Long.compareUnsigned(high, otherHigh);
    return byHigh != 0 ? byHigh : Long.compareUnsigned(low, otherLow);
  }

  private static boolean within(int port, int range) {
    return port >= range >>> 16 && port <= (range & 0xffff);
  }

  private boolean anyPort(int[] words, int at) {
    int sides = words[at + 1];
    int last = at + 3 + words[at + 2];
    for (int i = at + 3; i < last; i++) {
      if (((sides & 1) != 0 && within(sourcePort, words[i]))
          || ((sides & 2) != 0 && within(destinationPort, words[i]))) {
        return true;
      }
    }
    return false;
  }

  private int type(long high, long low) {
    if (v4 ? low == 0 : (high | low) == 0) {
      return Op.UNSPECIFIED;
    }
    if (v4 ? low >>> 28 == 14 : high >>> 56 == 0xff) {
      return Op.MULTICAST;
    }
    return program.isLocal(high, low) ? Op.LOCAL : Op.OTHER;
  }

  private boolean random(long threshold) {
    if (chooser != null) {
      return chooser.happens(threshold, Ladder.RANGE);
    }
    return nextDraw() >>> 33 < threshold;
  }

  private boolean recent(int[] words, int at) {
    int list = words[at + 2];
    int group = words[at + 3];
    int flags = words[at + 5];
    boolean ofDestination = (flags & Op.OF_DESTINATION) != 0;
    long high = ofDestination ? destinationHigh : sourceHigh;
    long low = listLow(ofDestination ? destinationLow : sourceLow);
    int kind = words[at + 1];
    if (kind == Op.SET) {
      affinity.set(list, group, high, low, now);
      return true;
    }
    int entry = affinity.find(list, group, high, low);
    if (entry < 0) {
      return false;
    }
    if (kind == Op.REMOVE) {
      affinity.remove(entry);
      return true;
    }
    long since = now - words[at + 4] * 1_000L;
    boolean lately = (flags & Op.ANY_TIME) != 0 || affinity.stampOf(entry) >= since;
    // The answer counts with its inversion: an inverted update renews what was not seen lately.
    boolean renews = kind == Op.UPDATE && lately == ((words[at] & Op.NOT) == 0);
    if ((flags & Op.REAP) != 0) {
      affinity.reap(list, since, renews ? entry : -1);
    }
    if (renews) {
      affinity.set(list, group, high, low, now);
    }
    return lately;
  }
}
