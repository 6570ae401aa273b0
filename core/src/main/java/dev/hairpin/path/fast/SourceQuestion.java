package dev.hairpin.path.fast;

import java.util.List;
import java.util.stream.Stream;

/**
 * A question about the source of a flow: whether it passes one of several tests. A load balancer's
 * source ranges are one question, however many there are.
 *
 * @param anyOf the tests
 */
record SourceQuestion(List<Test> anyOf) {

  /** What a test looks at. */
  enum Kind {
    /** Whether the source is in a block: address * 2^32 + mask. */
    IN_BLOCK,
    /** Whether it is in the node's block of a number. */
    IN_NODE_BLOCK,
    /** Whether it is of a class of addresses: bits of {@link Op#LOCAL} and its siblings. */
    OF_TYPE
  }

  /**
   * A test.
   *
   * @param kind what it looks at
   * @param operand what is looked for
   */
  record Test(Kind kind, long operand) {

    /** Whether an address of IPv4 passes on a node. */
    boolean passes(int source, DecisionProgram node) {
      return switch (kind) {
        case IN_BLOCK -> isIn(operand, source);
        case IN_NODE_BLOCK -> isIn(node.nodeBlocks[(int) operand], source);
        case OF_TYPE -> (node.typeOf(0, source & 0xffff_ffffL) & operand) != 0;
      };
    }

    private static boolean isIn(long block, int source) {
      return (source & (int) block) == (int) (block >>> 32);
    }
  }

  static SourceQuestion of(Kind kind, long operand) {
    return new SourceQuestion(List.of(new Test(kind, operand)));
  }

  SourceQuestion or(SourceQuestion other) {
    return new SourceQuestion(
        Stream.concat(anyOf.stream(), other.anyOf.stream()).distinct().toList());
  }

  /** Whether the addresses that pass are a few intervals: masks are whole prefixes. */
  boolean isOfIntervals() {
    return anyOf.stream().allMatch(test -> {
      int hosts = ~(int) test.operand();
      return test.kind() != Kind.IN_BLOCK || (hosts & (hosts + 1)) == 0;
    });
  }

  boolean isPassedBy(int source, DecisionProgram node) {
    return anyOf.stream().anyMatch(test -> test.passes(source, node));
  }
}
