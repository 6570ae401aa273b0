package dev.hairpin.whatif;

import dev.hairpin.render.Escape;
import dev.hairpin.render.TextTable;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.DoubleFunction;

/**
 * By how much all traffic can grow until limits break, the first one first.
 *
 * @param scenario the scenario's name
 * @param limits what breaks, by rising factor; what does not depend on the traffic is not in it
 */
public record Headroom(String scenario, List<Break> limits) {

  /**
   * Beyond this factor nothing is looked for: whoever has a million times his traffic asks anew.
   */
  public static final double MOST = 1e6;

  private static final int BISECTIONS = 60;
  private static final double LINEAR = 1e-9;

  /**
   * A limit that breaks.
   *
   * @param figure what is limited, under the traffic as it is
   * @param factor the traffic at which it is at its limit, as a multiple of the traffic as it is;
   *     below 1 if it is over already
   */
  public record Break(Figure figure, double factor) {

    /** Such as {@code conntrack node-1 at 1.6 times the traffic: 131,072 entries}. */
    @Override
    public String toString() {
      return figure.metric() + " " + figure.subject() + " at " + times(factor)
          + " times the traffic: " + Escape.readable(figure.limit()) + " "
          + figure.metric().unit();
    }
  }

  /** Copies the list. */
  public Headroom {
    limits = List.copyOf(limits);
  }

  /** From the figures under a multiple of the traffic. */
  static Headroom of(String scenario, DoubleFunction<List<Figure>> figures) {
    List<Figure> once = figures.apply(1);
    Map<Key, Double> twice = values(figures.apply(2));
    Map<Key, Double> fourfold = values(figures.apply(4));
    List<Break> breaks = new ArrayList<>();
    for (Figure f : once) {
      if (f.value() > 0 && f.limit() > 0 && !Double.isInfinite(f.limit())) {
        double second = twice.getOrDefault(Key.of(f), f.value());
        double fourth = fourfold.getOrDefault(Key.of(f), f.value());
        factor(f, second, fourth, figures).ifPresent(x -> breaks.add(new Break(f, x)));
      }
    }
    breaks.sort(Comparator.comparingDouble(Break::factor)
        .thenComparing(b -> b.figure().metric())
        .thenComparing(b -> b.figure().subject()));
    return new Headroom(scenario, breaks);
  }

  private static Map<Key, Double> values(List<Figure> figures) {
    Map<Key, Double> values = new HashMap<>();
    figures.forEach(f -> values.put(Key.of(f), f.value()));
    return values;
  }

  /** Which figure it is, at whatever factor. */
  private record Key(Metric metric, String name) {

    static Key of(Figure f) {
      return new Key(f.metric(), f.subject());
    }
  }

  /** On a line through three points it is worked out, else it is searched for. */
  private static OptionalDouble factor(
      Figure f, double second, double fourth, DoubleFunction<List<Figure>> figures) {
    double slope = second - f.value();
    if (slope <= LINEAR * f.value()) {
      return OptionalDouble.empty();
    }
    double factor = Math.abs(fourth - f.value() - 3 * slope) <= LINEAR * fourth
        ? 1 + (f.limit() - f.value()) / slope
        : searched(f, figures);
    return factor > MOST || factor < 0 ? OptionalDouble.empty() : OptionalDouble.of(factor);
  }

  private static double searched(Figure f, DoubleFunction<List<Figure>> figures) {
    double low = 0;
    double high = MOST;
    if (valueAt(high, f, figures) <= f.limit()) {
      return Double.POSITIVE_INFINITY;
    }
    for (int i = 0; i < BISECTIONS; i++) {
      double middle = (low + high) / 2;
      if (valueAt(middle, f, figures) > f.limit()) {
        high = middle;
      } else {
        low = middle;
      }
    }
    return high;
  }

  private static double valueAt(double factor, Figure f, DoubleFunction<List<Figure>> figures) {
    return values(figures.apply(factor)).getOrDefault(Key.of(f), 0.0);
  }

  /**
   * The limit that breaks first.
   *
   * @return it, or nothing if no limit depends on the traffic
   */
  public Optional<Break> first() {
    return limits.stream().findFirst();
  }

  private Collection<Break> firstOfEachLine() {
    Map<Key, Break> first = new LinkedHashMap<>();
    limits.forEach(
        b -> first.putIfAbsent(new Key(b.figure().metric(), b.figure().group()), b));
    return first.values();
  }

  private static String times(double factor) {
    return factor >= 1000 ? Escape.readable(Math.floor(factor)) : Escape.number(factor, 2);
  }

  /**
   * The table as values, for any format: the first subject of each metric and workload.
   *
   * @return one row for each limit
   */
  public TextTable table() {
    TextTable table = TextTable.of("times the traffic", "what", "of", "limit", "now")
        .right("times the traffic", "limit", "now");
    firstOfEachLine()
        .forEach(b -> table.row(
            times(b.factor()),
            b.figure().metric().title(),
            b.figure().subject(),
            Escape.readable(b.figure().limit()) + " " + b.figure().metric().unit(),
            Escape.readable(b.figure().value())));
    return table;
  }

  /** What breaks first, then a line for each limit. */
  @Override
  public String toString() {
    String head = first().map(b -> "breaks first: " + b).orElse("no limit depends on the traffic");
    return Escape.terminal(
        scenario + "\n" + head + "\n" + (limits.isEmpty() ? "" : "\n" + table()));
  }
}
