package dev.hairpin.analysis;

import dev.hairpin.analysis.Reachability.Source;
import dev.hairpin.analysis.Reachability.SourceKind;
import dev.hairpin.analysis.Reachability.Way;
import dev.hairpin.path.trace.Reason;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;

/**
 * How the sources of one party fare on a way, on average.
 *
 * @param arriving the share that arrives
 * @param losses what is lost, by reason
 * @param places the shares of endpoints, nodes and zones, each with the word for what it is
 * @param seen what servers see as the source: {@code its own address}, {@code the dialled node},
 *     another node, or an address that is none of these, such as a load balancer's
 * @param crossings how often a connection goes from one zone to another
 */
record Fare(
    double arriving,
    Map<Reason, Double> losses,
    Map<String, Double> places,
    List<String> seen,
    double crossings) {

  static final String ENDPOINT = "endpoint ";

  /** The letters of generated names: Kubernetes leaves out vowels and what looks like them. */
  private static final String RANDOM = "bcdfghjklmnpqrstvwxz2456789";

  /** What Deployments, StatefulSets and DaemonSets add to the names of their pods. */
  private static final Pattern GENERATED =
      Pattern.compile("(-[a-z0-9]{6,10})?-[" + RANDOM + "]{5}$|-[0-9]+$");

  /** Those who belong together, with their mean; nobody if there is no such way. */
  static Map<String, Fare> byParty(Reachability reach, Way way) {
    List<Shares> column = reach.column(way);
    Map<String, List<Integer>> parties = new LinkedHashMap<>();
    for (int i = 0; i < column.size(); i++) {
      parties
          .computeIfAbsent(partyOf(reach.sources().get(i)), p -> new ArrayList<>())
          .add(i);
    }
    Map<String, String> nodes = nodesByAddress(reach, way);
    Map<String, Fare> result = new LinkedHashMap<>();
    parties.forEach((party, members) -> result.put(party, mean(reach, column, members, nodes)));
    return result;
  }

  /** What an address is called that nodes put in place of the caller's. */
  private static Map<String, String> nodesByAddress(Reachability reach, Way way) {
    Map<String, String> names = new HashMap<>();
    for (Source source : reach.sources()) {
      if (source.kind() == SourceKind.NODE) {
        boolean dialled = way.path().equals("NodePort") && way.at().equals(source.name());
        source
            .addresses()
            .forEach(a -> names.put(a, dialled ? "the dialled node" : "node " + source.name()));
      }
    }
    return names;
  }

  private static String partyOf(Source source) {
    return switch (source.kind()) {
      case POD -> Crowd.PODS + GENERATED.matcher(source.name()).replaceFirst("");
      case NODE -> Crowd.NODE + source.name();
      case INTERNET -> source.name();
    };
  }

  private static Fare mean(
      Reachability reach, List<Shares> column, List<Integer> members, Map<String, String> nodes) {
    double arriving = 0;
    double crossings = 0;
    Map<Reason, Double> losses = new TreeMap<>();
    Map<String, Double> places = new TreeMap<>();
    TreeSet<String> seen = new TreeSet<>();
    double weight = 1.0 / members.size();
    for (int i : members) {
      Source source = reach.sources().get(i);
      Shares shares = column.get(i);
      arriving += weight * shares.arriving().toDouble();
      crossings += weight * shares.zoneCrossings();
      shares.losses().forEach((reason, share) -> losses.merge(reason, weight * share, Double::sum));
      add(places, ENDPOINT, shares.byEndpoint(), weight);
      add(places, "node ", shares.byNode(), weight);
      add(places, "zone ", shares.byZone(), weight);
      shares
          .bySourceSeen()
          .keySet()
          .forEach(address -> seen.add(
              source.addresses().contains(address)
                  ? "its own address"
                  : nodes.getOrDefault(address, address)));
    }
    return new Fare(arriving, losses, places, List.copyOf(seen), crossings);
  }

  private static void add(
      Map<String, Double> places, String what, Map<String, Double> shares, double weight) {
    shares.forEach((name, share) -> {
      if (!name.isEmpty()) {
        places.merge(what + name, weight * share, Double::sum);
      }
    });
  }

  /** Such as {@code all arrive} or {@code 66.7 % arrive, LB_TARGET_FAILED 33.3 %}. */
  String text() {
    if (losses.isEmpty()) {
      return "all arrive";
    }
    StringBuilder out = new StringBuilder(
        arriving == 0 ? "none arrives" : Difference.percent(arriving) + " arrive");
    losses.forEach((reason, share) -> out.append(", ")
        .append(reason)
        .append(losses.size() == 1 && arriving == 0 ? "" : " " + Difference.percent(share)));
    return out.toString();
  }

  String seenText() {
    return String.join(", ", seen);
  }
}
