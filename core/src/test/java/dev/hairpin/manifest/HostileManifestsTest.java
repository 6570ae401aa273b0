package dev.hairpin.manifest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.junit.jupiter.api.Assertions.assertTimeout;

import java.time.Duration;
import java.util.Map;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;

/** Whatever is thrown at the reader, it answers with a manifest or with one error, soon. */
class HostileManifestsTest {
  private static final Duration SOON = Duration.ofSeconds(3);

  private static void refuses(String text, String message) {
    assertTimeout(
        SOON,
        () -> assertThatThrownBy(() -> Manifests.parse(text, "evil.yaml").objects())
            .isInstanceOf(ManifestException.class)
            .hasMessageContaining(message));
  }

  @Test
  void aliasesThatUnfoldWithoutEndAreRefused() {
    StringBuilder text =
        new StringBuilder("apiVersion: v1\nkind: X\na0: &a0 [x,x,x,x,x,x,x,x,x]\n");
    for (int i = 1; i < 40; i++) {
      text.append("a").append(i).append(": &a").append(i).append(" [");
      text.append(("*a" + (i - 1) + ",").repeat(9)).append("]\n");
    }

    refuses(text.toString(), "document contains excessive aliasing");
  }

  @Test
  void fiftyMegabytesOfAliasesAreRefusedLongBeforeTheirEnd() {
    String line = "- [*a,*a,*a,*a,*a,*a,*a,*a,*a,*a,*a,*a,*a,*a,*a,*a,*a,*a,*a,*a]\n";
    String text = "- &a [x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x]\n"
        + line.repeat((50 << 20) / line.length());

    refuses(text, "document contains excessive aliasing");
  }

  @Test
  void endlessWordsAndCommentsAreRefused() {
    String endless = "a".repeat(3_000_000);
    assertThatThrownBy(() -> Manifests.parse("a: b\n---\nc: " + endless, "x.yaml"))
        .hasMessage("x.yaml: document 2, line 3: a word of more than 2097152 characters");
    assertThatThrownBy(() -> Manifests.parse("# " + endless, "x.yaml"))
        .hasMessage("x.yaml: document 1, line 1: a comment of more than 2097152 characters");
  }

  @Test
  void aLongWordIsReadInOneGo() {
    String data = "a".repeat(2_000_000);
    Map<String, Object> tree = Manifests.parse(
            "{apiVersion: v1, kind: ConfigMap, metadata: {name: c}, data: {x: \"" + data + "\"}}",
            "x.yaml")
        .manifests()
        .get(0)
        .tree();
    assertThat(tree).containsEntry("data", Map.of("x", data));
  }

  @Test
  void deepNestingIsRefused() {
    refuses("[".repeat(200), "nested deeper than 128 levels");
    refuses("{a: ".repeat(200) + "}".repeat(200), "nested deeper than 128 levels");
    refuses("[".repeat(5_000_000), "nested deeper than 128 levels");
    StringBuilder block = new StringBuilder();
    for (int i = 0; i < 200; i++) {
      block.append(" ".repeat(i)).append("a:\n");
    }
    refuses(block.toString(), "nested deeper than 128 levels");
  }

  @Test
  void aKeyThatIsThereTwiceIsRefusedWithItsPlace() {
    refuses(
        "apiVersion: v1\nkind: Service\nspec:\n  ports:\n  - port: 80\n    port: 81\n",
        "evil.yaml: document 1, line 6: spec.ports[0]: key \"port\" already set in map");
  }

  @Test
  void anAnchorWithinItselfIsRefused() {
    refuses("a: &a [*a]", "anchor 'a' value contains itself");
  }

  @Test
  void anUnknownAnchorIsRefused() {
    refuses("a: *b", "unknown anchor 'b' referenced");
  }

  @Test
  void aDocumentThatIsNoObjectIsRefused() {
    refuses("- a\n- b\n", "evil.yaml: document 1, line 1: expected an object, not a list");
    refuses("just words", "expected an object, not the string \"just words\"");
  }

  @Test
  void hugeNumbersAreRefusedWhereTheyDoNotFit() {
    refuses(
        "{apiVersion: v1, kind: Service, metadata: {name: a}, spec: {ports: [{port: "
            + "9".repeat(100_000)
            + "}]}}",
        "spec.ports[0].port: expected an int32, not the string \"999");
    refuses(
        "{apiVersion: v1, kind: Service, metadata: {name: a}, spec: {ports: [{port: 80.5}]}}",
        "spec.ports[0].port: expected an int32, not the number 80.5");
  }

  @Property(tries = 500)
  void anyTextGivesAManifestOrOneError(@ForAll("yamlLike") String text) {
    Throwable thrown = catchThrowable(() -> Manifests.parse(text, "any.yaml").objects());

    if (thrown != null) {
      assertThat(thrown).isInstanceOf(ManifestException.class).hasMessageStartingWith("any.yaml: ");
    }
  }

  @Property(tries = 300)
  void anyObjectGivesAnObjectOrOneError(@ForAll("servicesOfSorts") String text) {
    Throwable thrown = catchThrowable(() -> Manifests.parse(text, "any.yaml").objects());

    if (thrown != null) {
      assertThat(thrown).isInstanceOf(ManifestException.class);
    }
  }

  @Provide
  Arbitrary<String> yamlLike() {
    return Arbitraries.of(
            "apiVersion: v1",
            "kind: ",
            "a: ",
            "- ",
            "\n",
            "  ",
            "{",
            "}",
            "[",
            "]",
            "&x ",
            "*x",
            "<<: ",
            "---\n",
            "...\n",
            "|\n",
            ">-\n",
            "? ",
            ": ",
            "!!int ",
            "!!binary ",
            "'",
            "\"",
            "\t",
            "#",
            "%YAML 1.2\n",
            "\u0000",
            "\ufeff",
            "\ud83d",
            "0x",
            "yes",
            "~",
            "80",
            "items:")
        .list()
        .ofMaxSize(30)
        .map(parts -> String.join("", parts));
  }

  @Provide
  Arbitrary<String> servicesOfSorts() {
    Arbitrary<String> value = Arbitraries.of(
        "80",
        "'80'",
        "true",
        "null",
        "[]",
        "{}",
        "[1]",
        "{a: b}",
        "1.5",
        "-1",
        "70000",
        "x",
        "''",
        "99999999999999999999",
        ".nan",
        "[null]",
        "[[]]",
        "TCP",
        "[{port: 80}]",
        "[{port: {}}]");
    Arbitrary<String> field = Arbitraries.of(
        "type",
        "ports",
        "selector",
        "clusterIP",
        "clusterIPs",
        "ipFamilies",
        "sessionAffinity",
        "sessionAffinityConfig",
        "externalIPs",
        "healthCheckNodePort",
        "loadBalancerClass",
        "publishNotReadyAddresses",
        "trafficDistribution",
        "externalTrafficPolicy");
    return Arbitraries.maps(field, value).ofMaxSize(6).map(map -> {
      StringBuilder text =
          new StringBuilder("{apiVersion: v1, kind: Service, metadata: {name: a}, spec: {");
      map.forEach((k, v) -> text.append(k).append(": ").append(v).append(", "));
      return text.append("}}").toString();
    });
  }
}
