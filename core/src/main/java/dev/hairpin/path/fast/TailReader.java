package dev.hairpin.path.fast;

import dev.hairpin.net.IpFamily;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Works out what becomes of most flows after routing.
 *
 * <p>It runs the routines for a flow of which only the mark is known, and which no table has an
 * entry for. Where another condition is met, the answer is "unknown", and flows run the routines.
 */
final class TailReader {
  private static final int UNKNOWN = -1;
  private static final int MOST_STEPS = 1_000;
  private static final int MOST_DEPTH = 20;

  private final int[][] pages;
  private final LookupTable[] tables;
  private final boolean v4;
  private final Set<Integer> asked = new LinkedHashSet<>();
  private int markBits;
  private int mark;
  private int source;
  private int steps;

  TailReader(int[][] pages, LookupTable[] tables, IpFamily family) {
    this.pages = pages;
    this.tables = tables;
    this.v4 = family == IpFamily.IPV4;
  }

  Tail[] tails(int[][] after, @Nullable ProgramCode base) {
    Tail[] tails = new Tail[after.length];
    for (int way = 0; way < after.length; way++) {
      tails[way] = tail(after[way], way, base == null ? null : base.tails[way]);
    }
    return tails;
  }

  private Tail tail(int[] roots, int way, @Nullable Tail before) {
    if (way == ProgramCode.SENT_TO_ITSELF) {
      return Tail.UNKNOWN;
    }
    asked.clear();
    markBits = 0;
    long clear = run(roots, 0);
    long set = clear == UNKNOWN ? UNKNOWN : run(roots, markBits);
    if (set == UNKNOWN || Integer.bitCount(markBits) > 1) {
      return Tail.UNKNOWN;
    }
    return new Tail(true, exceptions(before), markBits, clear, set);
  }

  private long run(int[] roots, int withMark) {
    mark = withMark;
    source = 0;
    steps = 0;
    int end = RuleRun.ACCEPT;
    for (int root : roots) {
      end = walk(root & ~ProgramCode.POLICY_DROP, 0);
      if (end == RuleRun.CONTINUE) {
        end = root < 0 ? RuleRun.DROP : RuleRun.ACCEPT;
      }
      if (end != RuleRun.ACCEPT) {
        break;
      }
    }
    return end == UNKNOWN ? UNKNOWN : RuleRun.pack(end, Decision.NO_TARGET, 0, source);
  }

  private int walk(int address, int depth) {
    int[] code = pages[address >>> ProgramCode.PAGE_BITS];
    int at = address & ProgramCode.PAGE_MASK;
    while (code[at] != Op.STOP) {
      if (++steps > MOST_STEPS || depth > MOST_DEPTH) {
        return UNKNOWN;
      }
      int word = code[at];
      int operand = word >>> 8;
      switch (RoutineReader.code(word)) {
        case Op.MARK -> {
          int mask = code[at + 2];
          markBits |= mask;
          boolean holds = (mark & mask) == code[at + 1];
          if (holds == ((word & Op.NOT) != 0)) {
            at += operand;
            continue;
          }
        }
        case Op.SET_MARK -> mark = (mark & ~code[at + 2]) ^ code[at + 1];
        case Op.DISPATCH -> asked.add(operand);
        case Op.END -> {
          return operand;
        }
        case Op.RETURN -> {
          return RuleRun.CONTINUE;
        }
        case Op.JUMP, Op.GOTO -> {
          int end = walk(code[at + 1], depth + 1);
          if (end != RuleRun.CONTINUE || RoutineReader.code(word) == Op.GOTO) {
            return end;
          }
        }
        case Op.SNAT -> {
          source = source == 0 ? operand : source;
          return RuleRun.ACCEPT;
        }
        default -> {
          return UNKNOWN;
        }
      }
      at += RoutineReader.length(code, at, v4);
    }
    return RuleRun.CONTINUE;
  }

  /** The keys of all tables that were asked; those of the program before if they are the same. */
  private @Nullable LookupTable exceptions(@Nullable Tail before) {
    @Nullable LookupTable last = before == null ? null : before.exceptions();
    LookupTable[] found =
        asked.stream().map(n -> tables[n]).filter(t -> t.size() > 0).toArray(LookupTable[]::new);
    if (found.length == 0) {
      return null;
    }
    if (found.length == 1) {
      return found[0];
    }
    if (last != null && last.joins(found)) {
      return last;
    }
    return LookupTable.join(
        found, Arrays.stream(found).mapToInt(LookupTable::size).sum(), v4);
  }
}
