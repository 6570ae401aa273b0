package dev.hairpin.examples.conformance.packetfate;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import dev.hairpin.iptables.Chain;
import dev.hairpin.iptables.RuleException;
import dev.hairpin.iptables.RuleSet;
import dev.hairpin.net.IpAddress;
import dev.hairpin.net.IpFamily;
import dev.hairpin.net.Protocol;
import dev.hairpin.net.SocketAddress;
import dev.hairpin.path.Attempt;
import dev.hairpin.path.Call;
import dev.hairpin.path.Chooser;
import dev.hairpin.path.Exchange;
import dev.hairpin.path.Host;
import dev.hairpin.path.Network;
import dev.hairpin.path.Outcomes;
import dev.hairpin.path.Served;
import dev.hairpin.path.TableName;
import dev.hairpin.path.conntrack.ConntrackFilter;
import dev.hairpin.path.trace.Outcome;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** Replays the steps of a recording, one after another, and compares each result. */
final class Replay {
  private static final long SEED = 1;
  private static final Duration UDP_STREAM_TIMEOUT = Duration.ofMinutes(2);

  private final Lab lab;
  private final List<JsonObject> steps;
  private final Shell shell;
  private final Chooser chance = Chooser.seeded(SEED);
  private final Map<String, Attempt> held = new HashMap<>();
  private final Map<String, String> firstPods = new HashMap<>();

  Replay(JsonObject recording) {
    this.lab = new Lab(Json.object(recording, "topology")).build();
    this.steps = Json.objects(recording, "steps");
    this.shell = new Shell(lab);
    lab.loadRules(Json.object(recording, "rules"));
  }

  Optional<String> firstDifference() {
    int flows = (int) steps.stream()
        .filter(s -> Json.text(Json.object(s, "step"), "do", "").equals("flow"))
        .count();
    for (int i = 0; i < steps.size(); i++) {
      JsonObject step = Json.object(steps.get(i), "step");
      JsonObject result = Json.object(steps.get(i), "result");
      Optional<String> difference = replay(step, result, flows);
      if (difference.isPresent()) {
        String what = Json.text(step, "do", "") + " \"" + Json.text(step, "id", "") + "\" from "
            + Json.text(step, "from", "") + " to " + Json.text(step, "to", "");
        return Optional.of("step " + i + " " + what + ": " + difference.get());
      }
    }
    return Optional.empty();
  }

  private Optional<String> replay(JsonObject step, JsonObject result, int flows) {
    String what = Json.text(step, "do", "");
    return switch (what) {
      case "flow" -> flow(step, result, flows);
      case "send" -> send(step, result);
      case "close" -> close(step);
      case "ping" -> ping(step, result);
      case "rules" -> rules(step, result);
      case "sleep" -> sleep(step);
      case "sysctl" -> {
        lab.sysctl(
            Json.text(step, "on", ""), Json.text(step, "key", ""), Json.text(step, "value", ""));
        yield Optional.empty();
      }
      case "conntrack" -> conntrack(step, result);
      case "conntrack-delete" -> conntrackDelete(step);
      case "counters" -> counters(step, result);
      case "recent" -> recent(step, result);
      case "server" -> server(step);
      case "exec" -> {
        shell.run(Json.text(step, "on", ""), Json.text(step, "cmd", ""));
        yield Optional.empty();
      }
      default -> throw new IllegalArgumentException("unknown step: " + what);
    };
  }

  private Optional<String> flow(JsonObject step, JsonObject result, int flows) {
    FlowStep flow = new FlowStep(lab, step, result, chance);
    Optional<String> difference = flow.replay(flows);
    Attempt last = flow.last();
    if (step.has("hold") && last != null && last.outcome().delivered()) {
      held.put(Json.text(step, "hold", ""), last);
      firstPods.put(
          Json.text(step, "hold", ""), last.served().map(Served::process).orElse(""));
    }
    return difference;
  }

  /** A request on a held connection, guided to the recorded answer among the possible ones. */
  private Optional<String> send(JsonObject step, JsonObject result) {
    String recorded = sent(result);
    Attempt connection = held.get(Json.text(step, "conn", ""));
    if (connection == null) {
      return differs("never opened", recorded);
    }
    Duration patience = Duration.ofMillis(Math.round(Json.decimal(step, "timeout", 1.2) * 1000));
    String firstPod = firstPods.getOrDefault(Json.text(step, "conn", ""), "");
    Map<String, List<Integer>> scripts = answers(connection, patience, firstPod);
    boolean datagrams = Json.text(result, "outcome", "").equals("ok") && !connection.isStream();
    if (datagrams && !scripts.containsKey(recorded)) {
      // How long a recording took between two steps is not recorded; entries may have expired.
      lab.network.clock().advance(UDP_STREAM_TIMEOUT);
      scripts = answers(connection, patience, firstPod);
    }
    List<Integer> script = scripts.getOrDefault(recorded, List.of());
    Exchange exchange =
        lab.network.exchange(connection, patience, new GuidedChooser(chance, script));
    return differs(said(exchange, firstPod), recorded);
  }

