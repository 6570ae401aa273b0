package dev.hairpin.whatif;

import dev.hairpin.whatif.Figure.How;
import dev.hairpin.whatif.law.CrossZoneLaw;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** What crosses from zone to zone. The answer takes the same way as the request. */
final class ZoneMeasures implements CapacityModel {
  static final double SECONDS_PER_MONTH = 730 * 3600.0;

  @Override
  public List<Figure> figures(Load load) {
    Map<String, Double> bytes = new TreeMap<>();
    Map<String, Double> billed = new TreeMap<>();
    Map<ZoneMatrix.Pair, Double> between = new TreeMap<>();
    for (Flow flow : load.flows()) {
      Way way = flow.way();
      if (way.arrives()) {
        String name = flow.traffic().name();
        bytes.merge(name, way.crossings() * flow.bytesPerSecond(), Double::sum);
        billed.merge(name, way.billedCrossings() * flow.bytesPerSecond(), Double::sum);
        double requests = flow.requestsPerSecond() * flow.traffic().requestBytes();
        double responses = flow.requestsPerSecond() * flow.traffic().responseBytes();
        for (Way.Leg leg : way.legs()) {
          between.merge(new ZoneMatrix.Pair(leg.from(), leg.to()), requests, Double::sum);
          between.merge(new ZoneMatrix.Pair(leg.to(), leg.from()), responses, Double::sum);
        }
      }
    }
    List<Figure> figures = new ArrayList<>();
    bytes.forEach((name, rate) -> figures.add(
        Figure.of(Metric.CROSS_ZONE_BYTES, name, rate, Double.POSITIVE_INFINITY, How.EXACT)
            .in(name)));
    billed.forEach((name, rate) -> figures.add(Figure.of(
            Metric.CROSS_ZONE_COST,
            name,
            CrossZoneLaw.dollars(rate * SECONDS_PER_MONTH),
            Double.POSITIVE_INFINITY,
            How.LAW)
        .in(name)));
    between.forEach((pair, rate) -> figures.add(Figure.of(
        Metric.ZONE_TO_ZONE, pair.toString(), rate, Double.POSITIVE_INFINITY, How.EXACT)));
    return figures;
  }
}
