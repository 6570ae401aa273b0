package dev.hairpin.dns.pattern;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GoPatternTest {

  @ParameterizedTest
  @CsvSource(
      delimiterString = " => ",
      nullValues = "-",
      value = {
        "(.*)\\.b\\.(org) => www.b.org. => www.b.org|www|org",
        "(a*)(ab)? => aab => aa|aa|",
        "(a*?)(ab)? => aab => ||",
        "(?U)(a*)(b?) => aab => ||",
        "(a|ab)(c|bcd)(d*) => abcd => abcd|a|bcd|",
        "(a*)+ => b => |",
        "(?:(a)|b)* => ab => ab|a",
        "(|a)* => aa => |",
        "(?i)WWW\\.(?P<x>É+) => www.éÉ => www.éÉ|éÉ",
        "^a$ => b~a => -",
        "(?m)^a$ => b~a => a",
        "(?m:^)a$ => b~a => a",
        "a.b => a~b => -",
        "(?s)a.b => a~b => a~b",
        "(?s-i:a.)b => a~b => a~b",
        "\\ba\\B => aa => a",
        "[[:alpha:]_-]+ => 1a_-b2 => a_-b",
        "[^[:^digit:]]+ => ab12 => 12",
        "[]a]+ => b]a => ]a",
        "[a&&b]+ => x&&y => &&",
        "\\Qa.b\\E+ => a.bb => a.bb",
        "\\x41\\x{42}\\103 => ABC => ABC",
        "\\pL+\\p{Greek}\\P{^Lu} => aαA => aαA",
        "a{2,3}?b => aaab => aaab",
        "a{,3} => a{,3} => a{,3}",
        "x{0}y => xy => y",
      })
  void findsWhatGoFinds(String expression, String text, String groups) {
    Optional<String> found = GoPattern.compile(expression)
        .find(text.replace('~', '\n'))
        .map(match -> String.join("|", match.groups()).replace('\n', '~'));

    assertThat(found).isEqualTo(Optional.ofNullable(groups));
  }

  @ParameterizedTest
  @CsvSource(
      delimiterString = " => ",
      value = {
        "a( => missing closing ): `a(`",
        "a) => unexpected ): `a)`",
        "[a => missing closing ]: `[a`",
        "[z-a] => invalid character class range",
        "[[:nice:]] => invalid character class range: `[:nice:]`",
        "\\p{Nice} => invalid character class range",
        "a\\ => trailing backslash at end of expression",
        "a\\8 => invalid escape sequence: `\\8`",
        "\\x{110000} => invalid escape sequence: `\\x{1`",
        "*a => missing argument to repetition operator: `*`",
        "a|+ => missing argument to repetition operator: `+`",
        "a** => invalid nested repetition operator",
        "a++ => invalid nested repetition operator",
        "a{1001} => invalid repeat count: `{1001}`",
        "a{2,1} => invalid repeat count: `{2,1}`",
        "((a{100}){100}) => invalid repeat count: `{100}`",
        "(?=a) => invalid or unsupported Perl syntax: `(?=a`",
        "(?<!a) => invalid or unsupported Perl syntax: `(?<!`",
        "(?>a) => invalid or unsupported Perl syntax: `(?>a`",
        "(?P<1 >a) => invalid named capture",
        "(?P<x>a)(?P<x>b) => duplicate capture group name: `x`",
      })
  void refusesWhatGoRefuses(String expression, String error) {
    assertThatThrownBy(() -> GoPattern.compile(expression))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("error parsing regexp: " + error);
  }

  @Test
  void groupsAreFoundByNameAndNumber() {
    GoPattern.Match match = GoPattern.compile("(a)(?<rest>.*)").find("abc").orElseThrow();

    assertThat(match.group("rest")).contains("bc");
    assertThat(match.group("1")).contains("a");
    assertThat(match.group("3")).isEmpty();
    assertThat(GoPattern.compile("(a)((?:b)(c))").groupCount()).isEqualTo(3);
  }

  @Test
  void expressionsThatTryForEverElsewhereEnd() {
    String text = "a".repeat(255);

    assertThat(GoPattern.compile("((a*)*)*b").find(text)).isEmpty();
    assertThat(GoPattern.compile("(|)".repeat(60) + "b").find(text)).isEmpty();
    assertThat(GoPattern.compile("(a|a)*".repeat(60) + "b").find(text)).isEmpty();
    assertThatThrownBy(() -> GoPattern.compile("((a|b){1000})".repeat(100)))
        .hasMessage("error parsing regexp: expression too large");
    assertThatThrownBy(() -> GoPattern.compile("(".repeat(100_000)))
        .hasMessageStartingWith("error parsing regexp: expression nests too deeply");
  }

  @Property
  void findsTheSameAsJavaWhereBothAgree(
      @ForAll("expressions") String expression, @ForAll("texts") String text) {
    Matcher java = Pattern.compile(expression).matcher(text);
    List<String> groups = new ArrayList<>();
    if (java.find()) {
      for (int i = 0; i <= java.groupCount(); i++) {
        groups.add(java.group(i) == null ? "" : java.group(i));
      }
    }

    assertThat(GoPattern.compile(expression)
            .find(text)
            .map(GoPattern.Match::groups)
            .orElse(List.of()))
        .isEqualTo(groups);
  }

  @Provide
  Arbitrary<String> texts() {
    return Arbitraries.strings().withChars('a', 'b', 'c').ofMaxLength(12);
  }

  @Provide
  Arbitrary<String> expressions() {
    Arbitrary<String> letter = Arbitraries.of("a", "b", "c", ".", "[ab]", "[^a]", "\\w");
    Arbitrary<String> times =
        Arbitraries.of("", "", "*", "+", "?", "*?", "+?", "??", "{2}", "{1,3}");
    Arbitrary<String> repeated = Combinators.combine(letter, times).as(String::concat);
    Arbitrary<String> sequence = repeated.list().ofMaxSize(3).map(parts -> String.join("", parts));
    Arbitrary<String> choice = Combinators.combine(
            letter, sequence, letter, sequence, Arbitraries.of("", "?", "{2}"))
        .as((a, b, c, d, many) -> "(?:(" + a + b + ")|" + c + d + ")" + many);
    return Arbitraries.oneOf(sequence, choice, repeated)
        .list()
        .ofMinSize(1)
        .ofMaxSize(3)
        .map(parts -> String.join("", parts));
  }
}
