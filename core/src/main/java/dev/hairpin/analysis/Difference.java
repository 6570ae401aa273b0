package dev.hairpin.analysis;

import dev.hairpin.analysis.Reachability.Way;
import dev.hairpin.render.Escape;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * What a change of a cluster does to those who reach its Services.
 *
 * <p>Pods of one workload, whose names change with every rollout, are compared together: what is
 * told of them is their mean. The text is Markdown, made for a comment on a pull request.
 * Immutable, and thread-safe.
 */
public final class Difference {

  /** By how much a share must move to be told, if nothing else is said. */
  public static final double MOVED_BY = 0.05;

  /** What kind of change it is; in the order in which they are told. */
  public enum Kind {
    /** Connections arrived, and none does any more. */
    LOST("Can no longer reach", true),
    /** A larger part of the connections is lost. */
    LOSES_MORE("Loses more connections", true),
    /** A load balancer is replaced by one with another name, or goes. */
    BALANCER_REPLACED("Load balancers that are replaced or deleted", true),
    /** Servers see another source address. */
    SOURCE_CHANGED("Servers see another source address", false),
    /** More connections go from one zone to another. */
    MORE_CROSS_ZONE("More traffic between zones", false),
    /** Another part of the connections arrives on a node, in a zone or at an endpoint. */
    MOVED("Shares that move", false),
    /** A way that there was not before. */
    NEW_WAY("New ways", false),
    /** Connections arrive where none or fewer did. */
    GAINED("Reaches more", false);

    private final String title;
    private final boolean worse;

    Kind(String title, boolean worse) {
      this.title = title;
      this.worse = worse;
    }

    /** The heading under which such changes are told. */
    @Override
    public String toString() {
      return title;
    }

    /**
     * Whether such a change takes something away.
     *
     * @return whether it is a reason to stop
     */
    public boolean isWorse() {
      return worse;
    }
  }

  /**
   * A change.
   *
   * @param kind what kind of change it is
   * @param from who is concerned: a workload as {@code pods of shop/web}, a node, {@code internet};
   *     the Service or Ingress, for load balancers
   * @param to the way, such as {@code shop/web 80/TCP via ClusterIP}; empty for load balancers
   * @param before how it was
   * @param after how it will be
   */
  public record Change(Kind kind, String from, String to, String before, String after) {}

  private final List<Change> changes;

  private Difference(List<Change> changes) {
    this.changes = List.copyOf(changes);
  }

  /**
   * Compares.
   *
   * @param before the matrix before the change
   * @param after the matrix after it
   * @param movedBy by how much a share must move to be told, 0 to 1
   * @return the difference
   * @throws IllegalArgumentException if the threshold is not within 0-1
   */
  public static Difference of(Reachability before, Reachability after, double movedBy) {
    if (!(movedBy >= 0 && movedBy <= 1)) {
      throw new IllegalArgumentException("a threshold of " + movedBy + " is not within 0-1");
    }
    List<Change> changes = new ArrayList<>();
    Set<Way> ways = new LinkedHashSet<>(before.ways());
    ways.addAll(after.ways());
    Set<String> everybody = new LinkedHashSet<>();
    for (Way way : ways) {
      Map<String, Fare> was = Fare.byParty(before, way);
      Map<String, Fare> willBe = Fare.byParty(after, way);
      everybody.addAll(was.keySet());
      everybody.addAll(willBe.keySet());
      Set<String> parties = new LinkedHashSet<>(was.keySet());
      parties.retainAll(willBe.keySet());
      if (was.isEmpty() && willBe.values().stream().anyMatch(fare -> fare.arriving() > 0)) {
        changes.add(new Change(Kind.NEW_WAY, "", place(way), "", "new"));
      }
      if (willBe.isEmpty()) {
        was.forEach((party, fare) -> {
          if (fare.arriving() > 0) {
            changes.add(new Change(Kind.LOST, party, place(way), fare.text(), "the way is gone"));
          }
        });
      }
      for (String party : parties) {
        Fare old = was.get(party);
        Fare now = willBe.get(party);
        if (old != null && now != null) {
          compare(party, place(way), old, now, movedBy, changes);
        }
      }
    }
    return new Difference(merged(changes, new Crowd(everybody)));
  }

  private static String place(Way way) {
    return way.service() + " " + way.port() + " via " + way.path()
        + (way.at().isEmpty() ? "" : (way.path().equals("NodePort") ? " of " : " ") + way.at());
  }

  private static void compare(
      String party, String to, Fare old, Fare now, double movedBy, List<Change> changes) {
    double gain = now.arriving() - old.arriving();
    double least = 1e-9;
    if (gain < -least) {
      Kind kind = now.arriving() == 0 ? Kind.LOST : Kind.LOSES_MORE;
      changes.add(new Change(kind, party, to, old.text(), now.text()));
    } else if (gain > least) {
      changes.add(new Change(Kind.GAINED, party, to, old.text(), now.text()));
    }
    if (old.arriving() == 0 || now.arriving() == 0) {
      return;
    }
    if (!old.seenText().equals(now.seenText())) {
      changes.add(new Change(Kind.SOURCE_CHANGED, party, to, old.seenText(), now.seenText()));
    }
    if (now.crossings() > old.crossings() + Math.max(movedBy, least)) {
      changes.add(new Change(
          Kind.MORE_CROSS_ZONE, party, to, crossings(old.crossings()), crossings(now.crossings())));
    }
    moved(old, now, Math.max(movedBy, least))
        .ifPresent(place -> changes.add(new Change(
            Kind.MOVED,
            party,
            to,
            place + " " + percent(old.places().getOrDefault(place, 0.0)),
            place + " " + percent(now.places().getOrDefault(place, 0.0)))));
  }

