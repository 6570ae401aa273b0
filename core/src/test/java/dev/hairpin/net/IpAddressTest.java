package dev.hairpin.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class IpAddressTest {

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "10.0.0",
        "10.0.0.256",
        "010.0.0.1",
        "10.0.0.1/8",
        "fe80::1%eth0",
        "a.b.c.d",
        "\uff11\uff10.0.0.1",
        "\u0661\u0660.0.0.1",
        "fd00::\uff11"
      })
  void whatIsNoAddressIsRefusedByItsText(String text) {
    assertThatThrownBy(() -> IpAddress.parse(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("\"" + text + "\" is not an IP address");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "10.0.0.1",
        "10.0.0.1:",
        "10.0.0.1:+80",
        "10.0.0.1:-1",
        "10.0.0.1:65536",
        "10.0.0.1:080000",
        "10.0.0.1:\uff18\uff10",
        "fd00::1:80",
        "[10.0.0.1]:80",
        "[fd00::1]",
        ":80"
      })
  void whatIsNoAddressWithPortIsRefusedByItsText(String text) {
    assertThatThrownBy(() -> SocketAddress.parse(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("\"" + text + "\" is not an address with port");
  }

  @Test
  void anIpv6AddressPrintsAsRfc5952Says() {
    assertThat(IpAddress.parse("FD00:0:0:0:0:0:0:01")).hasToString("fd00::1");
  }

  @Property
  void anIpv4AddressReadsBack(@ForAll int bits) {
    IpAddress address = IpAddress.v4(bits);

    assertThat(IpAddress.parse(address.toString())).isEqualTo(address);
    assertThat(IpAddress.ofBytes(address.toBytes())).isEqualTo(address);
    assertThat(address.v4Bits()).isEqualTo(bits);
  }

  @Property
  void oneStepOnAndOneBackIsWhereWeWere(@ForAll long high, @ForAll long low, @ForAll long steps) {
    IpAddress address = IpAddress.v6(high, low);

    assertThat(address.plus(1).plus(-1)).isEqualTo(address);
    assertThat(address.plus(steps).plus(1)).isEqualTo(address.plus(1).plus(steps));
  }
}
