package dev.hairpin.lb.elb.alb;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hairpin.lb.elb.Action;
import dev.hairpin.lb.elb.Rule;
import dev.hairpin.lb.elb.RuleCondition;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ShadowedRulesTest {
  private static final List<String> PIECES = List.of("/", "a", "b", "*", "?", "/a", "*/");

  private static Rule paths(String... patterns) {
    return Rule.of(1, RuleCondition.path(patterns), Action.fixed(200, ""));
  }

  @Test
  void aCatchAllBeforeAPathIsReported() {
    AlbBench b = new AlbBench();
    String listener = b.listen(80, Action.fixed(404, ""));
    b.w.elb.createRule(listener, Rule.of(1, RuleCondition.path("/*"), Action.fixed(200, "ui")));
    b.w.elb.createRule(
        listener, Rule.of(2, RuleCondition.path("/catalog", "/catalog/*"), Action.fixed(200, "c")));

    assertThat(ShadowedRules.find(b.w.elb.listener(listener)))
        .extracting(ShadowedRules.Finding::toString)
        .containsExactly("RULE_SHADOWED: rule 2 is unreachable, shadowed by rule 1");
  }

  @Test
  void aPathBeforeACatchAllIsFine() {
    AlbBench b = new AlbBench();
    String listener = b.listen(80, Action.fixed(404, ""));
    b.w.elb.createRule(listener, Rule.of(1, RuleCondition.path("/a"), Action.fixed(200, "")));
    b.w.elb.createRule(listener, Rule.of(2, RuleCondition.path("/*"), Action.fixed(200, "")));

    assertThat(ShadowedRules.find(b.w.elb.listener(listener))).isEmpty();
  }

  @Test
  void anotherHostIsNotCovered() {
    Rule shop = new Rule(
        1,
        List.of(RuleCondition.host("shop.example"), RuleCondition.path("/*")),
        List.of(Action.fixed(200, "")));
    Rule any = paths("/x");
    Rule same = new Rule(
        2,
        List.of(RuleCondition.host("SHOP.example"), RuleCondition.path("/x")),
        List.of(Action.fixed(200, "")));

    assertThat(ShadowedRules.covers(shop, any)).isFalse();
    assertThat(ShadowedRules.covers(shop, same)).isTrue();
  }

  @ParameterizedTest
  @CsvSource({
    "/a*,  /ab/*, true",
    "/a/*, /a*,   false",
    "/?,   /*,    false",
    "/?,   /a,    true",
    "/a?,  /a*,   false",
    "/a,   /A,    false",
  })
  void patternsCoverPatterns(String wide, String narrow, boolean covered) {
    assertThat(ShadowedRules.covers(paths(wide), paths(narrow))).isEqualTo(covered);
  }

  @Property
  void whatIsReportedIsNeverReached(@ForAll long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    String wide = text(random, PIECES);
    String narrow = text(random, PIECES);
    if (!ShadowedRules.covers(paths(wide), paths(narrow))) {
      return;
    }
    for (int i = 0; i < 50; i++) {
      HttpRequest request =
          HttpRequest.get("h", text(random, List.of("/", "a", "b", "/a"))).build();
      boolean narrowHolds = paths(narrow).conditions().stream().allMatch(c -> c.holds(request));
      if (narrowHolds) {
        assertThat(paths(wide).conditions().get(0).holds(request)).isTrue();
      }
    }
  }

  private static String text(SplittableRandom random, List<String> pieces) {
    List<String> chosen = new ArrayList<>();
    chosen.add("/");
    for (int i = random.nextInt(5); i > 0; i--) {
      chosen.add(pieces.get(random.nextInt(pieces.size())));
    }
    return String.join("", chosen);
  }
}
