package dev.hairpin.lb.elb.alb;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hairpin.lb.elb.Action;
import dev.hairpin.lb.elb.Rule;
import dev.hairpin.lb.elb.RuleCondition;
import dev.hairpin.net.Cidr;
import dev.hairpin.net.IpAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class CompiledRulesTest {
  private static final List<String> HOSTS = List.of(
      "shop.example", "SHOP.example", "api.shop.example", "*.shop.example", "*", "sh?p.example");
  private static final List<String> PATHS = List.of(
      "/",
      "/*",
      "/a",
      "/a*",
      "/a/*",
      "/a/b",
      "/A/b",
      "/a/b/*",
      "/ab",
      "*/b",
      "*a/*",
      "/a/?",
      "/cat?log/*");
  private static final List<String> ASKED_PATHS =
      List.of("/", "/a", "/a/", "/a/b", "/a/b/c", "/ab", "/A/b", "/catalog/x", "/z", "/a/bc");
  private static final List<String> ASKED_HOSTS =
      List.of("shop.example", "Shop.Example", "api.shop.example:8080", "x.y.shop.example", "other");

  private static final List<String> VALUES = List.of("v1", "V2", "v2", "v33", "tru*", "true");

  private static <T> T one(SplittableRandom random, List<T> of) {
    return of.get(random.nextInt(of.size()));
  }

  private static Rule rule(SplittableRandom random, int priority) {
    List<RuleCondition> conditions = new ArrayList<>();
    if (random.nextInt(2) == 0) {
      conditions.add(RuleCondition.host(one(random, HOSTS)));
    }
    if (random.nextInt(4) != 0) {
      conditions.add(
          random.nextBoolean()
              ? RuleCondition.path(one(random, PATHS))
              : RuleCondition.path(one(random, PATHS), one(random, PATHS)));
    }
    if (random.nextInt(6) == 0) {
      conditions.add(new RuleCondition.HttpHeader("X-Canary", List.of("tr?e")));
    }
    if (random.nextInt(4) == 0) {
      conditions.add(new RuleCondition.HttpHeader(
          one(random, List.of("X-Version", "x-Canary")),
          random.nextBoolean()
              ? List.of(one(random, VALUES))
              : List.of(one(random, VALUES), one(random, VALUES))));
    }
    if (random.nextInt(6) == 0) {
      conditions.add(new RuleCondition.HttpRequestMethod(List.of("POST")));
    }
    if (conditions.isEmpty() || random.nextInt(8) == 0) {
      conditions.add(new RuleCondition.QueryString(List.of(
          random.nextBoolean()
              ? new RuleCondition.QueryStringKeyValue("v", "2*")
              : new RuleCondition.QueryStringKeyValue(null, "\\*"))));
    }
    if (random.nextInt(8) == 0) {
      conditions.add(new RuleCondition.SourceIp(List.of(
          Cidr.parse(one(random, List.of("203.0.113.0/24", "2001:db8::/32", "0.0.0.0/0"))))));
    }
    boolean tooMany = conditions.stream().mapToInt(RuleCondition::valueCount).sum() > 5
        || conditions.stream().mapToInt(RuleCondition::wildcardCount).sum() > 5;
    return new Rule(
        priority, tooMany ? conditions.subList(0, 1) : conditions, List.of(Action.fixed(200, "")));
  }

  private static HttpRequest request(SplittableRandom random) {
    String query = one(random, List.of("", "?v=2", "?v=22&x=1", "?x=*", "?V=1&&v=20", "?v"));
    HttpRequest.Builder builder = HttpRequest.get(
            one(random, ASKED_HOSTS), one(random, ASKED_PATHS) + query)
        .method(one(random, List.of("GET", "POST", "post")))
        .client(
            IpAddress.parse(one(random, List.of("203.0.113.7", "198.51.100.1", "2001:db8::1"))));
    if (random.nextBoolean()) {
      builder.header("x-canary", one(random, List.of("TRUE", "false")));
    }
    for (int i = random.nextInt(4); i > 0; i--) {
      builder.header(one(random, List.of("X-VERSION", "Other")), one(random, VALUES));
    }
    return builder.build();
  }

  private static int naive(List<Rule> rules, HttpRequest request) {
    for (int i = 0; i < rules.size(); i++) {
      if (rules.get(i).conditions().stream().allMatch(c -> c.holds(request))) {
        return i;
      }
    }
    return -1;
  }

  @Property
  void theCompiledFormFindsWhatTheReadableOneFinds(
      @ForAll long seed, @ForAll @IntRange(min = 0, max = 150) int size) {
    SplittableRandom random = new SplittableRandom(seed);
    List<Rule> rules = new ArrayList<>();
    for (int i = 0; i < size; i++) {
      rules.add(rule(random, i + 1));
    }
    CompiledRules compiled = CompiledRules.compile(rules);
    for (int i = 0; i < 30; i++) {
      HttpRequest request = request(random);
      assertThat(compiled.match(request)).isEqualTo(naive(rules, request));
    }
  }

  @Test
  void aRequestWithoutHostMeetsNoHostCondition() {
    CompiledRules compiled = CompiledRules.compile(List.of(
        Rule.of(1, RuleCondition.host("*"), Action.fixed(200, "")),
        Rule.of(2, RuleCondition.path("/*"), Action.fixed(200, ""))));

    assertThat(compiled.match(HttpRequest.get("any", "/x").build())).isEqualTo(0);
    assertThat(compiled.match(HttpRequest.plain("/x").build())).isEqualTo(1);
  }
}