  /** The node, zone or endpoint whose share moves most, if it moves enough. */
  private static java.util.Optional<String> moved(Fare old, Fare now, double movedBy) {
    Set<String> places = new TreeSet<>(old.places().keySet());
    places.addAll(now.places().keySet());
    // An endpoint that is in one of the two only has a new name, or its zone and node tell.
    places.removeIf(place -> place.startsWith(Fare.ENDPOINT)
        && !(old.places().containsKey(place) && now.places().containsKey(place)));
    return places.stream()
        .filter(place -> move(old, now, place) > movedBy)
        .max(Comparator.comparingDouble((String place) -> move(old, now, place))
            .thenComparing(Comparator.reverseOrder()));
  }

  private static double move(Fare old, Fare now, String place) {
    // Rounded, so that the last digits of sums do not decide which of two equal moves is told.
    double move =
        Math.abs(now.places().getOrDefault(place, 0.0) - old.places().getOrDefault(place, 0.0));
    return Math.rint(move * 1e9) / 1e9;
  }

  /** More than one for each connection where the node that was dialled sends it on as well. */
  private static String crossings(double mean) {
    return mean == 0 ? "none" : String.format(Locale.ROOT, "%.2f crossings a connection", mean);
  }

  static String percent(double share) {
    return String.format(Locale.ROOT, "%.1f %%", 100 * share);
  }

  /** Changes that differ in who is concerned, or in the node of a node port, become one. */
  private static List<Change> merged(List<Change> changes, Crowd crowd) {
    Map<Change, List<String>> parties = new LinkedHashMap<>();
    for (Change c : changes) {
      parties
          .computeIfAbsent(new Change(c.kind, "", c.to, c.before, c.after), k -> new ArrayList<>())
          .add(c.from);
    }
    Map<Change, List<String>> places = new LinkedHashMap<>();
    parties.forEach((c, from) -> places
        .computeIfAbsent(
            new Change(c.kind, crowd.name(from), stem(c.to), c.before, c.after),
            k -> new ArrayList<>())
        .add(c.to.substring(stem(c.to).length())));
    List<Change> result = new ArrayList<>();
    places.forEach((c, at) ->
        result.add(new Change(c.kind, c.from, c.to + crowd.nodePorts(at), c.before, c.after)));
    result.sort(Comparator.comparing(Change::kind));
    return result;
  }

  private static String stem(String to) {
    String ofNode = " via NodePort of ";
    int at = to.indexOf(ofNode);
    return at < 0 ? to : to.substring(0, at + ofNode.length());
  }

  /**
   * The same difference with what becomes of load balancers.
   *
   * @param before the names of load balancers by what they serve
   * @param after the same after the change
   * @return a copy
   */
  public Difference withBalancers(
      Map<String, List<String>> before, Map<String, List<String>> after) {
    List<Change> all = new ArrayList<>(changes);
    new TreeMap<>(before).forEach((object, names) -> {
      List<String> now = after.getOrDefault(object, List.of());
      if (!names.isEmpty() && !now.equals(names)) {
        all.add(new Change(
            Kind.BALANCER_REPLACED,
            object,
            "",
            String.join(", ", names),
            now.isEmpty() ? "none" : String.join(", ", now)));
      }
    });
    all.sort(Comparator.comparing(Change::kind));
    return new Difference(all);
  }

  /**
   * The changes.
   *
   * @return the worst kinds first
   */
  public List<Change> changes() {
    return changes;
  }

  /**
   * Whether anything is taken away: connections that are lost, load balancers that are replaced.
   *
   * @return false if the change only moves or adds something
   */
  public boolean isWorse() {
    return changes.stream().anyMatch(change -> change.kind.isWorse());
  }

  /** Markdown: a line that sums up, and a table for each kind of change. */
  @Override
  public String toString() {
    if (changes.isEmpty()) {
      return "**Service networking: no change** of who reaches what, and how.\n";
    }
    Map<Kind, List<Change>> byKind = new EnumMap<>(Kind.class);
    changes.forEach(c -> byKind.computeIfAbsent(c.kind, k -> new ArrayList<>()).add(c));
    StringBuilder out = new StringBuilder("**Service networking: ")
        .append(isWorse() ? "this change takes something away" : "nothing is taken away")
        .append("**\n");
    byKind.forEach((kind, list) -> {
      out.append("\n### ").append(kind).append(" (").append(list.size()).append(")\n\n");
      boolean balancers = kind == Kind.BALANCER_REPLACED;
      out.append(balancers ? "| of | before | after |\n| --- | --- | --- |\n" : HEAD);
      for (Change c : list) {
        out.append("| ").append(Escape.markdown(c.from)).append(" | ");
        out.append(balancers ? "" : Escape.markdown(c.to) + " | ");
        out.append(Escape.markdown(c.before)).append(" | ");
        out.append(Escape.markdown(c.after)).append(" |\n");
      }
    });
    return out.toString();
  }

  private static final String HEAD = "| from | to | before | after |\n| --- | --- | --- | --- |\n";
}
