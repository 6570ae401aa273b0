package dev.hairpin.dns.resolver;

import dev.hairpin.dns.message.Question;
import dev.hairpin.net.Protocol;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The picture of a lookup: a line for each name that was tried, a column for each type. */
final class LookupTable {
  private static final int LONGEST_OUTCOME = 40;

  private final Lookup lookup;
  private final boolean severalServers;

  LookupTable(Lookup lookup) {
    this.lookup = lookup;
    this.severalServers =
        lookup.exchanges().stream().map(e -> e.query().server()).distinct().count() > 1;
  }

  /** The questions for one name that one server was asked at a time. */
  private static final class Row {
    private final Exchange first;
    private final Map<String, Exchange> byType = new LinkedHashMap<>();

    private Row(Exchange first) {
      this.first = first;
    }

    private boolean takes(Exchange exchange) {
      Question asked = exchange.query().question();
      return asked.name().equals(first.query().question().name())
          && exchange.query().server().equals(first.query().server())
          && exchange.query().protocol() == first.query().protocol()
          && !byType.containsKey(asked.type().toString());
    }
  }

  String text() {
    StringBuilder text = new StringBuilder(lookup.name()).append(" -> ").append(lookup.result());
    List<Row> rows = rows();
    if (!rows.isEmpty()) {
      List<String> types = lookup.exchanges().stream()
          .map(e -> e.query().question().type().toString())
          .distinct()
          .sorted()
          .toList();
      appendTable(text, rows, types);
    }
    return text.append('\n').append(summary()).toString();
  }

  private List<Row> rows() {
    List<Row> rows = new ArrayList<>();
    @Nullable Row row = null;
    for (Exchange exchange : lookup.exchanges()) {
      if (row == null || !row.takes(exchange)) {
        row = new Row(exchange);
        rows.add(row);
      }
      row.byType.put(exchange.query().question().type().toString(), exchange);
    }
    return rows;
  }

  private void appendTable(StringBuilder text, List<Row> rows, List<String> types) {
    List<List<String>> cells = new ArrayList<>();
    List<String> head = new ArrayList<>(List.of("  try"));
    head.addAll(types);
    head.add("at ms");
    cells.add(head);
    for (int i = 0; i < rows.size(); i++) {
      Row row = rows.get(i);
      List<String> line = new ArrayList<>();
      line.add("%3d %s%s".formatted(i + 1, row.first.query().question().name(), way(row)));
      for (String type : types) {
        Exchange exchange = row.byType.get(type);
        line.add(exchange == null ? "" : shortened(exchange.outcome()));
      }
      line.add(milliseconds(row));
      cells.add(line);
    }
    int[] widths = new int[head.size()];
    for (List<String> line : cells) {
      for (int column = 0; column < widths.length; column++) {
        widths[column] = Math.max(widths[column], line.get(column).length());
      }
    }
    for (List<String> line : cells) {
      StringBuilder out = new StringBuilder();
      for (int column = 0; column < widths.length; column++) {
        String cell = line.get(column);
        out.append(cell).append(" ".repeat(widths[column] - cell.length() + 2));
      }
      text.append('\n').append(out.toString().stripTrailing());
    }
  }

  private String way(Row row) {
    String by = row.first.query().protocol() == Protocol.TCP ? " by tcp" : "";
    return severalServers ? " @" + row.first.query().server().address() + by : by;
  }

  private static String shortened(String outcome) {
    return outcome.length() <= LONGEST_OUTCOME
        ? outcome
        : outcome.substring(0, LONGEST_OUTCOME - 3) + "...";
  }

  private static String milliseconds(Row row) {
    return String.format(Locale.ROOT, "%.1f", row.first.query().at().toNanos() / 1e6);
  }

  private String summary() {
    int queries = lookup.queries();
    if (queries == 0) {
      return "0 queries.";
    }
    int useful = lookup.usefulQueries();
    String took = lookup.took().toMillis() >= 100
        ? String.format(Locale.ROOT, " It took %.1f s.", lookup.took().toMillis() / 1000.0)
        : "";
    return queries
        + (queries == 1 ? " query, " : " queries, ")
        + (queries - useful)
        + " in vain."
        + took
        + advice(useful);
  }

  /** A name that was found as it stands needed none of the search list. */
  private String advice(int useful) {
    List<Exchange> exchanges = lookup.exchanges();
    String asIs = lookup.name() + ".";
    boolean foundAsIs = useful > 0
        && exchanges
            .get(exchanges.size() - 1)
            .query()
            .question()
            .name()
            .toString()
            .equals(asIs);
    long searched = exchanges.stream()
        .filter(e -> !e.query().question().name().toString().equals(asIs))
        .count();
    return foundAsIs && searched > 0
        ? " \"" + asIs + "\" with its final dot costs " + (exchanges.size() - searched) + "."
        : "";
  }
}
