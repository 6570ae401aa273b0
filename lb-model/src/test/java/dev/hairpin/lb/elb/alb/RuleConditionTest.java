package dev.hairpin.lb.elb.alb;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hairpin.lb.elb.Glob;
import dev.hairpin.lb.elb.RuleCondition;
import dev.hairpin.lb.elb.RuleCondition.QueryStringKeyValue;
import dev.hairpin.net.Cidr;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RuleConditionTest {
  private static HttpRequest.Builder get(String host, String target) {
    return HttpRequest.get(host, target);
  }

  @ParameterizedTest
  @CsvSource({
    "shop.example,        Shop.Example,      true",
    "shop.example,        shop.example:8080, true",
    "*.shop.example,      api.shop.example,  true",
    "*.shop.example,      a.b.shop.example,  true",
    "*.shop.example,      shop.example,      false",
    "sh?p.example,        shop.example,      true",
    "sh?p.example,        shp.example,       false",
  })
  void hostsIgnoreCaseAndPort(String pattern, String host, boolean holds) {
    assertThat(RuleCondition.host(pattern).holds(get(host, "/").build())).isEqualTo(holds);
  }

  @ParameterizedTest
  @CsvSource({
    "/catalog,    /catalog,          true",
    "/catalog,    /catalog/,         false",
    "/catalog,    /Catalog,          false",
    "/catalog,    /catalog?page=2,   true",
    "/catalog/*,  /catalog/,         true",
    "/catalog/*,  /catalog,          false",
    "/*,          /,                 true",
    "/img/*/x?.png, /img/a/b/x1.png, true",
    "/a%20b,      /a%20b,            true",
    "/a b,        /a%20b,            false",
    "*.php,       /index.php?a=.php5, true",
  })
  void pathsKeepCaseAndEncodingAndIgnoreTheQuery(String pattern, String target, boolean holds) {
    assertThat(RuleCondition.path(pattern).holds(get("h", target).build())).isEqualTo(holds);
  }

  @Test
  void headersIgnoreCaseInNameAndValueAndAnyLineWillDo() {
    RuleCondition condition =
        new RuleCondition.HttpHeader("User-Agent", List.of("*Chrome*", "*Safari*"));
    assertThat(condition.holds(
            get("h", "/").header("user-agent", "mozilla chrome/1").build()))
        .isTrue();
    assertThat(condition.holds(get("h", "/")
            .header("USER-AGENT", "curl")
            .header("User-Agent", "SAFARI")
            .build()))
        .isTrue();
    assertThat(condition.holds(get("h", "/").header("user-agent", "curl").build()))
        .isFalse();
  }

  @Test
  void methodsAreExactAndHeadIsNotGet() {
    RuleCondition condition = new RuleCondition.HttpRequestMethod(List.of("GET", "POST"));
    assertThat(condition.holds(get("h", "/").build())).isTrue();
    assertThat(condition.holds(get("h", "/").method("HEAD").build())).isFalse();
    assertThat(condition.holds(get("h", "/").method("get").build())).isFalse();
  }

  @ParameterizedTest
  @CsvSource({
    "version,  v1,     /?version=v1,       true",
    "version,  v1,     /?VERSION=V1,       true",
    "version,  v1,     /?a=1&version=v1,   true",
    "version,  v1,     /?version=v12,      false",
    "version,  v*,     /?version=v12,      true",
    ",         *example*, /?x=my-example-y, true",
    ",         *example*, /?example=1,     false",
    "v?,       1,      /?v2=1,             true",
    "q,        \\*,    /?q=*,              true",
    "q,        \\*,    /?q=abc,            false",
  })
  void queryStringsIgnoreCaseAndMayLeaveOutTheKey(
      String key, String value, String target, boolean holds) {
    RuleCondition condition =
        new RuleCondition.QueryString(List.of(new QueryStringKeyValue(key, value)));
    assertThat(condition.holds(get("h", target).build())).isEqualTo(holds);
  }

  @Test
  void sourceIpIsThePeerNotWhatTheClientSays() {
    RuleCondition condition = new RuleCondition.SourceIp(List.of(Cidr.parse("203.0.113.0/24")));
    assertThat(
            condition.holds(get("h", "/").header("X-Forwarded-For", "10.0.0.1").build()))
        .isTrue();
  }

  @Test
  void globsDoNotExplode() {
    String pattern = "*a".repeat(64);
    assertThat(Glob.matches(pattern, "a".repeat(16_000) + "b", false, false)).isFalse();
  }
}
