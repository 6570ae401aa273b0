package dev.hairpin.manifest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.junit.jupiter.api.Assertions.assertTimeout;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.Reader;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
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

  /** A text of which is known how much has been read. */
  private static final class Metered extends Reader {
    private final String text;
    private int position;

    Metered(String text) {
      this.text = text;
    }

    @Override
    public int read(char[] into, int from, int length) {
      int end = Math.min(text.length(), position + length);
      if (end == position) {
        return -1;
      }
      text.getChars(position, end, into, from);
      int count = end - position;
      position = end;
      return count;
    }

    @Override
    public void close() {}
  }

  private static void refusesEarly(String text, int within, String message) {
    Metered source = new Metered(text);

    assertThatThrownBy(() -> Manifests.parse(source, text.length(), "evil.yaml").objects())
        .isInstanceOf(ManifestException.class)
        .hasMessageContaining(message);
    assertThat(source.position).isLessThanOrEqualTo(within);
  }

  private static String fiftyMegabytesOf(String line) {
    return line.repeat((50 << 20) / line.length());
  }

  @Test
  void fiftyMegabytesOfAliasesAreRefusedAfterTheFirstHundredKilobytes() {
    refusesEarly(
        "- &a [x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x,x]\n"
            + fiftyMegabytesOf("- [*a,*a,*a,*a,*a,*a,*a,*a,*a,*a,*a,*a,*a,*a,*a,*a,*a,*a,*a,*a]\n"),
        2 << 16,
        "document contains excessive aliasing");
  }

  @Test
  void aliasesOfManyDocumentsCountTogether() {
    String document = "---\napiVersion: v1\nkind: X\na: &a [" + "x,".repeat(60) + "x]\nb: &b ["
        + "*a,".repeat(60) + "*a]\nc: [*b,*b,*b,*b,*b]\n";

    refusesEarly(fiftyMegabytesOf(document), 1 << 18, "document contains excessive aliasing");
  }

  @Test
  void anObjectLargerThanARequestIsRefusedWhereItGoesBeyond() {
    String item = "- {name: some-name, value: \"a value of some length\"}\n";

    refusesEarly(
        "apiVersion: v1\nkind: X\nspec:\n" + fiftyMegabytesOf(item),
        5 << 20,
        "Request entity too large: limit is 3145728");
  }

  @Test
  void anObjectOfMoreSmallValuesThanEtcdCanHoldIsRefusedWhereItGoesBeyond() {
    refusesEarly(
        "apiVersion: v1\nkind: X\nspec:\n"
            + fiftyMegabytesOf("- {a: b, c: [1, 2, 3], d: \"efg\"}\n"),
        3 << 20,
        "etcdserver: request is too large: more than 786432 values");
    refusesEarly(
        "{\"apiVersion\":\"v1\",\"kind\":\"X\",\"spec\":[" + fiftyMegabytesOf("1,1,1,1,1,\n"),
        3 << 20,
        "etcdserver: request is too large: more than 786432 values");
  }

  @Test
  void anObjectIsAsLargeAsWhatItsAliasesStandFor() {
    String text = "apiVersion: v1\nkind: X\na: &a \"" + "x".repeat(400_000) + "\"\nb: [*a,*a,*a,"
        + "*a,*a,*a,*a]\n";

    refuses(text, "document 1, line 4: b[6]: Request entity too large: limit is 3145728");
  }

  @Test
  void aListMayBeLargerThanARequestSinceItIsManyObjects() {
    String item = "- {apiVersion: v1, kind: ConfigMap, metadata: {name: c}, data: {k: \""
        + "v".repeat(1_000_000) + "\"}}\n";

    assertThat(Manifests.parse(
                "apiVersion: v1\nitems:\n" + item.repeat(5) + "kind: List\n", "big.yaml")
            .manifests())
        .hasSize(5);
  }

  @Test
  void aValueOrCommentsWithoutEndAreRefused() {
    refusesEarly(
        "a: |\n" + fiftyMegabytesOf("  one line of text\n"),
        17 << 20,
        "line 889911: a: more than 16777216 characters without a further value");
    refusesEarly(
        fiftyMegabytesOf("# one line of a comment\n"),
        17 << 20,
        "more than 16777216 characters without a further value");
  }

  @Test
  void whatIsNoTextIsRefusedWithItsField() {
    String before = "apiVersion: v1\nkind: Service\nmetadata: {name: a}\nspec:\n  clusterIP: ";

    refuses(
        before + "\"10\u0000\"",
        "evil.yaml: document 1, line 5: spec.clusterIP: not YAML: control character U+0000 is not"
            + " allowed");
    refuses(
        before + "\"10\u0081\"",
        "line 5: spec.clusterIP: not YAML: control character U+0081 is not allowed");
    refuses(
        before + "\"10\ud83d\"",
        "line 5: spec.clusterIP: not YAML: character U+D83D is not allowed");
    refuses(before + "\"10\ud83d", "line 5: not YAML: character U+D83D is not allowed");
  }

  @Test
  void charactersBeyondTheFirstPlaneAreRead() {
    assertThat(Manifests.parse(
                "{apiVersion: v1, kind: X, metadata: {name: a}, a: \"\ud83d\ude00 \u00e9\"}",
                "x.yaml")
            .manifests()
            .get(0)
            .tree())
        .containsEntry("a", "\ud83d\ude00 \u00e9");
  }

  @Property(tries = 100)
  void octetsOfAnySizeOfBufferAreTheSameText(
      @ForAll String text, @ForAll @IntRange(min = 1, max = 7) int step) throws IOException {
    byte[] octets = text.getBytes(StandardCharsets.UTF_8);
    InputStream dripping = new ByteArrayInputStream(octets) {
      @Override
      public synchronized int read(byte[] into, int from, int length) {
        return super.read(into, from, Math.min(step, length));
      }
    };

    try (Reader reader = new Utf8Reader(dripping)) {
      StringWriter all = new StringWriter();
      reader.transferTo(all);
      assertThat(all.toString()).isEqualTo(new String(octets, StandardCharsets.UTF_8));
    }
  }

  @Test
  void endlessWordsAndCommentsAreRefused() {
    String endless = "a".repeat(3_000_000);
    assertThatThrownBy(() -> Manifests.parse("a: b\n---\nc: " + endless, "x.yaml"))
        .hasMessage("x.yaml: document 2, line 3: c: a word of more than 2097152 characters");
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
