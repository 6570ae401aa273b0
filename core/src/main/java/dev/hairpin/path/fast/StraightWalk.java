package dev.hairpin.path.fast;

/**
 * Goes from routine to routine to a ladder of endpoints, in locals, and chooses: for keys of IPv4
 * whose rules have just changed, or ask too much of the source for a plan. Changes nothing. Not
 * thread-safe.
 */
final class StraightWalk {
  /** What is returned for a flow that does not come to a ladder so. */
  static final long NOT_STRAIGHT = Long.MIN_VALUE;

  private static final int MOST_JUMPS = 4;

  private final DecisionProgram program;
  private final int[][] pages;
  private final Shape[] shapes;
  private final int[] profiles;
  private final int[] addresses;
  private final long[] nodeBlocks;
  private int markOnTheWay;

  StraightWalk(DecisionProgram program) {
    this.program = program;
    pages = program.code.pages;
    shapes = program.code.shapes;
    profiles = program.pool.profiles();
    addresses = program.targets.addresses4();
    nodeBlocks = program.nodeBlocks;
  }

  /** Decides a flow from the routine of its key on; {@link #NOT_STRAIGHT} if that cannot be. */
  long decide(Straight way, int address, int link, int from, int to, int ports, long random) {
    long place = ladder(address, link, from, to, ports);
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
    long block = shape.nodeBlock < 0 ? shape.block : nodeBlocks[shape.nodeBlock];
    int marked = shape.markedBySource(before, (from & (int) block) == (int) (block >>> 32));
    int rung = shape.pick(random);
    int rungs = words[at] >>> 8;
    if (rung >= rungs) {
      return NOT_STRAIGHT;
    }
    int base = words[at + 2];
    int chosen = base >= 0 ? base + rung : words[at + Op.BALANCE_HEADER + rung];
    int endpoint = addresses[chosen];
    if (endpoint == from) {
      marked = shape.markedAsItself(marked);
    }
    if (program.hasLocalTargets && program.isLocal4(endpoint)) {
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
  private long ladder(int start, int link, int from, int to, int ports) {
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
      } else if ((op == Op.JUMP || op == Op.GOTO) && jumps++ < MOST_JUMPS) {
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
        at += (words[at + 1] & program.typeOf(0, from & 0xffff_ffffL)) != 0 ? 2 : word >>> 8;
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
}
