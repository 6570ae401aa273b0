package dev.hairpin.lb.json;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Texts of errors are those of Go's encoding/json, since users read them in events. */
class JsonParserTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "`` | unexpected end of JSON input",
        "` ` | unexpected end of JSON input",
        "{ | unexpected end of JSON input",
        "{\"a\":1 | unexpected end of JSON input",
        "* | invalid character '*' looking for beginning of value",
        "[1,] | invalid character ']' looking for beginning of value",
        "{a:1} | invalid character 'a' looking for beginning of object key string",
        "{\"a\" 1} | invalid character '1' after object key",
        "{\"a\":1 \"b\":2} | invalid character '\"' after object key:value pair",
        "[1 2] | invalid character '2' after array element",
        "{} x | invalid character 'x' after top-level value",
        "nulk | invalid character 'k' in literal null (expecting 'l')",
        "'a' | invalid character '\\'' looking for beginning of value",
      })
  void saysWhatGoSays(String text, String message) {
    assertThatThrownBy(() -> JsonParser.parse(text))
        .isInstanceOf(JsonException.class)
        .hasMessage(message);
  }

  @Test
  void readsWhatItIsGiven() {
    assertThat(JsonParser.parse("{\"a\":[1,\"\\u00e9\\n\",true,null],\"b\":{}}"))
        .asString()
        .contains("a", "\u00e9\n", "true", "null", "b");
    assertThat(JsonParser.parse("[]")).isEqualTo(List.of());
    assertThat(JsonParser.parse("{}")).isEqualTo(Map.of());
    assertThat(JsonParser.parse("null")).isNull();
  }
}
