package dev.hairpin.manifest;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hairpin.api.GenericObject;
import dev.hairpin.api.ObjectMeta;
import java.util.List;
import java.util.Map;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** What is written reads back as the same, whatever texts and trees it holds. */
class ManifestLawsTest {

  /** Texts that mean something in YAML, and texts of any characters that YAML may hold. */
  private static Arbitrary<String> texts() {
    Arbitrary<String> words = Arbitraries.of(
        "",
        " ",
        "~",
        "null",
        "yes",
        "No",
        "on",
        "y",
        "0755",
        "1_000",
        "1e3",
        ".inf",
        ".nan",
        "0x1f",
        "-",
        "- a",
        "? b",
        "a: b",
        "a:",
        ":a",
        "#c",
        "a #c",
        "&x",
        "*x",
        "!t",
        "|",
        ">",
        "%a",
        "@a",
        "`",
        "{",
        "}",
        "[",
        "]",
        ",",
        "'",
        "\"",
        "\\",
        "<<",
        "=",
        "---",
        "...",
        "a\nb",
        "\n",
        "\t",
        "a\r",
        "2026-01-01",
        "12:30",
        "10.0.0.1",
        "::1",
        "\u0085",
        "\u2028",
        "\ufeff",
        "\u00a0",
        "\ud83d\ude00",
        "trailing ",
        " leading",
        "a: [b, {c: d}]",
        "x-->y",
        "1.",
        "+1",
        "0b1",
        "0o7");
    Arbitrary<String> any = Arbitraries.strings()
        .withCharRange(' ', '~')
        .withChars('\n', '\t', '\r', '\u0085', '\u00a0', '\u2028', '\u20ac')
        .ofMaxLength(12);
    return Arbitraries.oneOf(words, any);
  }

  @Provide
  Arbitrary<Map<String, Object>> trees() {
    Arbitrary<Object> leaf = Arbitraries.oneOf(
        texts().asGeneric(),
        Arbitraries.longs().asGeneric(),
        Arbitraries.doubles().between(-1e300, 1e300).asGeneric(),
        Arbitraries.of(true, false).asGeneric());
    Arbitrary<Object> value = Arbitraries.recursive(
        () -> leaf,
        inner -> Arbitraries.oneOf(
            inner, inner.list().ofMaxSize(3).asGeneric(), mapOf(inner).asGeneric()),
        3);
    return mapOf(value);
  }

  private static Arbitrary<Map<String, Object>> mapOf(Arbitrary<Object> values) {
    return Arbitraries.maps(texts(), values).ofMaxSize(3);
  }

  @Property(tries = 200, edgeCases = EdgeCasesMode.NONE)
  void aTreeWrittenAsYamlReadsBackAsTheSame(@ForAll("trees") Map<String, Object> spec) {
    GenericObject widget = new GenericObject(
        "example.org/v1", "Widget", ObjectMeta.of("shop", "w"), Map.of("spec", spec));

    assertThat(Manifests.parse(Manifests.toYaml(List.of(widget)), "out.yaml").objects())
        .containsExactly(widget);
  }

  @Property(tries = 200, edgeCases = EdgeCasesMode.NONE)
  void aTreeWrittenAsJsonReadsBackAsTheSame(@ForAll("trees") Map<String, Object> spec) {
    GenericObject widget = new GenericObject(
        "example.org/v1", "Widget", ObjectMeta.of("shop", "w"), Map.of("spec", spec));

    assertThat(Manifests.parse(Manifests.toJson(widget), "out.json").objects())
        .containsExactly(widget);
  }

  @Property(tries = 200, edgeCases = EdgeCasesMode.NONE)
  void labelsAndAnnotationsReadBackAsTheSame(@ForAll("labels") Map<String, String> labels) {
    GenericObject widget = new GenericObject(
        "example.org/v1",
        "Widget",
        ObjectMeta.of("shop", "w").withLabels(labels).withAnnotations(labels),
        Map.of());

    assertThat(Manifests.parse(Manifests.toYaml(List.of(widget)), "out.yaml").objects())
        .containsExactly(widget);
  }

  @Provide
  Arbitrary<Map<String, String>> labels() {
    return Arbitraries.maps(texts(), texts()).ofMaxSize(4);
  }
}
