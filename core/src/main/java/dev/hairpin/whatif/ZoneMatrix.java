package dev.hairpin.whatif;

import dev.hairpin.render.Escape;
import dev.hairpin.render.TextTable;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Octets each second from every zone to every zone, requests and answers in their own direction.
 *
 * <p>What stays in its zone is on the diagonal. A connection that crosses twice, as in instance
 * mode with cross-zone load balancing, counts in both places. What comes from outside counts from
 * the zone in which a load balancer or a node received it.
 *
 * @param bytesPerSecond the octets each second
 */
public record ZoneMatrix(Map<Pair, Double> bytesPerSecond) {
  private static final String TO = " to ";

  /**
   * From one zone to another.
   *
   * @param from the sender's zone
   * @param to the receiver's; the same for what stays in its zone
   */
  public record Pair(String from, String to) implements Comparable<Pair> {

    @Override
    public int compareTo(Pair other) {
      return Comparator.comparing(Pair::from).thenComparing(Pair::to).compare(this, other);
    }

    /** Such as {@code us-west-2a to us-west-2b}, the subject of {@link Metric#ZONE_TO_ZONE}. */
    @Override
    public String toString() {
      return from + TO + to;
    }

    /** Reads what {@link #toString} writes; zones are label values, which have no spaces. */
    static Pair parse(String subject) {
      int at = subject.indexOf(TO);
      return new Pair(subject.substring(0, at), subject.substring(at + TO.length()));
    }
  }

  /** Copies the map. */
  public ZoneMatrix {
    bytesPerSecond = Collections.unmodifiableMap(new TreeMap<>(bytesPerSecond));
  }

  /** The matrix of a report. */
  static ZoneMatrix of(CapacityReport report) {
    Map<Pair, Double> bytes = new TreeMap<>();
    report.of(Metric.ZONE_TO_ZONE).forEach(f -> bytes.put(Pair.parse(f.subject()), f.value()));
    return new ZoneMatrix(bytes);
  }

  /**
   * What goes from one zone to another.
   *
   * @param from the sender's zone
   * @param to the receiver's
   * @return octets each second; 0 if nothing does
   */
  public double of(String from, String to) {
    return bytesPerSecond.getOrDefault(new Pair(from, to), 0.0);
  }

  /** {@return the octets each second that leave their zone} */
  public double crossing() {
    return bytesPerSecond.entrySet().stream()
        .filter(e -> !e.getKey().from().equals(e.getKey().to()))
        .mapToDouble(Map.Entry::getValue)
        .sum();
  }

  /**
   * The table as values, for any format.
   *
   * @return a row for each sending zone, a column for each receiving one
   */
  public TextTable table() {
    SortedSet<String> zones = new TreeSet<>();
    bytesPerSecond.keySet().forEach(pair -> {
      zones.add(pair.from());
      zones.add(pair.to());
    });
    List<String> heads = new ArrayList<>(List.of("B/s from \\ to"));
    heads.addAll(zones);
    TextTable table = TextTable.of(heads.toArray(String[]::new));
    table.right(zones.toArray(String[]::new));
    for (String from : zones) {
      List<String> cells = new ArrayList<>(List.of(from));
      zones.forEach(to -> cells.add(Escape.readable(of(from, to))));
      table.row(cells);
    }
    return table;
  }

  /** The table as text. */
  @Override
  public String toString() {
    return Escape.terminal(table().toString());
  }
}
