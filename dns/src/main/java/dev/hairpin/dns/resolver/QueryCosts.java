package dev.hairpin.dns.resolver;

import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * What a name costs from a pod: how many questions each resolver library asks for it.
 *
 * <p>A name such as {@code api.example.com} has fewer dots than the {@code ndots:5} of a pod, so
 * every library asks for it under each domain of the search list first: 10 questions where 2 would
 * do.
 *
 * @param name the name
 * @param ndots the values of {@code ndots} that were tried
 * @param cells for each library a cell for each value
 */
public record QueryCosts(String name, List<Integer> ndots, Map<ResolverLibrary, List<Cell>> cells) {

  /**
   * The cost with one library and one value of {@code ndots}.
   *
   * @param queries how many questions were asked
   * @param useful how many of them brought addresses
   * @param found whether the program got an address
   */
  public record Cell(int queries, int useful, boolean found) {
    @Override
    public String toString() {
      return found ? Integer.toString(queries) : queries + " (fails)";
    }
  }

  /** Copies the collections. */
  public QueryCosts {
    ndots = List.copyOf(ndots);
    Map<ResolverLibrary, List<Cell>> copy = new EnumMap<>(ResolverLibrary.class);
    cells.forEach((library, row) -> copy.put(library, List.copyOf(row)));
    cells = Collections.unmodifiableMap(copy);
  }

  /**
   * Looks a name up with every library.
   *
   * @param name the name
   * @param host the pod; its own {@code ndots} is replaced
   * @param servers the name servers, and the way to them
   * @param ndots the values to try, such as 1, 2 and 5
   * @return the costs
   */
  public static QueryCosts of(String name, Host host, NameServers servers, List<Integer> ndots) {
    Map<ResolverLibrary, List<Cell>> cells = new EnumMap<>(ResolverLibrary.class);
    for (ResolverLibrary library : ResolverLibrary.values()) {
      List<Cell> row = new ArrayList<>();
      for (int value : ndots) {
        row.add(Amplification.cell(library, host, servers, value, name));
      }
      cells.put(library, row);
    }
    return new QueryCosts(name, ndots, cells);
  }

  /** A table with a line for each library. */
  @Override
  public String toString() {
    StringBuilder text = new StringBuilder();
    text.append("%-24s".formatted(name));
    ndots.forEach(value -> text.append("%12s".formatted("ndots:" + value)));
    cells.forEach((library, row) -> {
      text.append("\n%-24s".formatted("  " + library));
      row.forEach(cell -> text.append("%12s".formatted(cell)));
    });
    return text.toString();
  }
}
