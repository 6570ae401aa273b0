package dev.hairpin.path.conntrack;

import java.util.Arrays;

/**
 * Which rows of a table are free.
 *
 * <p>Not thread-safe.
 */
final class Rows {

  /*
   * Rows are given out by blocks of 16 neighbours, all free ones of a block before those of the
   * next. Connections that begin together are mostly over together, and what is known of their
   * times is known of blocks: so a block is best taken as a whole, and one that is free in part is
   * only taken from if none is free as a whole. If rows were given out one by one as they come
   * back, the rows of a block would soon be over at as many times as there are rows, and each of
   * these times all of the block would have to be looked at.
   *
   * Both kinds of blocks are stacks, so that what came back last goes out first, while its lines
   * are still in the cache. A block that is on the stack of those that are free in part stays there
   * when it becomes free as a whole, or is taken, until it comes to the top.
   *
   * 11 bytes a block are less than one byte a row.
   */
  static final int BLOCK_SHIFT = 4;

  static final int BLOCK_ROWS = 1 << BLOCK_SHIFT;

  private static final int NONE = -1;
  private static final char ALL = 0xffff;

  /** The free rows of each block, one bit each. */
  private char[] free = {};

  private int[] nextWhole = {};
  private int[] nextPart = {};
  private boolean[] isOnParts = {};
  private int firstWhole = NONE;
  private int firstPart = NONE;

  /** The block from which rows are given out. */
  private int current = NONE;

  private int blocks;
  private int end;

  Rows() {}

  Rows(Rows other) {
    free = other.free.clone();
    nextWhole = other.nextWhole.clone();
    nextPart = other.nextPart.clone();
    isOnParts = other.isOnParts.clone();
    firstWhole = other.firstWhole;
    firstPart = other.firstPart;
    current = other.current;
    blocks = other.blocks;
    end = other.end;
  }

  /** The number of rows ever given out: rows are 0 to this, some of them free. */
  int end() {
    return end;
  }

  /** Gives a row out. */
  int take() {
    int rows = current == NONE ? 0 : free[current];
    if (rows == 0) {
      current = nextBlock();
      rows = free[current];
    }
    free[current] = (char) (rows & (rows - 1));
    int row = (current << BLOCK_SHIFT) + Integer.numberOfTrailingZeros(rows);
    end = Math.max(end, row + 1);
    return row;
  }

  private int nextBlock() {
    if (firstWhole != NONE) {
      int block = firstWhole;
      firstWhole = nextWhole[block];
      return block;
    }
    while (firstPart != NONE) {
      int block = firstPart;
      firstPart = nextPart[block];
      isOnParts[block] = false;
      if (free[block] != 0) {
        return block;
      }
    }
    if (blocks == free.length) {
      grow();
    }
    free[blocks] = ALL;
    return blocks++;
  }

  private void grow() {
    int size = Math.max(4, blocks + blocks / 2);
    free = Arrays.copyOf(free, size);
    nextWhole = Arrays.copyOf(nextWhole, size);
    nextPart = Arrays.copyOf(nextPart, size);
    isOnParts = Arrays.copyOf(isOnParts, size);
  }

  /** Takes a row back. */
  void giveBack(int row) {
    int block = row >> BLOCK_SHIFT;
    int before = free[block];
    int after = before | 1 << (row & (BLOCK_ROWS - 1));
    free[block] = (char) after;
    if (block == current) {
      return;
    }
    if (after == ALL) {
      nextWhole[block] = firstWhole;
      firstWhole = block;
    } else if (before == 0 && !isOnParts[block]) {
      isOnParts[block] = true;
      nextPart[block] = firstPart;
      firstPart = block;
    }
  }

  long bytes() {
    return 11L * free.length;
  }
}