  /** Every answer that a request can have, with the choices that lead to it. */
  private Map<String, List<Integer>> answers(
      Attempt connection, Duration patience, String firstPod) {
    Map<String, List<Integer>> scripts = new LinkedHashMap<>();
    Outcomes.of(chooser -> {
      GuidedChooser recording = new GuidedChooser(chooser, List.of());
      Network fork = lab.network.fork();
      String answer = said(fork.exchange(connection, patience, recording), firstPod);
      scripts.putIfAbsent(answer, recording.made());
      return answer;
    });
    return scripts;
  }

  private static Optional<String> differs(String ours, String recorded) {
    return ours.equals(recorded) ? Optional.empty() : Optional.of(ours + ", recorded " + recorded);
  }

  private static String said(Exchange exchange, String firstPod) {
    if (exchange.errno() != null) {
      return "errno-" + exchange.errno();
    }
    if (exchange.closedByPeer()) {
      return "closed-by-peer";
    }
    Served served = exchange.served();
    if (served == null) {
      return "timeout";
    }
    return "ok " + served.process() + " sees " + served.seen().address() + " same "
        + served.process().equals(firstPod);
  }

  private static String sent(JsonObject result) {
    String outcome = Json.text(result, "outcome", "");
    if (!outcome.equals("ok")) {
      return outcome;
    }
    String seen = Json.text(result, "seen", ":");
    return "ok " + Json.text(result, "pod", "") + " sees "
        + seen.substring(0, seen.lastIndexOf(':')) + " same "
        + Json.flag(result, "same_pod_as_before", false);
  }

  private Optional<String> close(JsonObject step) {
    Attempt connection = held.remove(Json.text(step, "conn", ""));
    if (connection == null) {
      return Optional.of("the connection was never opened");
    }
    if (Json.text(step, "how", "").equals("rst")) {
      connection.abort();
    } else {
      connection.close();
    }
    return Optional.empty();
  }

  private Optional<String> ping(JsonObject step, JsonObject result) {
    Map<String, Integer> outcomes = new TreeMap<>();
    Host from = lab.host(Json.text(step, "from", ""));
    IpAddress to = lab.address(Json.text(step, "to", ""));
    Duration patience = Duration.ofMillis(Math.round(Json.decimal(step, "timeout", 0.8) * 1000));
    for (int i = 0; i < Json.number(step, "n", 2); i++) {
      Call call = Call.of(from, Protocol.ICMP, new SocketAddress(to, 0), chance)
          .waiting(patience)
          .untraced();
      outcomes.merge(answer(lab.network.ping(call)), 1, Integer::sum);
    }
    Map<String, Integer> recorded = new TreeMap<>();
    Json.object(result, "outcomes")
        .entrySet()
        .forEach(e -> recorded.put(e.getKey(), e.getValue().getAsInt()));
    return differs(outcomes.toString(), recorded.toString());
  }

  private String answer(Attempt ping) {
    Outcome outcome = ping.outcome();
    if (ping.served().isPresent()) {
      IpAddress from = ping.served().get().at().address();
      return "reply from " + from + " (" + lab.names.getOrDefault(from, "?") + ")";
    }
    if (outcome.icmp() != null) {
      return outcome.icmp() + " (" + lab.names.getOrDefault(outcome.icmp().from(), "?") + ")";
    }
    return outcome.errno() == null ? "timeout" : "errno-" + outcome.errno();
  }

  private Optional<String> rules(JsonObject step, JsonObject result) {
    boolean refused = result.has("error");
    for (String node : lab.nodesNamed(Json.text(step, "node", "*"))) {
      try {
        lab.restore(node, Json.text(step, "text", ""));
      } catch (RuleException e) {
        return refused ? Optional.empty() : Optional.of("the rules are refused: " + e);
      }
    }
    return refused ? Optional.of("the rules are taken, recorded " + result) : Optional.empty();
  }

