package dev.hairpin.iptables.compile;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hairpin.iptables.RuleSet;
import dev.hairpin.net.Cidr;
import dev.hairpin.path.Fraction;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

/** Programs are held equal to the walker, which is their specification. */
class CompiledRulesTest {
  private static final List<Cidr> PODS = List.of(Cidr.parse("10.244.0.0/16"));

  @Property(tries = 150)
  void aProgramOfOddRulesHasTheWalkersDistribution(@ForAll long seed) {
    OddRules odd = new OddRules(new SplittableRandom(seed), false);
    RuleSet rules = odd.rules();
    Stand stand = new Stand(rules, PODS);

    for (Stand.Flow flow : odd.flows(6)) {
      Map<Fate, Fraction> walked = stand.walked(flow);
      if (walked.keySet().stream().noneMatch(fate -> fate.verdict().equals("LOST"))) {
        assertThat(stand.decided(flow)).as("%s%n%s", flow, rules).isEqualTo(walked);
      }
    }
  }
}
