package dev.hairpin.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class CidrTest {

  @Test
  void hostBitsAreRefusedWithTheBlockThatWasMeant() {
    assertThatThrownBy(() -> Cidr.parse("10.96.0.1/12"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("10.96.0.1/12 has host bits set; the block is 10.96.0.0/12");
  }

  @Test
  void aBlockEndsAtItsLastAddress() {
    assertThat(Cidr.parse("10.96.0.0/12").last()).hasToString("10.111.255.255");
    assertThat(Cidr.parse("fd00:10:96::/112").last()).hasToString("fd00:10:96::ffff");
    assertThat(Cidr.parse("0.0.0.0/0").last()).hasToString("255.255.255.255");
    assertThat(Cidr.parse("::/0").last()).hasToString("ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff");
  }

  @Property
  void everyIpv4BlockReadsBackAndHoldsItsFirstAndLastAddressAndNoNeighbour(
      @ForAll int bits, @ForAll @IntRange(min = 1, max = 32) int length) {
    Cidr block = Cidr.containing(IpAddress.v4(bits), length);

    assertThat(Cidr.parse(block.toString())).isEqualTo(block);
    assertThat(block.contains(block.address())).isTrue();
    assertThat(block.contains(block.last())).isTrue();
    assertThat(block.contains(block.last().plus(1))).isFalse();
    assertThat(block.contains(block.address().plus(-1))).isFalse();
  }

  @Property
  void everyIpv6BlockReadsBackAndHoldsItsFirstAndLastAddressAndNoNeighbour(
      @ForAll long high, @ForAll long low, @ForAll @IntRange(min = 1, max = 128) int length) {
    Cidr block = Cidr.containing(IpAddress.v6(high, low), length);
    org.assertj.core.api.Assumptions.assumeThat(block.address().toString()).contains(":");

    assertThat(block.contains(block.last())).isTrue();
    assertThat(block.contains(block.last().plus(1))).isFalse();
    assertThat(block.contains(block.address().plus(-1))).isFalse();
  }
}
