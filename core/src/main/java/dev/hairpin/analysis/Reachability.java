package dev.hairpin.analysis;

import dev.hairpin.path.trace.Reason;
import dev.hairpin.render.TextTable;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * Who reaches which Service by which way, with the exact share that arrives and why the rest does
 * not.
 *
 * <p>It prints as one table for each port of a Service; sources that fare alike share a line, and
 * node ports that do share a column: {@code .} all connections arrive, {@code X} none does, a
 * number is the percentage that is lost. Immutable, and thread-safe.
 */
public final class Reachability {
  private final List<Source> sources;
  private final List<Way> ways;
  private final Map<Way, List<Shares>> cells;

  /** What kind of thing connections start from. */
  public enum SourceKind {
    /** A process in a pod. */
    POD("pods"),
    /** A process of a node itself. */
    NODE("nodes"),
    /** A client outside. */
    INTERNET("internet");

    private final String all;

    SourceKind(String all) {
      this.all = all;
    }

    /** How all sources of the kind are called. */
    @Override
    public String toString() {
      return all;
    }
  }

  /**
   * Where connections start.
   *
   * @param kind what it is
   * @param name {@code namespace/name} of a pod, the name of a node, or {@code internet}
   * @param node the node that it is on; empty for the internet
   * @param addresses its addresses
   */
  public record Source(SourceKind kind, String name, String node, List<String> addresses) {

    /** Copies the addresses. */
    public Source {
      addresses = List.copyOf(addresses);
    }
  }

  /**
   * A way to a port of a Service.
   *
   * @param service {@code namespace/name}
   * @param port the port, such as {@code 80/TCP} or {@code http 80/TCP}
   * @param path what is dialled: {@code ClusterIP}, {@code NodePort}, {@code LB},
   *     {@code ExternalIP} or {@code Ingress} with its name
   * @param at the node whose node port is dialled, the external address, or host and path of an
   *     Ingress; empty for others
   */
  public record Way(String service, String port, String path, String at) {

    /** Such as {@code NodePort@node-1}. */
    public String label() {
      return at.isEmpty() ? path : path + "@" + at;
    }

    /** Such as {@code shop/web 80/TCP via NodePort@node-1}. */
    @Override
    public String toString() {
      return service + " " + port + " via " + label();
    }
  }

  /** Gathers cells. Not thread-safe. */
  public static final class Builder {
    private final List<Source> sources;
    private final Map<Way, List<Shares>> cells = new LinkedHashMap<>();

    /**
     * Without any way yet.
     *
     * @param sources where connections start
     */
    public Builder(List<Source> sources) {
      this.sources = List.copyOf(sources);
    }

    /**
     * Adds a way.
     *
     * @param way the way
     * @param shares for each source where its connections end
     * @return this builder
     * @throws IllegalArgumentException if there are more or fewer shares than sources
     */
    public Builder way(Way way, List<Shares> shares) {
      if (shares.size() != sources.size()) {
        throw new IllegalArgumentException(
            shares.size() + " shares for " + sources.size() + " sources");
      }
      cells.put(way, List.copyOf(shares));
      return this;
    }

    /**
     * The matrix.
     *
     * @return what was gathered
     */
    public Reachability build() {
      return new Reachability(sources, Collections.unmodifiableMap(new LinkedHashMap<>(cells)));
    }
  }

  private Reachability(List<Source> sources, Map<Way, List<Shares>> cells) {
    this.sources = sources;
    this.ways = List.copyOf(cells.keySet());
    this.cells = cells;
  }

  /**
   * Where connections start.
   *
   * @return pods by name, then nodes, then the internet
   */
  public List<Source> sources() {
    return sources;
  }

  /**
   * The ways to Services.
   *
   * @return by Service and port
   */
  public List<Way> ways() {
    return ways;
  }

  /**
   * Where the connections of a source end that go a way.
   *
   * @param source one of {@link #sources}
   * @param way one of {@link #ways}
   * @return the shares; nothing if there is no such source or way
   */
  public Optional<Shares> shares(Source source, Way way) {
    int row = sources.indexOf(source);
    List<Shares> column = cells.get(way);
    return row < 0 || column == null
        ? Optional.empty()
        : Optional.of(column.get(row).asking(source.name() + " to " + way));
  }

  /**
   * Whether every source reaches every Service by every way with all its connections.
   *
   * @return false if any connection is lost
   */
  public boolean isWhole() {
    return cells.values().stream()
        .flatMap(List::stream)
        .allMatch(s -> s.losses().isEmpty());
  }

  List<Shares> column(Way way) {
    return cells.getOrDefault(way, List.of());
  }

  /** {@code .}, {@code X} or the percentage that is lost. */
  static String sign(Shares shares) {
    if (shares.losses().isEmpty()) {
      return ".";
    }
    double lost =
        shares.losses().values().stream().mapToDouble(Double::doubleValue).sum();
    if (shares.byEndpoint().isEmpty()) {
      return "X";
    }
    long percent = Math.round(100 * lost);
    return percent == 0 ? "<1" : percent == 100 ? ">99" : Long.toString(percent);
  }

  /** Why connections are lost: {@code NO_ENDPOINTS}, or several with their percentages. */
  static String reasons(Shares shares) {
    Map<Reason, Double> losses = shares.losses();
    if (losses.size() == 1) {
      return losses.keySet().iterator().next().toString();
    }
    List<String> texts = new ArrayList<>();
    losses.forEach(
        (reason, share) -> texts.add(reason + String.format(Locale.ROOT, " %.3g %%", 100 * share)));
    return String.join(", ", texts);
  }

  /** One table for each port of a Service, with the reasons of what is lost below it. */
  @Override
  public String toString() {
    StringBuilder out = new StringBuilder();
    for (ReachTable table : ReachTable.of(this)) {
      out.append(out.length() == 0 ? "" : "\n").append(table);
    }
    return out.length() == 0 ? "no Service has an address\n" : out.toString();
  }

  /**
   * Every cell as a line of comma-separated values, with no sources or node ports merged.
   *
   * @return the text; names that a spreadsheet would take for formulas begin with an apostrophe
   */
  public String toCsv() {
    TextTable table =
        TextTable.of("source", "service", "port", "path", "at", "arriving", "lost because");
    cells.forEach((way, column) -> {
      for (int i = 0; i < column.size(); i++) {
        Shares shares = column.get(i);
        table.row(
            noFormula(sources.get(i).name()),
            noFormula(way.service()),
            noFormula(way.port()),
            noFormula(way.path()),
            noFormula(way.at()),
            Double.toString(shares.arriving().toDouble()),
            reasons(shares));
      }
    });
    return table.toCsv();
  }

  private static String noFormula(String text) {
    return !text.isEmpty() && "=+-@\t\r".indexOf(text.charAt(0)) >= 0 ? "'" + text : text;
  }

  /**
   * The tables as a drawing, one below the other.
   *
   * @return the element {@code svg}
   */
  public String toSvg() {
    return ReachTable.toSvg(ReachTable.of(this));
  }
}
