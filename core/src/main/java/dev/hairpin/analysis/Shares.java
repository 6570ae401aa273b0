package dev.hairpin.analysis;

import dev.hairpin.path.Chooser;
import dev.hairpin.path.trace.Fraction;
import dev.hairpin.path.trace.Reason;
import dev.hairpin.render.Escape;
import dev.hairpin.render.TextTable;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.ToDoubleFunction;
import java.util.stream.DoubleStream;
import org.jspecify.annotations.Nullable;

/**
 * The exact distribution of where new connections end.
 *
 * <p>Exact means that nothing was sampled. A share is a fraction as long as that is short, which
 * holds for ladders of at most 32 endpoints; beyond, it is a floating-point number with a relative
 * error below 10^-11. Immutable, and thread-safe.
 */
public final class Shares {
  private final String question;
  private final Map<End, Chance> chances;
  private @Nullable Map<End, Fraction> sorted;

  /**
   * Where a connection ends.
   *
   * @param arrives whether the answer came back to the caller
   * @param reason why it ended there; {@link Reason#DELIVERED} if it arrives
   * @param endpoint the server and its port, or the reason's code if it does not arrive
   * @param node the node of the server; empty if none was reached
   * @param zone the zone of that node; may be empty
   * @param hops how many nodes the first packet crossed before the server's own
   * @param crossings how often the first packet went from one zone to another, as far as the zones
   *     of what it passed are known
   * @param sourceSeen the address that the server saw as the caller's; empty if none was reached
   */
  public record End(
      boolean arrives,
      Reason reason,
      String endpoint,
      String node,
      String zone,
      int hops,
      int crossings,
      String sourceSeen) {

    /**
     * The end of a connection that arrives, with nothing known of its way.
     *
     * @param endpoint the server and its port
     * @return the end
     */
    public static End reached(String endpoint) {
      return new End(true, Reason.DELIVERED, endpoint, "", "", 0, 0, "");
    }

    /**
     * The end of a connection that does not arrive, with nothing known of its way.
     *
     * @param reason why it does not
     * @return the end
     */
    public static End lost(Reason reason) {
      return new End(false, reason, reason.toString(), "", "", 0, 0, "");
    }

    /**
     * The same end with the way to it.
     *
     * @param serversNode the node of the server; empty if none was reached
     * @param serversZone the zone of that node; may be empty
     * @param hopCount how many nodes the first packet crossed before the server's own
     * @param crossingCount how often it went from one zone to another
     * @param seen the address that the server saw as the caller's; empty if none was reached
     * @return a copy
     */
    public End on(
        String serversNode, String serversZone, int hopCount, int crossingCount, String seen) {
      return new End(
          arrives, reason, endpoint, serversNode, serversZone, hopCount, crossingCount, seen);
    }

    /** Without the reason's own hash, which is another one in every JVM: sums keep their order. */
    @Override
    public int hashCode() {
      return (31 * endpoint.hashCode() + node.hashCode()) * 31 + sourceSeen.hashCode() + hops;
    }

    /** The same end at another server on the same node. */
    End at(String otherEndpoint) {
      return new End(arrives, reason, otherEndpoint, node, zone, hops, crossings, sourceSeen);
    }
  }

  /** Adds up where connections end. Not thread-safe. */
  public static final class Builder {
    private final String question;
    private Tally tally = new Tally();

    /**
     * Without any end yet.
     *
     * @param question what is asked
     */
    public Builder(String question) {
      this.question = question;
    }

    /**
     * Adds an end.
     *
     * @param end where connections end
     * @param share their share
     * @return this builder
     */
    public Builder add(End end, Fraction share) {
      tally.add(end, Chance.of(share));
      return this;
    }

    /**
     * Adds all ends of a connection that is left to chance.
     *
     * @param explorer visits them
     * @param walk walks the connection with the choices that it is handed, from the same state
     *     every time
     * @param share the share of the connections that go this way
     * @return this builder
     */
    public Builder add(Explorer explorer, Function<Chooser, WalkEnd> walk, Fraction share) {
      explorer.explore(walk, Chance.of(share), tally);
      return this;
    }

