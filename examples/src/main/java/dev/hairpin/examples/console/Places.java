package dev.hairpin.examples.console;

import dev.hairpin.Cluster;
import dev.hairpin.Suggestions;
import dev.hairpin.api.Node;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** Nodes and zones by the words that people use for them. */
final class Places {
  private Places() {}

  /**
   * A node.
   *
   * @param text its name, the first letters of it that no other has, or its zone if no other node
   *     is there
   * @return its name
   * @throws IllegalArgumentException if there is no such node, or more than one
   */
  static String node(Cluster cluster, String text) {
    List<String> names = new ArrayList<>();
    List<String> meant = new ArrayList<>();
    for (Node node : cluster.state().list(Node.class)) {
      String name = node.metadata().name();
      names.add(name);
      if (name.equals(text)) {
        return name;
      }
      if (name.startsWith(text) || node.zone().equals(text)) {
        meant.add(name);
      }
    }
    if (meant.size() > 1) {
      throw new IllegalArgumentException(
          "\"" + text + "\" may be any of " + String.join(", ", meant));
    }
    if (meant.isEmpty()) {
      names.addAll(zones(cluster));
      throw Suggestions.unknown("node or zone", text, names);
    }
    return meant.get(0);
  }

  /** The zones that have nodes. */
  static Set<String> zones(Cluster cluster) {
    Set<String> zones = new TreeSet<>();
    cluster.state().list(Node.class).forEach(node -> zones.add(node.zone()));
    return zones;
  }
}
