package dev.hairpin.path.fast;

import java.util.Arrays;

/**
 * Connections that one lane hands to another at the end of a stage.
 *
 * <p>One lane writes, and after they have met the other reads.
 */
final class Handover {

  /*
   * A record is one cache line: the words of a connection's line in its Round, but that place <<
   * 32 | index stands where the draw is, which the reader works out again. Records lie end to end,
   * so that a line goes from core to core once, one after the other, and the processor fetches
   * ahead; lines that both lanes write would go back and forth.
   *
   * Word FIRST begins record 0: behind an array's header that is a line's boundary.
   */
  private static final int FIRST = 6;
  private static final int FIRST_ROOM = 64;

  private long[] words = new long[FIRST + FIRST_ROOM * Round.WORDS];
  private int end = FIRST;

  void clear() {
    end = FIRST;
  }

  /** Hands over a connection that goes on to a place of the other lane. */
  void add(Round round, int i, int place) {
    int at = end;
    if (at + Round.WORDS > words.length) {
      words = Arrays.copyOf(words, FIRST + 2 * (words.length - FIRST));
    }
    round.write(i, words, at);
    words[at + Round.DRAW] = ((long) place << 32) | i;
    end = at + Round.WORDS;
  }

  int size() {
    return (end - FIRST) / Round.WORDS;
  }

  /** The index in its round of a connection that was handed over. */
  int index(int k) {
    return (int) words[FIRST + k * Round.WORDS + Round.DRAW];
  }

  int place(int k) {
    return (int) (words[FIRST + k * Round.WORDS + Round.DRAW] >>> 32);
  }

  /** Copies a connection that has this draw. */
  void read(int k, long draw, Round to) {
    to.read(index(k), draw, words, FIRST + k * Round.WORDS);
  }
}
