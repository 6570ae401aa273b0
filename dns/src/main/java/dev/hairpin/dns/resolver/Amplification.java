package dev.hairpin.dns.resolver;

import dev.hairpin.path.Chooser;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/**
 * How many questions names cost from a pod, by {@code ndots}, and written with a final dot. Prints
 * as a table.
 *
 * <p>A name with fewer dots than {@code ndots} is asked for under each domain of the search list
 * first, for IPv4 and for IPv6: {@code api.example.com} costs a pod of EKS 10 questions where
 * {@code api.example.com.} costs 2.
 *
 * @param library the library that asks
 * @param ndots the values of {@code ndots} that were tried
 * @param rows a row for each name
 */
public record Amplification(ResolverLibrary library, List<Integer> ndots, List<Row> rows) {

  /**
   * What one name costs.
   *
   * @param name the name
   * @param byNdots the cost for each value of {@code ndots}
   * @param absolute the cost with a final dot
   */
  public record Row(String name, List<QueryCosts.Cell> byNdots, QueryCosts.Cell absolute) {
    /** Copies the list. */
    public Row {
      byNdots = List.copyOf(byNdots);
    }
  }

  /** Copies the lists. */
  public Amplification {
    ndots = List.copyOf(ndots);
    rows = List.copyOf(rows);
  }

  /**
   * Looks names up.
   *
   * @param library the library that asks; every name by a process of its own
   * @param host the pod; its own {@code ndots} is replaced
   * @param servers the name servers, and the way to them
   * @param ndots the values to try, such as 5 and 2
   * @param names the names
   * @return the table
   */
  public static Amplification of(
      ResolverLibrary library,
      Host host,
      NameServers servers,
      List<Integer> ndots,
      List<String> names) {
    List<Row> rows = new ArrayList<>();
    for (String name : names) {
      List<QueryCosts.Cell> cells =
          ndots.stream().map(n -> cell(library, host, servers, n, name)).toList();
      String absolute = name.endsWith(".") ? name : name + ".";
      rows.add(new Row(name, cells, cell(library, host, servers, 1, absolute)));
    }
    return new Amplification(library, ndots, rows);
  }

  static QueryCosts.Cell cell(
      ResolverLibrary library, Host host, NameServers servers, int ndots, String name) {
    // The last options line wins in every library.
    Host changed = new Host(
        host.resolvConf() + "\noptions ndots:" + ndots + "\n",
        host.hosts(),
        host.hostName(),
        host.addresses());
    Lookup lookup = library
        .process(changed, Chooser.seeded(0), () -> Instant.EPOCH)
        .lookup(name, AddressFamily.AF_UNSPEC, servers);
    return new QueryCosts.Cell(
        lookup.queries(), lookup.usefulQueries(), !lookup.addresses().isEmpty());
  }

  @Override
  public String toString() {
    int width = rows.stream().mapToInt(r -> r.name().length()).max().orElse(0);
    String format = "%-" + Math.max(width, 10) + "s" + "%12s".repeat(ndots.size() + 1);
    List<Object> head = new ArrayList<>(List.<Object>of(library.toString()));
    ndots.forEach(n -> head.add("ndots:" + n));
    head.add("final dot");
    StringBuilder table = new StringBuilder(format.formatted(head.toArray()));
    for (Row row : rows) {
      List<Object> line = new ArrayList<>(List.<Object>of(row.name()));
      line.addAll(row.byNdots());
      line.add(row.absolute());
      table.append('\n').append(format.formatted(line.toArray()));
    }
    return table.toString();
  }
}
