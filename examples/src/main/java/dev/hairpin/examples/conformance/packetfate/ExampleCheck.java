package dev.hairpin.examples.conformance.packetfate;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import dev.hairpin.net.FiveTuple;
import dev.hairpin.net.SocketAddress;
import dev.hairpin.path.Host;
import dev.hairpin.path.Network;
import dev.hairpin.path.conntrack.ConntrackEntry;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/** Compares the conntrack entries of a call with those of the recorded example of its result. */
final class ExampleCheck {
  private static final int HOPS = 6;
  private static final int TIMEOUT_TOLERANCE = 3;

  private final Lab lab;
  private final Network network;
  private final JsonObject step;
  private final JsonObject result;

  ExampleCheck(Lab lab, Network network, JsonObject step, JsonObject result) {
    this.lab = lab;
    this.network = network;
    this.step = step;
    this.result = result;
  }

  Optional<String> difference(Try made) {
    Try.Key key = made.key;
    String name = key.outcome()
        + (!key.pod().isEmpty()
            ? " " + key.pod()
            : key.lost().isEmpty() ? "" : " after reaching " + key.lost());
    JsonElement found = Json.object(result, "examples").get(name);
    if (found == null || !found.getAsJsonObject().has("conntrack")) {
      return Optional.empty();
    }
    JsonObject example = found.getAsJsonObject();
    SocketAddress local = made.attempt.local().orElse(null);
    if (local == null) {
      return Optional.empty();
    }
    Map<String, List<Entries.Entry>> recorded = recorded(example, false);
    String proto = Json.text(step, "proto", "tcp");
    String to = Json.text(example, "to", "");
    Map<String, List<Entries.Entry>> ours = ours(proto, local, SocketAddress.parse(to), made);
    // The kernel may have given the caller a port that an earlier call to the same endpoint still
    // holds, so that it was changed; and a port drawn at random can be the caller's own.
    boolean portsDifferByChance = made.portKept;
    return same(recorded, ours) || (portsDifferByChance && same(recorded(example, true), ours))
        ? Optional.empty()
        : Optional.of("conntrack of " + name + ": " + ours + ", recorded " + recorded);
  }

  /**
   * The recorded entries by node.
   *
   * @param hides whether the port that the server saw is to be called the caller's own
   */
  private static Map<String, List<Entries.Entry>> recorded(JsonObject example, boolean hides) {
    String from = Json.text(example, "from", ":0");
    String own = port(from);
    String seen = port(Json.text(example, "seen", ":0"));
    Map<String, List<Entries.Entry>> byNode = new TreeMap<>();
    for (Map.Entry<String, JsonElement> node : Json.object(example, "conntrack").entrySet()) {
      List<Entries.Entry> lines = new ArrayList<>();
      node.getValue().getAsJsonArray().forEach(e -> {
        Entries.Entry line = line(Entries.of(e.getAsJsonObject()), own, seen);
        lines.add(hides ? line.replacing(":seen", ":caller") : line);
      });
      lines.sort(Entries.Entry.BY_TEXT);
      byNode.put(node.getKey(), lines);
    }
    return byNode;
  }

  /** Whether the entries are the same, but for a few seconds that the recording took. */
  private static boolean same(
      Map<String, List<Entries.Entry>> recorded, Map<String, List<Entries.Entry>> ours) {
    if (!recorded.keySet().equals(ours.keySet())) {
      return false;
    }
    for (Map.Entry<String, List<Entries.Entry>> node : recorded.entrySet()) {
      List<Entries.Entry> mine = ours.getOrDefault(node.getKey(), List.of());
      if (mine.size() != node.getValue().size()) {
        return false;
      }
      for (int i = 0; i < mine.size(); i++) {
        if (!mine.get(i).isNear(node.getValue().get(i), TIMEOUT_TOLERANCE)) {
          return false;
        }
      }
    }
    return true;
  }

  private static String port(String address) {
    return address.substring(address.lastIndexOf(':') + 1);
  }

  /** The entry with the caller's port and the one that the server saw called by their roles. */
  private static Entries.Entry line(Entries.Entry entry, String own, String seen) {
    String text = entry.text().replaceAll(":" + own + "\\b", ":caller");
    if (!seen.equals(own)) {
      text = text.replaceAll(":" + seen + "\\b", ":seen");
    }
    return new Entries.Entry(Entries.withoutRandomPorts(text), entry.timeout());
  }

  /** The entries of every node that belong to the call, followed through translations. */
  private Map<String, List<Entries.Entry>> ours(
      String proto, SocketAddress from, SocketAddress to, Try made) {
    long now = network.clock().now().toEpochMilli();
    String own = "" + from.port();
    String seen = made.attempt.served().map(s -> "" + s.seen().port()).orElse("0");
    Set<List<SocketAddress>> ends = new HashSet<>();
    ends.add(List.of(from, to));
    Map<String, Set<ConntrackEntry>> used = new TreeMap<>();
    for (int i = 0; i < HOPS; i++) {
      for (String node : lab.nodes) {
        Host host = network.find(node).orElseThrow();
        for (ConntrackEntry e : host.conntrack().orElseThrow().list(now)) {
          FiveTuple o = e.original();
          if (o.protocol().lowerCase().equals(proto)
              && ends.contains(List.of(o.source(), o.destination()))) {
            used.computeIfAbsent("node:" + node, n -> new HashSet<>()).add(e);
            ends.add(List.of(e.reply().destination(), e.reply().source()));
          }
        }
      }
    }
    Map<String, List<Entries.Entry>> byNode = new TreeMap<>();
    used.forEach((node, entries) -> byNode.put(
        node,
        entries.stream()
            .map(e -> line(Entries.of(e), own, seen))
            .sorted(Entries.Entry.BY_TEXT)
            .toList()));
    return byNode;
  }
}
