package dev.hairpin.path.fast;

import java.util.Arrays;
import java.util.List;

/** The part of a program that is the same on every node with the same rules. Immutable. */
final class ProgramCode {

  /** How many ways there are: forwarded, for this host, sent, sent to itself. */
  static final int WAYS = 4;

  static final int FORWARDED = 0;
  static final int FOR_THIS_HOST = 1;
  static final int SENT = 2;
  static final int SENT_TO_ITSELF = 3;

  /** A root whose chain has the policy DROP. */
  static final int POLICY_DROP = 1 << 31;

  final int[][] routines;
  final LookupTable[] tables;

  /** Routines of the built-in chains before routing: of what comes in, of what is sent. */
  final int[][] before;

  /** Those after routing, by way. */
  final int[][] after;

  /** How many of {@link #after} of what the host sends itself come before the loopback device. */
  final int beforeLoopback;

  final List<String> patterns;

  /** Equal for equal code; a sum over the parts, so that a change costs what changed. */
  final long hash;

  final Tail[] tails;
  final Front[] fronts;

  ProgramCode(
      int[][] routines,
      LookupTable[] tables,
      int[][] before,
      int[][] after,
      int beforeLoopback,
      List<String> patterns,
      long hash,
      Tail[] tails,
      Front[] fronts) {
    this.routines = routines;
    this.tables = tables;
    this.before = before;
    this.after = after;
    this.beforeLoopback = beforeLoopback;
    this.patterns = patterns;
    this.hash = hash;
    this.tails = tails;
    this.fronts = fronts;
  }

  boolean sameAs(ProgramCode other) {
    return hash == other.hash
        && beforeLoopback == other.beforeLoopback
        && patterns.equals(other.patterns)
        && Arrays.deepEquals(before, other.before)
        && Arrays.deepEquals(after, other.after)
        && Arrays.equals(tables, other.tables)
        && Arrays.deepEquals(routines, other.routines);
  }

  static long hashOf(int index, int[] routine) {
    long h = Arrays.hashCode(routine) * 0x9e37_79b9_7f4a_7c15L + index;
    h *= 0xd6e8_feb8_6659_fd93L;
    return h ^ h >>> 29;
  }

  /** How many octets the arrays take. */
  long bytes() {
    long bytes = 16 + 4L * routines.length;
    for (int[] routine : routines) {
      bytes += routine.length == 0 ? 0 : (16 + 4L * routine.length + 7) / 8 * 8;
    }
    for (LookupTable table : tables) {
      bytes += table.bytes();
    }
    for (Tail tail : tails) {
      bytes += tail.exceptions() == null ? 0 : tail.exceptions().bytes();
    }
    return bytes;
  }
}
