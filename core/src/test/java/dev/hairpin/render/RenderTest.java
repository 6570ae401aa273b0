package dev.hairpin.render;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

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
}
