package dev.hairpin.iptables;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hairpin.net.IpFamily;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Whatever text is given, reading ends with rules or with an error that says where. */
class RuleTextPropertiesTest {
  private static final List<String> RULES = Oracle.read("every-option.iptables-save")
      .lines()
      .filter(l -> l.startsWith("-A"))
      .toList();

  @Provide
  Arbitrary<String> realRules() {
    return Arbitraries.of(RULES);
  }

  @Provide
  Arbitrary<String> brokenRules() {
    Arbitrary<String> noise =
        Arbitraries.strings().withChars("-!\"\\ :/,.0129axAX[]=\t").ofMaxLength(8);
    Arbitrary<Integer> where = Arbitraries.integers().between(0, 200);
    return net.jqwik.api.Combinators.combine(realRules(), noise, where, where)
        .as((rule, text, at, cut) -> {
          int from = Math.min(at, rule.length());
          int to = Math.min(rule.length(), from + cut % 12);
          return rule.substring(0, from) + text + rule.substring(to);
        });
  }

  private static RestoreResult load(String rule) {
    String text = "*filter\n:UU - [0:0]\n:DEEP - [0:0]\n" + rule + "\nCOMMIT\n";
    return RuleSet.empty(IpFamily.IPV4).restore(text, RestoreOptions.REPLACE);
  }

  @Property(tries = 3000)
  void aBrokenRuleIsRefusedInItsLineOrReadBackAsItIsPrinted(@ForAll("brokenRules") String rule) {
    RestoreResult result = load(rule);

    if (result.error().isPresent()) {
      assertThat(result.error().get().line()).isBetween(4, 5);
      assertThat(result.error().get().column()).isBetween(1, rule.length() + 1);
      assertThat(result.ruleSet().tables()).isEmpty();
    } else {
      String printed = result.ruleSet().save();
      assertThat(RuleSet.parse(printed, IpFamily.IPV4).save()).isEqualTo(printed);
    }
  }

  @ParameterizedTest
  @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
      -A FORWARD -m m1x,2"1,-source 00:11:22"        | 15 | the name of a match
      -A FORWARD -p tcp -m tcp"22 "                  | 22 | the name of a match
      -A FORWARD -i "eth a9"                         | 15 | the name of a device
      -A FORWARD -m recent --set --name "a --rdest"  | 35 | the name of a list
      -A FORWARD -m set --match-set "a b" src        | 31 | the name of a set
      -A FORWARD -m nfacct --nfacct-name ""          | 36 | the name of a counter
      """)
  void aNameThatWouldFallApartWhenPrintedIsRefused(String rule, int column, String what) {
    RuleException error = load(rule).error().orElseThrow();

    assertThat(error.line()).isEqualTo(4);
    assertThat(error.column()).isEqualTo(column);
    assertThat(error.getMessage()).contains("expected " + what + " without blanks and quotes");
  }

  @Property(tries = 500)
  void anyTextEndsWithRulesOrAnError(@ForAll String text) {
    RestoreResult result =
        RuleSet.empty(IpFamily.IPV6).restore("*nat\n" + text, RestoreOptions.REPLACE);

    assertThat(result.error().map(RuleException::line).orElse(1)).isPositive();
  }

  @Property(tries = 300)
  void theOrderOfBaseOptionsDoesNotMatter(@ForAll("realRules") String rule) {
    String specification = rule.substring(rule.indexOf(' ', 3) + 1);
    if (rule.indexOf(' ', 3) < 0 || specification.contains("-s ") || specification.contains("-f")) {
      return;
    }
    RestoreResult plain = load("-A FORWARD -s 10.0.0.0/8 " + specification);
    RestoreResult turned = load("-A FORWARD " + specification + " -s 10.0.0.0/8");

    assertThat(turned.ruleSet().save()).isEqualTo(plain.ruleSet().save());
  }
}
