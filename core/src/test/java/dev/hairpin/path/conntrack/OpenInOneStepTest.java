package dev.hairpin.path.conntrack;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hairpin.net.IpAddress;
import java.util.SplittableRandom;
import java.util.function.IntUnaryOperator;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

/** {@link Conntrack#open} against the steps that it takes together. */
class OpenInOneStepTest {
  private static final int NODE = 0xc0a8_0001;
  private static final NatRange MASQUERADE = NatRange.to(IpAddress.v4(NODE), true);
  private static final int TCP = 6;
  private static final int UDP = 17;

  private final PacketBatch packets = new PacketBatch(1);
  private final PacketBatch answers = new PacketBatch(1);

  /** What a packet asks for, from few tuples and ports, so that they meet. */
  private record Wish(
      int protocol, int from, int fromPort, int pod, boolean masquerades, int draw) {
    static Wish random(SplittableRandom random) {
      return new Wish(
          random.nextBoolean() ? TCP : UDP,
          0x0a00_0000 + random.nextInt(4),
          random.nextInt(3) == 0 ? 900 + random.nextInt(3) : 2000 + random.nextInt(20),
          0x0af4_0000 + random.nextInt(2),
          random.nextBoolean(),
          random.nextInt(30));
    }

    IntUnaryOperator draws() {
      int[] next = {draw};
      return bound -> next[0]++;
    }

    Segment segment() {
      return protocol == TCP ? Segment.TCP_SYN : Segment.UDP;
    }
  }

  @Property(tries = 300)
  void aConnectionOpenedInOneStepIsWhatTheSingleStepsMakeOfIt(
      @ForAll long seed, @ForAll @IntRange(min = 1, max = 300) int operations) {
    SplittableRandom random = new SplittableRandom(seed);
    Conntrack together = new Conntrack(60, 0);
    Conntrack single = new Conntrack(60, 0);
    long now = 1_700_000_000_000L;
    for (int i = 0; i < operations; i++) {
      now += random.nextInt(4) == 0 ? random.nextInt(20_000) : 0;
      Wish wish = Wish.random(random);
      fill(wish);
      together.lookAhead(packets, 0, 1);
      together.lookAhead(answers, 0, 1);
      int opened = together.open(packets, answers, 0, wish.segment(), now);
      boolean begun = opened >= 0 || stepByStep(together, wish, now);

      assertThat(begun).isEqualTo(stepByStep(single, wish, now));
      assertThat(together.list(now)).isEqualTo(single.list(now));
      if (opened >= 0) {
        assertThat(together.confirmed(opened)).isTrue();
        assertThat(together.sourceTranslated(opened)).isEqualTo(single.sourceTranslated(opened));
        assertThat(together.destinationTranslated(opened))
            .isEqualTo(single.destinationTranslated(opened));
      }
    }
    assertThat(together.insertFailed()).isEqualTo(single.insertFailed());
    assertThat(together.dropped()).isEqualTo(single.dropped());
  }

  @Test
  void aTupleThatIsKnownIsNotOpenedAndChangesNothing() {
    Conntrack table = new Conntrack(0, 0);
    Wish wish = new Wish(TCP, 0x0a00_0001, 2000, 0x0af4_0001, true, 7);
    fill(wish);
    table.lookAhead(packets, 0, 1);
    table.lookAhead(answers, 0, 1);

    assertThat(table.open(packets, answers, 0, Segment.TCP_SYN, 5)).isNotNegative();
    assertThat(table.open(packets, answers, 0, Segment.TCP_SYN, 5))
        .isEqualTo(Conntrack.STEP_BY_STEP);
    assertThat(table.size(5)).isEqualTo(1);
  }

  private void fill(Wish wish) {
    packets.set(0, wish.protocol, wish.from, 0x0a60_000a, (wish.fromPort << 16) | 80);
    int port =
        wish.masquerades ? Conntrack.firstCandidate(wish.fromPort, wish.draw) : wish.fromPort;
    int to = wish.masquerades ? NODE : wish.from;
    answers.set(0, wish.protocol, wish.pod, to, (8080 << 16) | port);
  }

  private boolean stepByStep(Conntrack table, Wish wish, long now) {
    Tuple packet = new Tuple();
    packet.protocol = wish.protocol;
    packet.sourceLow = wish.from & 0xffff_ffffL;
    packet.sourcePort = wish.fromPort;
    packet.destinationLow = 0x0a60_000a;
    packet.destinationPort = 80;
    int handle = table.track(packet, wish.segment(), now);
    if (handle < 0 || table.confirmed(handle)) {
      return false;
    }
    table.translateDestination(handle, 0, wish.pod, 8080);
    table.translate(handle, true, wish.masquerades ? MASQUERADE : null, wish.draws(), now);
    return table.confirm(handle, now);
  }
}
