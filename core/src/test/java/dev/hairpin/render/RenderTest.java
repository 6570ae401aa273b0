package dev.hairpin.render;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class RenderTest {

  @Test
  void aTableAlignsNumbersToTheRightAndLeavesNoBlanksAtLineEnds() {
    TextTable table = TextTable.of("pod", "load", "remark").right("load");
    table.row("ui/ui-1", "120", "").row("c", "7", "over, \"much\"");

    assertThat(table).hasToString("""
        pod      load  remark
        ui/ui-1   120
        c           7  over, "much"
        """);
    assertThat(table.toMarkdown()).isEqualTo("""
        | pod | load | remark |
        | --- | ---: | --- |
        | ui/ui-1 | 120 |  |
        | c | 7 | over, "much" |
        """);
    assertThat(table.toCsv()).isEqualTo("""
        pod,load,remark
        ui/ui-1,120,
        c,7,"over, ""much""\"
        """);
    assertThat(table.toHtml()).isEqualTo("""
        <table>
        <tr><th>pod</th><th class="number">load</th><th>remark</th></tr>
        <tr><td>ui/ui-1</td><td class="number">120</td><td></td></tr>
        <tr><td>c</td><td class="number">7</td><td>over, &quot;much&quot;</td></tr>
        </table>
        """);
    assertThat(table.toJson()).isEqualTo("""
        [
          {"pod": "ui/ui-1", "load": "120", "remark": ""},
          {"pod": "c", "load": "7", "remark": "over, \\"much\\""}
        ]
        """);
  }

  @Test
  void aRowOfAnotherLengthAndAnUnknownColumnAreRefused() {
    assertThatThrownBy(() -> TextTable.of("a", "b").row("1"))
        .hasMessage("1 cells do not fill the 2 columns [a, b]");
    assertThatThrownBy(() -> TextTable.of("a", "b").right("c"))
        .hasMessage("no column \"c\"; there are a, b");
  }

  @Test
  void aBarAboveItsLimitSaysSoInTextAndColour() {
    BarChart chart = new BarChart("load", "rps").bar("pod-1", 50, 100).bar("pod-2", 200, 100);

    assertThat(chart).hasToString("""
        load
          pod-1  ##########          |                     50 rps of 100
          pod-2  ####################|###################  200 rps of 100  OVER
        """);
    assertThat(chart.toSvg()).contains(">200 rps of 100  OVER</text>", "fill=\"#d55e00\"");
  }

  @Test
  void aBarOrLimitThatIsNoLengthIsRefused() {
    BarChart chart = new BarChart("load", "rps");

    assertThatThrownBy(() -> chart.bar("pod-1", -1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("a bar of length -1.0 cannot be drawn");
    assertThatThrownBy(() -> chart.bar("pod-1", 1, -1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("a limit of -1.0 cannot be drawn");
  }

  @Test
  void aTimeLineDrawsWaitingWorkAndLoss() {
    TimeLine line = new TimeLine("rolling update", 15);
    line.row("pod", "").span(0, 5, TimeLine.Kind.ACTIVE, "preStop");
    line.row("node a", "synced at 4 s").span(0, 4, TimeLine.Kind.WAITING, "");
    line.row("lost", "80").span(5, 9, TimeLine.Kind.LOSS, "");

    assertThat(line).hasToString("""
        rolling update
        t(s)    0       2       4       6       8       10      12      14
        pod     |preStop============
        node a  ----------------                                               synced at 4 s
        lost                        ################                           80
        """);
    assertThat(line.toSvg()).contains("<title>5 s to 9 s</title>");
  }

  @Test
  void numbersAreTheSameEverywhere() {
    assertThat(Escape.number(0.1 + 0.2, 3)).isEqualTo("0.3");
    assertThat(Escape.number(-0.0001, 2)).isEqualTo("0");
    assertThat(Escape.number(1e15, 2)).isEqualTo("1000000000000000");
    assertThat(Escape.number(Double.NaN, 2)).isEqualTo("-");
    assertThat(Escape.readable(131_072)).isEqualTo("131,072");
    assertThat(Escape.readable(0.01234567)).isEqualTo("0.0123");
    assertThat(Escape.readable(1.2e16)).isEqualTo("1.20e+16");
  }

  /** A mark at 2.25 scenarios would be a puzzle. */
  @Test
  void axesHaveTheirMarksAtRoundNumbers() {
    String whole = new LineChart("", "scenario", "entries")
        .line("x", new double[] {1, 2, 3, 4}, new double[] {0, 31_000, 57_250, 60})
        .toSvg();
    String halves = new LineChart("", "s", "per second")
        .line("x", new double[] {0, 0.5, 1.5}, new double[] {0, 7, 0.1})
        .toSvg();

    assertThat(marks(whole, "middle")).containsExactly("1", "2", "3", "4", "scenario");
    assertThat(marks(whole, "end")).containsExactly("0", "20,000", "40,000");
    assertThat(marks(halves, "middle")).containsExactly("0", "0.5", "1", "1.5", "s");
    assertThat(marks(halves, "end")).containsExactly("0", "2", "4", "6");
  }

  private static List<String> marks(String svg, String anchor) {
    return Pattern.compile("text-anchor=\"" + anchor + "\"[^>]*>([^<]*)<")
        .matcher(svg)
        .results()
        .map(match -> match.group(1))
        .toList();
  }

  @Test
  void whatCannotBeDrawnIsRefused() {
    assertThatThrownBy(() -> new BarChart("", "").bar("x", -1))
        .hasMessage("a bar of length -1.0 cannot be drawn");
    assertThatThrownBy(() -> new LineChart("", "", "").line("x", new double[1], new double[2]))
        .hasMessage("line \"x\": 1 and 2 numbers make no points that can be drawn");
    assertThatThrownBy(() -> new TimeLine("", 0)).hasMessage("a time line cannot end at 0.0 s");
    assertThatThrownBy(() -> new TimeLine("", 1).span(0, 1, TimeLine.Kind.LOSS, ""))
        .isInstanceOf(IllegalStateException.class);
  }

  /** WCAG 2.2, 1.4.3: the contrast of text is at least 4.5 to 1. */
  @Test
  void lettersOfEveryColourCanBeReadOnTheGroundsOfDrawings() {
    for (Svg.Colour colour : Svg.Colour.values()) {
      String ink = new Svg(10, 10, "").text(0, 0, "x", Svg.Anchor.START, colour).toString();
      String code = ink.substring(ink.lastIndexOf("fill=\"") + 6, ink.lastIndexOf("\">x"));

      assertThat(contrast(code, "#ffffff")).as(colour + " on white").isGreaterThan(4.5);
      assertThat(contrast(code, Svg.Colour.PALE.toString()))
          .as(colour + " on pale")
          .isGreaterThan(4.5);
    }
    for (Svg.Colour ground : List.of(Svg.Colour.RED, Svg.Colour.ORANGE, Svg.Colour.GREEN)) {
      assertThat(contrast(Svg.Colour.BLACK.toString(), ground.toString()))
          .as("black on " + ground)
          .isGreaterThan(4.5);
    }
  }

  private static double contrast(String a, String b) {
    double one = luminance(a);
    double other = luminance(b);
    return (Math.max(one, other) + 0.05) / (Math.min(one, other) + 0.05);
  }

  private static double luminance(String code) {
    int rgb = Integer.parseInt(code.substring(1), 16);
    return 0.2126 * linear(rgb >> 16) + 0.7152 * linear(rgb >> 8) + 0.0722 * linear(rgb);
  }

  private static double linear(int channel) {
    double value = (channel & 0xff) / 255.0;
    return value <= 0.03928 ? value / 12.92 : Math.pow((value + 0.055) / 1.055, 2.4);
  }

  @Test
  void aGoStringShowsWhatCannotBePrinted() {
    assertThat(Escape.go("a\"b\\ \t\u0007\b\f\n\r\u000b\u0001\u007f\u00a0\u00e9\u200b\ue000"))
        .isEqualTo("\"a\\\"b\\\\ \\t\\a\\b\\f\\n\\r\\v\\x01\\x7f\\u00a0\u00e9\\u200b\\ue000\"");
    assertThat(Escape.go("\ud83d\ude00\udb40\udc01\ud800"))
        .isEqualTo("\"\ud83d\ude00\\U000e0001\\ufffd\"");
  }
}
