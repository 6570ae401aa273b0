package dev.hairpin.path.fast;

import it.unimi.dsi.fastutil.ints.IntSet;

/** Steps through the instructions of a routine without running them. */
final class RoutineReader {
  private RoutineReader() {}

  static int code(int word) {
    return word & 0x7f;
  }

  /** How many words an instruction takes. */
  static int length(int[] routine, int at, boolean v4) {
    int address = v4 ? 1 : 4;
    int word = routine[at];
    return switch (code(word)) {
      case Op.SOURCE_IS, Op.DESTINATION_IS -> 1 + address;
      case Op.SOURCE_IN, Op.DESTINATION_IN, Op.SOURCE_BETWEEN, Op.DESTINATION_BETWEEN ->
        1 + 2 * address;
      case Op.SOURCE_IN_NODE_BLOCK,
          Op.DESTINATION_IN_NODE_BLOCK,
          Op.PROTOCOL,
          Op.SOURCE_PORT,
          Op.DESTINATION_PORT,
          Op.IN_DEVICE,
          Op.OUT_DEVICE,
          Op.SOURCE_TYPE,
          Op.DESTINATION_TYPE,
          Op.RANDOM,
          Op.DNAT,
          Op.JUMP,
          Op.GOTO,
          Op.GOTO_AND_LEAVE -> 2;
      case Op.ANY_PORT -> 3 + routine[at + 2];
      case Op.MARK,
          Op.CONNECTION_MARK,
          Op.SET_MARK,
          Op.SET_CONNECTION_MARK,
          Op.SAVE_MARK,
          Op.RESTORE_MARK -> 3;
      case Op.RECENT -> 6;
      case Op.BALANCE, Op.BALANCE_AFFINE -> {
        int rungs = word >>> 8;
        int targets = routine[at + 2] < 0 ? rungs : 0;
        yield code(word) == Op.BALANCE
            ? Op.BALANCE_HEADER + targets
            : Op.AFFINE_HEADER + targets + (routine[at + 5] < 0 ? rungs : 0);
      }
      case Op.MARK_UNLESS -> {
        int flags = word >>> 8;
        int length = 2 + ((flags & 16) != 0 ? 1 + address : 0);
        yield length + ((flags & 1) != 0 ? 1 : 2 * address);
      }
      default -> 1;
    };
  }

  /** Adds the lists of callers that a routine names which begins at a word. */
  static void addLists(int[] words, int first, IntSet lists, boolean v4) {
    for (int at = first; words[at] != Op.STOP; at += length(words, at, v4)) {
      int op = code(words[at]);
      if (op == Op.RECENT) {
        lists.add(words[at + 2]);
      } else if (op == Op.BALANCE_AFFINE) {
        int rungs = words[at] >>> 8;
        int firstList = words[at + 5];
        int given = at + length(words, at, v4) - rungs;
        for (int rung = 0; rung < rungs; rung++) {
          lists.add(firstList >= 0 ? firstList + rung : words[given + rung]);
        }
      }
    }
  }
}