  private Optional<String> sleep(JsonObject step) {
    double seconds = Json.decimal(step, "seconds", 0);
    lab.network.clock().advance(Duration.ofMillis(Math.round(seconds * 1000)));
    return Optional.empty();
  }

  private Optional<String> server(JsonObject step) {
    String name = Json.text(step, "pod", "");
    String place = "pod:" + name;
    if (Json.text(step, "action", "").equals("stop")) {
      if (Json.flag(step, "connections", true)) {
        lab.host(place).stop(name);
      } else {
        lab.host(place).stopListening(name);
      }
    } else {
      Json.objects(lab.topology, "pods").stream()
          .filter(p -> Json.text(p, "name", "").equals(name))
          .forEach(p -> lab.serve(place, p));
    }
    return Optional.empty();
  }

  // ---- what the nodes hold

  private long now() {
    return lab.network.clock().now().toEpochMilli();
  }

  private Optional<String> conntrack(JsonObject step, JsonObject result) {
    List<String> parts = Json.texts(step, "match");
    for (Map.Entry<String, JsonElement> node : result.entrySet()) {
      List<String> recorded = new ArrayList<>();
      node.getValue()
          .getAsJsonArray()
          .forEach(e -> recorded.add(
              Entries.withoutRandomPorts(Entries.of(e.getAsJsonObject()).text())));
      List<String> ours = lab.host(node.getKey()).conntrack().orElseThrow().list(now()).stream()
          .map(Entries::of)
          .map(Entries.Entry::text)
          .filter(text -> parts.stream().allMatch(text::contains))
          .map(Entries::withoutRandomPorts)
          .sorted()
          .toList();
      recorded.sort(null);
      if (!recorded.equals(ours)) {
        return differs(node.getKey() + " " + ours, node.getKey() + " " + recorded);
      }
    }
    return Optional.empty();
  }

  /** How many entries go depends on how long the recording took; what is left shows later. */
  private Optional<String> conntrackDelete(JsonObject step) {
    ConntrackFilter filter = ConntrackFilter.parse(Json.text(step, "args", ""));
    for (String node : lab.nodesNamed(Json.text(step, "node", "*"))) {
      lab.host("node:" + node).conntrack().orElseThrow().delete(filter, now());
    }
    return Optional.empty();
  }

  private Optional<String> counters(JsonObject step, JsonObject result) {
    TableName name = TableName.byText(Json.text(step, "table", "nat")).orElseThrow();
    RuleSet counted = lab.walker(Json.text(step, "node", "")).counted(IpFamily.IPV4);
    List<String> wanted = Json.texts(step, "chains");
    List<String> ours = new ArrayList<>();
    counted.table(name).ifPresent(table -> {
      for (Chain chain : table.chains()) {
        ours.add(":" + chain.name() + " " + chain.policy() + " " + chain.counters());
        chain.rules().forEach(r -> ours.add(r.counters() + " " + r.text(chain.name())));
      }
    });
    ours.removeIf(line -> wanted.stream().noneMatch(line::contains));
    ours.sort(null);
    List<String> recorded = Json.texts(result, "lines");
    recorded.sort(null);
    List<String> missing = new ArrayList<>(recorded);
    missing.removeAll(ours);
    List<String> extra = new ArrayList<>(ours);
    extra.removeAll(recorded);
    return missing.isEmpty() && extra.isEmpty()
        ? Optional.empty()
        : differs(extra.toString(), missing.toString());
  }

  private Optional<String> recent(JsonObject step, JsonObject result) {
    Map<String, List<String>> recorded = new TreeMap<>();
    for (Map.Entry<String, JsonElement> list : result.entrySet()) {
      List<String> lines = new ArrayList<>();
      list.getValue().getAsJsonArray().forEach(e -> lines.add(entry(e.getAsString())));
      lines.sort(null);
      recorded.put(list.getKey(), lines);
    }
    Map<String, List<String>> ours = new TreeMap<>();
    lab.walker(Json.text(step, "node", "")).recentLists().forEach((name, entries) -> {
      List<String> lines = new ArrayList<>();
      entries.forEach((address, stamps) -> lines.add(address + " x " + stamps.size()));
      lines.sort(null);
      ours.put(name, lines);
    });
    return differs(ours.toString(), recorded.toString());
  }

  /** A line of /proc/net/xt_recent as address and number of times seen. */
  private static String entry(String line) {
    String address = line.substring(line.indexOf("src=") + 4, line.indexOf(' '));
    return address + " x " + line.substring(line.indexOf("oldest_pkt:")).split(",", -1).length;
  }
}