    /**
     * The distribution of what was added; the builder is empty again then.
     *
     * @return the shares
     */
    public Shares build() {
      Map<End, Chance> chances = tally.chances();
      tally = new Tally();
      return new Shares(question, chances);
    }
  }

  private Shares(String question, Map<End, Chance> chances) {
    this.question = question;
    this.chances = chances;
  }

  /**
   * The same shares for another question.
   *
   * @param other the question
   * @return a copy
   */
  public Shares asking(String other) {
    return new Shares(other, chances);
  }

  /**
   * The same shares for a caller with another address, where servers see it.
   *
   * @param address the caller's address
   * @param other the other one's
   * @return a copy
   */
  public Shares seenFrom(String address, String other) {
    Map<End, Chance> renamed = new HashMap<>();
    chances.forEach((end, chance) -> renamed.merge(
        end.sourceSeen.equals(address)
            ? end.on(end.node, end.zone, end.hops, end.crossings, other)
            : end,
        chance,
        Chance::plus));
    return new Shares(question, renamed);
  }

  /**
   * What was asked.
   *
   * @return such as {@code pod/shop/client to http://web.shop}
   */
  public String question() {
    return question;
  }

  /**
   * Each different end with its share: those that arrive by endpoint, then the others by reason.
   *
   * @return an unmodifiable map; the shares sum to 1, exactly if {@link #isExact}
   */
  public Map<End, Fraction> ends() {
    Map<End, Fraction> known = sorted;
    if (known == null) {
      List<End> order = new ArrayList<>(chances.keySet());
      order.sort(Comparator.comparing((End e) -> !e.arrives).thenComparing(End::toString));
      Map<End, Fraction> fractions = new LinkedHashMap<>();
      order.forEach(end -> fractions.put(end, of(end).fraction()));
      known = Collections.unmodifiableMap(fractions);
      sorted = known;
    }
    return known;
  }

  private Chance of(End end) {
    return chances.getOrDefault(end, Chance.ZERO);
  }

  /**
   * How many different ends there are.
   *
   * @return at least 1
   */
  public int size() {
    return chances.size();
  }

  /**
   * Whether every share is an exact fraction.
   *
   * @return false if fractions would be too long, see the class
   */
  public boolean isExact() {
    return chances.values().stream().allMatch(Chance::isExact);
  }

  /**
   * The share of connections whose end has a property.
   *
   * @param property what to look for
   * @return 0 to 1
   */
  public double share(Predicate<End> property) {
    return sum(end -> property.test(end) ? 1 : 0);
  }

  /** The mean of a number over all connections. */
  private double sum(ToDoubleFunction<End> number) {
    DoubleStream.Builder parts = DoubleStream.builder();
    chances.forEach((end, chance) -> parts.add(chance.value() * number.applyAsDouble(end)));
    return sum(parts);
  }

  /** By rising size, so that equal shares have equal sums, in whatever order their ends came. */
  private static double sum(DoubleStream.Builder parts) {
    return parts.build().sorted().sum();
  }

  /**
   * The share of connections that arrive.
   *
   * @return the sum over the ends that arrive
   */
  public Fraction arriving() {
    Chance sum = Chance.ZERO;
    boolean all = true;
    for (Map.Entry<End, Chance> entry : chances.entrySet()) {
      if (entry.getKey().arrives) {
        sum = sum.plus(entry.getValue());
      } else {
        all = false;
      }
    }
    return all ? Fraction.ONE : sum.fraction();
  }

  /**
   * The shares of the servers that are reached.
   *
   * @return by server and port, in the order of their names; what does not arrive is not in it
   */
  public Map<String, Double> byEndpoint() {
    return arrivingBy(End::endpoint);
  }

