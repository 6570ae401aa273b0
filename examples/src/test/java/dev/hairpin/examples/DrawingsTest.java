package dev.hairpin.examples;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hairpin.render.BarChart;
import dev.hairpin.render.LineChart;
import dev.hairpin.render.TextTable;
import dev.hairpin.render.TimeLine;
import java.io.StringReader;
import javax.xml.parsers.DocumentBuilderFactory;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.Size;
import net.jqwik.api.constraints.StringLength;
import org.xml.sax.InputSource;

/** Here and not beside the render kit, since core does not read the JDK's XML module. */
class DrawingsTest {

  @Property(tries = 200)
  void anyTextGivesWellFormedDrawingsAndPages(
      @ForAll @StringLength(max = 30) String text, @ForAll @Size(3) double[] values) {
    double[] finite = java.util.Arrays.stream(values)
        .map(v -> Double.isFinite(v) ? Math.abs(v) % 1e6 : 0)
        .toArray();
    BarChart bars = new BarChart(text, text).bar(text, finite[0]).bar(text, finite[1], finite[2]);
    LineChart lines = new LineChart(text, text, text).line(text, new double[] {1, 2, 3}, finite);
    TimeLine time = new TimeLine(text, finite[0] + 1);
    time.row(text, text).span(finite[1], finite[1] + 1, TimeLine.Kind.ACTIVE, text);

    for (String svg : new String[] {bars.toSvg(), lines.toSvg(), time.toSvg()}) {
      assertThat(rootOf(svg)).isEqualTo("svg");
    }
    assertThat(rootOf(TextTable.of(text, "b").row(text, text).toHtml())).isEqualTo("table");
    assertThat(bars.toString() + time + lines.toCsv()).isNotEmpty();
  }

  private static String rootOf(String xml) {
    try {
      DocumentBuilderFactory factory = DocumentBuilderFactory.newInstance();
      factory.setFeature("http://apache.org/xml/features/disallow-doctype-decl", true);
      return factory
          .newDocumentBuilder()
          .parse(new InputSource(new StringReader(xml)))
          .getDocumentElement()
          .getTagName();
    } catch (Exception e) {
      throw new AssertionError("not well-formed: " + xml, e);
    }
  }
}
