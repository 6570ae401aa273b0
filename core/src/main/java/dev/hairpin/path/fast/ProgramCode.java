package dev.hairpin.path.fast;

import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The part of a program that is the same on every node with the same rules. Immutable. */
final class ProgramCode {

  /*
   * Routines lie end to end in pages of 16 KiB, so that a change copies one page and the list of
   * pages, and neighbours share cache lines and pages of memory. A routine's address is its page's
   * number and the word in it. The address by which others call a routine never changes: one that
   * outgrows its place moves, and leaves a jump behind.
   */
  static final int PAGE_BITS = 12;

  static final int PAGE_WORDS = 1 << PAGE_BITS;
  static final int PAGE_MASK = PAGE_WORDS - 1;

  /** How many ways there are: forwarded, for this host, sent, sent to itself. */
  static final int WAYS = 4;

  static final int FORWARDED = 0;
  static final int FOR_THIS_HOST = 1;
  static final int SENT = 2;
  static final int SENT_TO_ITSELF = 3;

  /** A root whose chain has the policy DROP. */
  static final int POLICY_DROP = 1 << 31;

  final int[][] pages;

  /** By routine number: the address for callers, the address of the words, and the room there. */
  final int[] homes;

  final int[] places;
  final int[] rooms;

  /** The first free address. */
  final int end;

  /** How many words below it are of no use any more. */
  final int wasted;

  /** Tables by number; their values are addresses. */
  final LookupTable[] tables;

  /** Addresses of the built-in chains before routing: of what comes in, of what is sent. */
  final int[][] before;

  /** Those after routing, by way. */
  final int[][] after;

  /** How many of {@link #after} of what the host sends itself come before the loopback device. */
  final int beforeLoopback;

  final List<String> patterns;

  /** Equal for equal code; a sum over the parts, so that a change costs what changed. */
  final long hash;

  /** The part of the sum that is of the pages. */
  final long pagesHash;

  final Tail[] tails;
  final Front[] fronts;

  /** Those of the pool, as many as it had when the code was made. */
  final Shape[] shapes;

  final Straight[] straights;

  ProgramCode(
      CodePages code,
      LookupTable[] tables,
      int[][] before,
      int[][] after,
      int beforeLoopback,
      List<String> patterns,
      long pagesHash,
      long otherHash,
      Tail[] tails,
      Front[] fronts,
      ProgramPool pool,
      @Nullable ProgramCode base) {
    this.pages = code.pages();
    this.homes = code.homes();
    this.places = code.places();
    this.rooms = code.rooms();
    this.end = code.end();
    this.wasted = code.wasted();
    this.tables = tables;
    this.before = before;
    this.after = after;
    this.beforeLoopback = beforeLoopback;
    this.patterns = patterns;
    this.pagesHash = pagesHash;
    this.hash = pagesHash + otherHash;
    this.tails = tails;
    this.fronts = fronts;
    this.shapes = pool.shapes();
    this.straights = new Straight[] {
      new Straight(fronts[0], tails[FORWARDED], FORWARDED, pool, way(base, 0)),
      new Straight(fronts[1], tails[SENT], SENT, pool, way(base, 1))
    };
  }

  private static @Nullable Straight way(@Nullable ProgramCode of, int number) {
    return of == null ? null : of.straights[number];
  }

  boolean sameAs(ProgramCode other) {
    return hash == other.hash
        && end == other.end
        && beforeLoopback == other.beforeLoopback
        && patterns.equals(other.patterns)
        && Arrays.deepEquals(before, other.before)
        && Arrays.deepEquals(after, other.after)
        && Arrays.equals(tables, other.tables)
        && Arrays.equals(places, other.places)
        && Arrays.equals(homes, other.homes)
        && Arrays.deepEquals(pages, other.pages);
  }

  static long hashOf(int index, int[] page) {
    long h = Arrays.hashCode(page) * 0x9e37_79b9_7f4a_7c15L + index;
    h *= 0xd6e8_feb8_6659_fd93L;
    return h ^ h >>> 29;
  }

  /** How many octets the arrays take. */
  long bytes() {
    long bytes = 16 + 4L * pages.length + 48 + 12L * homes.length;
    for (int[] page : pages) {
      bytes += 16 + 4L * page.length;
    }
    for (LookupTable table : tables) {
      bytes += table.bytes();
    }
    for (Tail tail : tails) {
      LookupTable exceptions = tail.exceptions();
      bytes += exceptions == null ? 0 : exceptions.bytes();
    }
    return bytes;
  }
}
