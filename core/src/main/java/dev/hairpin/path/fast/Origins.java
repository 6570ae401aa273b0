package dev.hairpin.path.fast;

import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * The classes of the sources of one node: sources of a class answer all {@link SourceQuestion}s of
 * a pool alike. Immutable.
 *
 * <p>Addresses of a class are a few intervals. Where the only question is whether the source is one
 * of the node's pods, there are three in all.
 */
final class Origins {

  /** How many tests the questions of a pool may have together: 4 KiB for a node at most. */
  static final int MOST_TESTS = 100;

  /** The class of sources of which nothing is known, because a pool has too many others. */
  static final int UNKNOWN = 0;

  /** A class is a number of so many bits. */
  static final int CLASS_BITS = 6;

  static final int MOST_CLASSES = 1 << CLASS_BITS;

  /*
   * Intervals in rising order, as many as a power of two says: the last address before an interval,
   * and its class. 16 octets an interval. The search has no branches that depend on the source.
   */
  private final long[] before;
  private final long[] classes;

  /** The classes on a node, by questions of the pool. */
  Origins(List<SourceQuestion> questions, ProgramPool pool, DecisionProgram node) {
    TreeSet<Long> firsts = new TreeSet<>(List.of(0L));
    for (SourceQuestion question : questions) {
      question.anyOf().forEach(test -> addBounds(test, node, firsts));
    }
    firsts.removeIf(first -> first > 0xffff_ffffL);
    long[] last = new long[firsts.size()];
    long[] found = new long[firsts.size()];
    int size = 0;
    for (long first : firsts) {
      long origin = pool.origin(answer(questions, (int) first, node));
      if (size == 0 || origin != found[size - 1]) {
        last[size] = first - 1;
        found[size++] = origin;
      }
    }
    int capacity = Integer.highestOneBit(2 * size - 1);
    before = Arrays.copyOf(last, capacity);
    Arrays.fill(before, size, capacity, Long.MAX_VALUE);
    classes = Arrays.copyOf(found, capacity);
  }

  private static long answer(List<SourceQuestion> questions, int source, DecisionProgram node) {
    long bits = 0;
    for (int i = 0; i < questions.size(); i++) {
      bits |= questions.get(i).isPassedBy(source, node) ? 1L << i : 0;
    }
    return bits;
  }

  private static void addBounds(SourceQuestion.Test test, DecisionProgram node, Set<Long> firsts) {
    switch (test.kind()) {
      case IN_BLOCK -> addBlock(test.operand(), firsts);
      case IN_NODE_BLOCK -> addBlock(node.nodeBlocks[(int) test.operand()], firsts);
      case OF_TYPE -> {
        firsts.add(1L);
        for (int octet : new int[] {127, 128, 224, 240}) {
          firsts.add((long) octet << 24);
        }
        for (long local : node.locals) {
          firsts.add(local);
          firsts.add(local + 1);
        }
      }
    }
  }

  private static void addBlock(long block, Set<Long> firsts) {
    long first = block >>> 32;
    firsts.add(first);
    firsts.add(first + (~block & 0xffff_ffffL) + 1);
  }

  /** The class of a source. */
  int of(int source) {
    return (int) classes[interval(source)];
  }

  private int interval(int source) {
    long[] bounds = before;
    long address = source & 0xffff_ffffL;
    int at = 0;
    for (int half = bounds.length >>> 1; half > 0; half >>>= 1) {
      at += half & (int) ((bounds[at + half] - address) >> 63);
    }
    return at;
  }

  /** Whether the 256 addresses around a source are in one interval. */
  boolean isUniform(int source) {
    return interval(source & ~255) == interval(source | 255);
  }

  long bytes() {
    return 2 * (16 + 8L * before.length) + 24;
  }
}
