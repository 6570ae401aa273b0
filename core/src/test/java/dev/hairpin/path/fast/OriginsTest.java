package dev.hairpin.path.fast;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hairpin.net.Cidr;
import dev.hairpin.net.IpAddress;
import dev.hairpin.net.IpFamily;
import dev.hairpin.path.fast.SourceQuestion.Kind;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

/** The classes of sources. */
class OriginsTest {
  private static final int[] CORNERS = {
    0, 0x7f00_0000, 0x7fff_ffff, 0xe000_0000, 0xefff_ffff, 0xffff_ffff, 0xc000_0201, 0xcb00_7100
  };

  private final ProgramPool pool = new ProgramPool();

  private static long block(int address, int length) {
    long mask = length == 0 ? 0 : (-1L << (32 - length)) & 0xffff_ffffL;
    return (address & mask) << 32 | mask;
  }

  private DecisionProgram node() {
    DecisionProgram.Builder builder = new DecisionProgram.Builder(pool, IpFamily.IPV4);
    builder.nodeBlocks(List.of(Cidr.parse("10.244.3.0/24")));
    builder.localAddresses(List.of(IpAddress.parse("192.0.2.1")));
    return builder.build();
  }

  @Property(tries = 200)
  void sourcesOfAClassAnswerAllQuestionsAlike(
      @ForAll int address,
      @ForAll @IntRange(max = 32) int length,
      @ForAll @IntRange(max = 32) int otherLength) {
    List<SourceQuestion> questions = List.of(
        SourceQuestion.of(Kind.IN_NODE_BLOCK, 0),
        SourceQuestion.of(Kind.OF_TYPE, Op.LOCAL | Op.MULTICAST),
        SourceQuestion.of(Kind.IN_BLOCK, block(address, length))
            .or(SourceQuestion.of(Kind.IN_BLOCK, block(0xcb00_7100, otherLength))));
    DecisionProgram node = node();
    Origins origins = new Origins(questions, pool, node);

    Map<Integer, List<Boolean>> answers = new HashMap<>();
    for (int corner : CORNERS) {
      for (int near : new int[] {corner, address, (int) (block(address, length) >>> 32)}) {
        for (int source = near - 2; source != near + 3; source++) {
          int probe = source;
          List<Boolean> own =
              questions.stream().map(q -> q.isPassedBy(probe, node)).toList();
          assertThat(answers.computeIfAbsent(origins.of(probe), o -> own)).isEqualTo(own);
        }
      }
    }
    assertThat(answers.values()).doesNotHaveDuplicates();
  }

  @Test
  void aNetWithTheNodesOwnAddressIsNotUniform() {
    List<SourceQuestion> questions = List.of(SourceQuestion.of(Kind.OF_TYPE, Op.LOCAL));
    Origins origins = new Origins(questions, pool, node());

    assertThat(origins.isUniform(0xc000_0207)).isFalse();
    assertThat(origins.isUniform(0xc000_0301)).isTrue();
    assertThat(origins.of(0xc000_0201)).isNotEqualTo(origins.of(0xc000_0202));
  }
}
