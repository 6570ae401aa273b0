package dev.hairpin.iptables;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hairpin.net.IpFamily;
import org.junit.jupiter.api.Test;

class DriftTest {
  private static final String EXPECTED = """
      *nat
      :PREROUTING ACCEPT [0:0]
      :KUBE-SEP-A - [0:0]
      :KUBE-SERVICES - [0:0]
      :KUBE-SVC-W - [0:0]
      -A PREROUTING -m comment --comment "kubernetes service portals" -j KUBE-SERVICES
      -A KUBE-SEP-A -p tcp -m comment --comment "shop/web:http" -m tcp -j DNAT --to-destination 10.244.1.7:80
      -A KUBE-SERVICES -d 10.96.0.1/32 -p tcp -m comment --comment "shop/web:http cluster IP" -m tcp --dport 80 -j KUBE-SVC-W
      -A KUBE-SERVICES -d 10.96.0.2/32 -p tcp -m comment --comment "shop/api:http cluster IP" -m tcp --dport 80 -j KUBE-SVC-W
      -A KUBE-SVC-W -m comment --comment "shop/web:http -> 10.244.1.7:80" -j KUBE-SEP-A
      COMMIT
      """;

  private static Drift drift(String actual) {
    return Drift.between(
        RuleSet.parse(EXPECTED, IpFamily.IPV4), RuleSet.parse(actual, IpFamily.IPV4));
  }

  @Test
  void equalRulesDoNotDriftWhateverTheyCounted() {
    assertThat(drift(EXPECTED.replace("-A KUBE-SVC-W", "[5:7] -A KUBE-SVC-W")).isNone())
        .isTrue();
  }

  @Test
  void aMissingRuleIsNamedWithItsService() {
    String without = EXPECTED.replaceFirst("-A KUBE-SERVICES -d 10.96.0.2[^\n]*\n", "");

    assertThat(drift(without).findings())
        .extracting(Object::toString)
        .containsExactly("a rule of Service shop/api:http is missing in nat KUBE-SERVICES: -A"
            + " KUBE-SERVICES -d 10.96.0.2/32 -p tcp -m comment --comment \"shop/api:http cluster"
            + " IP\" -m tcp --dport 80 -j KUBE-SVC-W");
  }

  @Test
  void aRuleOfAnObjectThatChangedIsShownAsItIsAndAsItShouldBe() {
    assertThat(drift(EXPECTED.replace("10.96.0.1/32", "10.96.0.9/32")).findings())
        .singleElement()
        .satisfies(finding -> {
          assertThat(finding.kind()).isEqualTo(Drift.Kind.CHANGED);
          assertThat(finding.service()).isEqualTo("shop/web:http");
          assertThat(finding.actual()).contains("10.96.0.9/32");
          assertThat(finding.expected()).contains("10.96.0.1/32");
        });
  }

  @Test
  void aChainOfAnEndpointThatIsGoneIsLeftOver() {
    String more = EXPECTED
        .replace(":KUBE-SERVICES", ":KUBE-SEP-B - [0:0]\n:KUBE-SERVICES")
        .replace(
            "-A KUBE-SERVICES -d 10.96.0.1",
            "-A KUBE-SEP-B -s 10.244.1.8/32 -m comment --comment \"shop/old:http\" -j KUBE-SVC-W\n"
                + "-A KUBE-SERVICES -d 10.96.0.1");

    assertThat(drift(more).findings())
        .extracting(Object::toString)
        .containsExactly("chain KUBE-SEP-B of Service shop/old:http is left over in table nat");
  }

  @Test
  void rulesOfOthersAreNoDrift() {
    String others = EXPECTED
        .replace(":KUBE-SEP-A", ":CNI-X - [0:0]\n:KUBE-SEP-A")
        .replace("-A PREROUTING", "-A PREROUTING -j CNI-X\n-A PREROUTING");

    assertThat(drift(others).isNone()).isTrue();
  }

  @Test
  void rulesInAnotherOrderAreReported() {
    String[] lines = EXPECTED.split("\n", -1);
    String swapped = lines[7];
    lines[7] = lines[8];
    lines[8] = swapped;

    assertThat(drift(String.join("\n", lines)).findings())
        .extracting(Object::toString)
        .containsExactly("the rules are in another order in nat KUBE-SERVICES");
  }
}
