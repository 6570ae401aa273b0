package dev.hairpin.path.fast;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Works out what is asked first before routing, and what is left for flows that are not in that
 * table: with kube-proxy's rules the node ports, for destinations of the node.
 *
 * <p>It runs the routines for a flow of which only the class of its destination is known, and which
 * no table has an entry for. Where anything else is asked or done, the answer is that flows have to
 * run the routines.
 */
final class FrontReader {
  private static final int UNKNOWN = -1;
  private static final int MOST_STEPS = 100;
  private static final int MOST_DEPTH = 20;

  private final int[][] pages;
  private final LookupTable[] tables;
  private final List<LookupTable> asked = new ArrayList<>();
  private int steps;

  FrontReader(int[][] pages, LookupTable[] tables) {
    this.pages = pages;
    this.tables = tables;
  }

  /** How the walk through these chains, one after the other, begins. */
  Front read(int[] roots) {
    LookupTable first = roots.length == 1 ? first(roots[0] & ~ProgramCode.POLICY_DROP) : null;
    if (first == null || first.hasOpen() || roots[0] < 0) {
      return new Front(first, null, false);
    }
    boolean endsForOthers = comesToNothing(roots[0], Op.OTHER) && asked.size() == 1;
    boolean asksOneMore = comesToNothing(roots[0], Op.LOCAL) && asked.size() == 2;
    return new Front(first, asksOneMore ? asked.get(1) : null, endsForOthers);
  }

  private @Nullable LookupTable first(int root) {
    int address = root;
    for (int depth = 0; depth < MOST_DEPTH; depth++) {
      int[] words = pages[address >>> ProgramCode.PAGE_BITS];
      int at = address & ProgramCode.PAGE_MASK;
      int op = RoutineReader.code(words[at]);
      if (op == Op.DISPATCH) {
        return tables[words[at] >>> 8];
      }
      if (op != Op.JUMP && op != Op.GOTO) {
        return null;
      }
      address = words[at + 1];
    }
    return null;
  }

  private boolean comesToNothing(int root, int destinationType) {
    asked.clear();
    steps = 0;
    int end = walk(root, 0, destinationType);
    return end == RuleRun.CONTINUE || end == RuleRun.ACCEPT;
  }

  private int walk(int address, int depth, int type) {
    int[] words = pages[address >>> ProgramCode.PAGE_BITS];
    int at = address & ProgramCode.PAGE_MASK;
    while (words[at] != Op.STOP) {
      if (++steps > MOST_STEPS || depth > MOST_DEPTH) {
        return UNKNOWN;
      }
      int word = words[at];
      switch (RoutineReader.code(word)) {
        case Op.DISPATCH -> asked.add(tables[word >>> 8]);
        case Op.DESTINATION_TYPE -> {
          boolean holds = (words[at + 1] & type) != 0;
          if (holds == ((word & Op.NOT) != 0)) {
            at += word >>> 8;
            continue;
          }
        }
        case Op.JUMP, Op.GOTO -> {
          int end = walk(words[at + 1], depth + 1, type);
          if (end != RuleRun.CONTINUE || RoutineReader.code(word) == Op.GOTO) {
            return end;
          }
        }
        case Op.END -> {
          return word >>> 8;
        }
        case Op.RETURN -> {
          return RuleRun.CONTINUE;
        }
        default -> {
          return UNKNOWN;
        }
      }
      at += RoutineReader.length(words, at, true);
    }
    return RuleRun.CONTINUE;
  }
}
