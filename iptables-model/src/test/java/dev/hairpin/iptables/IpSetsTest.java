package dev.hairpin.iptables;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class IpSetsTest {

  @Test
  void aLineThatIsNotUnderstoodIsRefusedWithItsPlace() {
    assertThatThrownBy(() -> IpSets.parse("create a hash:ip\ndestroy a\n"))
        .isInstanceOf(RuleException.class)
        .hasMessage("line 2, column 1: expected create or add");
    assertThatThrownBy(() -> IpSets.parse("add b 10.0.0.1\n"))
        .hasMessage("line 1, column 5: there is no set \"b\"");
    assertThatThrownBy(() -> IpSets.parse("create a hash:ip\nadd a 10.0.0.300\n"))
        .hasMessage("line 2, column 7: expected an address or a block, found \"10.0.0.300\"");
    assertThatThrownBy(() -> IpSets.parse("create a hash:ip,port\nadd a 10.0.0.1\n"))
        .hasMessage("line 2, column 7: expected an entry of 2 parts");
    assertThatThrownBy(() -> IpSets.parse("create a hash:ip,port\nadd a 10.0.0.1,tcp:70000\n"))
        .hasMessage("line 2, column 7: expected a port such as tcp:80, found \"tcp:70000\"");
    assertThatThrownBy(() -> IpSets.parse("create a hash:ip\ncreate a hash:net\n"))
        .hasMessage("line 2, column 8: there is a set a already");
  }
}
