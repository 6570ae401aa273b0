package dev.hairpin.path.fast;

import dev.hairpin.path.Chooser;
import org.jspecify.annotations.Nullable;

/**
 * Runs the rules of a {@link DecisionProgram} instruction by instruction, for flows of which
 * nothing is known beforehand. Not thread-safe.
 */
final class RuleRun {

  // How a routine ends; with more bits in the upper part for REJECT and UNDECIDED.
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

  /** Ends whose questions every pool has, by these numbers. */
  private static final int TOO_LONG = UNDECIDED;

  private static final int DEVICE_OPEN = UNDECIDED | 1 << 3;
  private static final int SOURCE_OPEN = UNDECIDED | 2 << 3;

  private DecisionProgram program;
  private ProgramCode code;
  private int[] profiles;
  private Shape[] shapes;
  private final boolean v4;
  private final AffinityTable affinity;
  private long now;
  private @Nullable Chooser chooser;

  // The flow.
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

  RuleRun(DecisionProgram program, AffinityTable affinity) {
    this.program = program;
    this.affinity = affinity;
    this.v4 = program.v4;
    this.code = program.code;
    this.profiles = program.pool.profiles();
    this.shapes = code.shapes;
  }

  void follow(DecisionProgram next) {
    program = next;
    code = next.code;
    profiles = next.pool.profiles();
    shapes = code.shapes;
  }

  void now(long millis) {
    now = millis;
  }

  /** The mark of the last flow. */
  int mark() {
    return mark;
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

  /** Decides a flow whose choices a chooser makes. */
  long run(
      int link, long fromHigh, long fromLow, long toHigh, long toLow, int ports, Chooser choices) {
    chooser = choices;
    try {
      return run(link, fromHigh, fromLow, toHigh, toLow, ports, 0);
    } finally {
      chooser = null;
    }
  }

  /** Decides a flow by 64 random bits. */
  long run(int link, long fromHigh, long fromLow, long toHigh, long toLow, int ports, long random) {
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
      int profile = words[at + 1];
      int kept = mark & ~profiles[profile + Op.PROFILE_MASK];
      mark = kept ^ profiles[profile + Op.PROFILE_VALUE];
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
        ? affinity.remembered(
            words[at + 3],
            listHigh(),
            listLow(sourceLow),
            words[at + 5],
            words,
            lists,
            rungs,
            words[at + 4],
            now)
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

  private long listHigh() {
    return v4 ? 0 : sourceHigh;
  }

  /** IPv4 addresses are kept as IPv4-mapped ones, since both families share a list. */
  private long listLow(long low) {
    return v4 ? AffinityTable.mapped((int) low) : low;
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
      case Op.SOURCE_TYPE -> (words[at + 1] & program.typeOf(sourceHigh, sourceLow)) != 0;
      case Op.DESTINATION_TYPE ->
        (words[at + 1] & program.typeOf(destinationHigh, destinationLow)) != 0;
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
