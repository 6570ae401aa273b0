package dev.hairpin.analysis.topology;

import dev.hairpin.render.Escape;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/**
 * Draws a map as a flow chart of Mermaid. Ids follow from names, so that two charts compare well.
 */
final class TopologyMermaid {
  private final StringBuilder out = new StringBuilder("flowchart LR\n");
  private final Map<String, String> ids = new LinkedHashMap<>();
  private final Set<String> taken = new HashSet<>();

  private TopologyMermaid() {}

  static String print(Topology map) {
    return new TopologyMermaid().draw(map);
  }

  private String draw(Topology map) {
    if (!map.entries().isEmpty()) {
      out.append("  internet([internet])\n");
    }
    for (Topology.Entry entry : map.entries()) {
      String address = entry.address().isEmpty() ? "<pending>" : entry.address();
      box("  ", entry.object(), entry.object() + "\n" + address, "[[", "]]");
    }
    for (Topology.Box service : map.services()) {
      String ports = String.join(" ", service.ports());
      box(
          "  ",
          "service of " + service.name(),
          service.name() + "\n" + (service.address() + " " + ports).strip(),
          "(",
          ")");
    }
    pods(map);
    for (Topology.Entry entry : map.entries()) {
      out.append("  internet --> ").append(id(entry.object())).append('\n');
      for (String service : entry.services()) {
        if (ids.containsKey("service of " + service)) {
          out.append("  ").append(id(entry.object())).append(" --> ");
          out.append(id("service of " + service)).append('\n');
        }
      }
    }
    for (Topology.Box service : map.services()) {
      service
          .endpoints()
          .forEach((place, ready) -> out.append("  ")
              .append(id("service of " + service.name()))
              .append(ready ? " --> " : " -.-> ")
              .append(id("place " + place))
              .append('\n'));
    }
    return out.toString();
  }

  private void pods(Topology map) {
    String zone = null;
    String node = null;
    int open = 0;
    for (Topology.Place place : map.pods()) {
      if (!place.zone().equals(zone) || !place.node().equals(node)) {
        boolean sameZone = place.zone().equals(zone);
        int keep = sameZone && !place.zone().isEmpty() ? 1 : 0;
        close(open, keep);
        open = Math.min(open, keep);
        if (!sameZone && !place.zone().isEmpty()) {
          subgraph(open++, "zone " + place.zone());
        }
        if (!place.node().isEmpty()) {
          subgraph(open++, "node " + place.node());
        }
        zone = place.zone();
        node = place.node();
      }
      box("  ".repeat(open + 1), "place " + place.name(), place.name(), "[", "]");
    }
    close(open, 0);
  }

  private void subgraph(int depth, String name) {
    out.append("  ".repeat(depth + 1)).append("subgraph ").append(id(name)).append('[');
    out.append(Escape.mermaid(name)).append("]\n");
  }

  private void close(int from, int to) {
    for (int depth = from; depth > to; depth--) {
      out.append("  ".repeat(depth)).append("end\n");
    }
  }

  private void box(String indent, String key, String label, String left, String right) {
    out.append(indent)
        .append(id(key))
        .append(left)
        .append(Escape.mermaid(label))
        .append(right);
    out.append('\n');
  }

  /** A word of Mermaid for a name; names that come to the same word get numbers. */
  private String id(String key) {
    return ids.computeIfAbsent(key, k -> {
      String word = k.replaceAll("[^A-Za-z0-9]", "_");
      String free = word;
      for (int n = 2; !taken.add(free); n++) {
        free = word + "_" + n;
      }
      return free;
    });
  }
}