  /**
   * The shares of the nodes on which connections arrive.
   *
   * @return by node, in the order of their names
   */
  public Map<String, Double> byNode() {
    return arrivingBy(End::node);
  }

  /**
   * The shares of the zones in which connections arrive.
   *
   * @return by zone, in the order of their names
   */
  public Map<String, Double> byZone() {
    return arrivingBy(End::zone);
  }

  /**
   * The shares of the addresses that servers see as the caller's.
   *
   * @return by address, in the order of their texts
   */
  public Map<String, Double> bySourceSeen() {
    return arrivingBy(End::sourceSeen);
  }

  private Map<String, Double> arrivingBy(Function<End, String> key) {
    return sums(End::arrives, key);
  }

  /**
   * What is lost, and why.
   *
   * @return the shares by reason; empty if every connection arrives
   */
  public Map<Reason, Double> losses() {
    return sums(end -> !end.arrives, End::reason);
  }

  private <K extends Comparable<K>> Map<K, Double> sums(
      Predicate<End> which, Function<End, K> key) {
    Map<K, DoubleStream.Builder> parts = new TreeMap<>();
    chances.forEach((end, chance) -> {
      if (which.test(end)) {
        parts.computeIfAbsent(key.apply(end), k -> DoubleStream.builder()).add(chance.value());
      }
    });
    Map<K, Double> sums = new TreeMap<>();
    parts.forEach((k, values) -> sums.put(k, sum(values)));
    return sums;
  }

  /**
   * The share of connections that cross a node which is not the server's own.
   *
   * @return 0 to 1
   */
  public double extraHop() {
    return share(end -> end.hops > 0);
  }

  /**
   * How often a connection goes from one zone to another, on average. For a pod that calls a
   * ClusterIP this is the share of connections that leave their zone.
   *
   * @return the expected number for a connection
   */
  public double zoneCrossings() {
    return sum(End::crossings);
  }

  /**
   * What a finite number of connections makes of the shares.
   *
   * @param connections how many, 1 to 100,000,000
   * @return how full the busiest endpoint is, how many are idle
   * @throws IllegalArgumentException if the number is not within its bounds, or nothing arrives
   */
  public Occupancy of(long connections) {
    return Occupancy.of(endpointShares(), connections);
  }

  /**
   * How many connections it takes on average until every endpoint has had one.
   *
   * @return connections, those that are lost among them
   * @throws IllegalArgumentException if nothing arrives
   */
  public double untilAllWereMet() {
    return Occupancy.untilAllWereMet(endpointShares());
  }

  private double[] endpointShares() {
    double[] shares =
        byEndpoint().values().stream().mapToDouble(Double::doubleValue).toArray();
    if (shares.length == 0) {
      throw new IllegalArgumentException("no connection arrives, so no endpoint gets any");
    }
    return shares;
  }

  /**
   * The table as values, for any format.
   *
   * @return one row for each end
   */
  public TextTable table() {
    TextTable table = TextTable.of("end", "share", "node", "zone", "hops", "source seen");
    ends()
        .forEach((end, share) -> table.row(
            (end.arrives ? "" : "X ") + end.endpoint,
            text(share),
            end.node,
            end.zone,
            Integer.toString(end.hops),
            end.sourceSeen));
    return table;
  }

  /** Equal are shares of the same question with the same ends, each with the same share. */
  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof Shares shares
        && question.equals(shares.question)
        && ends().equals(shares.ends());
  }

  @Override
  public int hashCode() {
    return question.hashCode() * 31 + ends().hashCode();
  }

  /** A table: one line for each end. */
  @Override
  public String toString() {
    return Escape.terminal(question) + "\n" + table().toString().indent(2);
  }

  /**
   * A share as people read it: a small fraction, or per cent where the kernel's 31-bit
   * probabilities make the fraction long.
   */
  static String text(Fraction share) {
    return share.denominator().bitLength() <= 10
        ? share.toString()
        : String.format(Locale.ROOT, "%.4f %%", 100 * share.toDouble());
  }
}
