package dev.hairpin.whatif;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;

/**
 * Traffic, capacities and scenarios as a file of YAML.
 *
 * <pre>
 * traffic:
 *   - {name: shoppers, from: internet, to: service/ui/ui-nlb, connectionsPerSecond: 400,
 *      secondsPerConnection: 30, requestsPerConnection: 20, requestBytes: 1500, responseBytes: 12000}
 * limits:
 *   podRequestsPerSecond: {ui/ui: 3000}
 * scenarios:
 *   - name: a zone less
 *     changes: [loseZone: us-west-2a]
 * sweep:
 *   seeds: 5
 *   grid:
 *     - - {name: 3 pods, changes: [scale: {kind: Deployment, name: ui/ui, replicas: 3}]}
 *       - {name: 6 pods, changes: [scale: {kind: Deployment, name: ui/ui, replicas: 6}]}
 *     - - {name: as today}
 *       - {name: a node less, changes: [loseNodes: 1]}
 * ...
 * </pre>
 *
 * <p>Changes are {@code scale}, {@code loseZone}, {@code loseNode}, {@code loseNodes},
 * {@code notReady}, {@code apply}, {@code delete} and {@code trafficTimes}, as in {@link Delta}.
 * The sweep's scenarios are all combinations of the grid's rows, or those of {@code scenarios} if
 * there is no grid. The last line must be the document end {@code ...}: a file that was cut in half
 * is often good YAML, and is refused for that.
 *
 * @param traffic the traffic
 * @param limits the capacities
 * @param scenarios the scenarios to compare
 * @param sweepScenarios the scenarios to sweep over
 * @param seeds how many seeds each is tried with
 * @param firstSeed the first seed
 */
public record ScenarioFile(
    List<Traffic> traffic,
    Limits limits,
    List<Scenario> scenarios,
    List<Scenario> sweepScenarios,
    int seeds,
    long firstSeed) {

  private static final int MOST_CHARACTERS = 4 << 20;
  private static final int MOST_SCENARIOS = 1_000_000;

  /** Copies the lists. */
  public ScenarioFile {
    traffic = List.copyOf(traffic);
    scenarios = List.copyOf(scenarios);
    sweepScenarios = List.copyOf(sweepScenarios);
  }

  /**
   * Reads a file.
   *
   * @param text its text
   * @param origin what errors call it
   * @return what it says
   * @throws IllegalArgumentException if it does not end with the document end, is no YAML, or says
   *     something that makes no sense, with the place
   */
  public static ScenarioFile parse(String text, String origin) {
    List<String> lines = text.lines().toList();
    int last = lines.size();
    while (last > 0 && lines.get(last - 1).isBlank()) {
      last--;
    }
    if (last == 0 || !lines.get(last - 1).strip().equals("...")) {
      throw new IllegalArgumentException(origin + " ends in the middle: its last line, " + last
          + ", is not the document end \"...\"");
    }
    if (lines.subList(0, last - 1).stream()
        .allMatch(line -> line.isBlank() || line.stripLeading().startsWith("#"))) {
      return read(new ScenarioTree(Map.of(), origin)); // which YAML does not let be a document
    }
    Object tree;
    try {
      tree = new Load(LoadSettings.builder()
              .setLabel(origin)
              .setCodePointLimit(MOST_CHARACTERS)
              .setMaxAliasesForCollections(100)
              .setAllowDuplicateKeys(false)
              .build())
          .loadFromString(text);
    } catch (MarkedYamlEngineException e) {
      String where = e.getProblemMark()
          .map(mark -> "line " + (mark.getLine() + 1) + ", column " + (mark.getColumn() + 1) + ": ")
          .orElse("");
      throw new IllegalArgumentException(
          origin + " is no YAML: " + where + e.getProblem().strip(), e);
    } catch (YamlEngineException e) {
      throw new IllegalArgumentException(origin + " is no YAML: " + e.getMessage(), e);
    }
    try {
      return read(new ScenarioTree(tree == null ? Map.of() : tree, origin));
    } catch (StackOverflowError e) {
      throw new IllegalArgumentException(origin + " is nested too deeply", e);
    }
  }

  private static ScenarioFile read(ScenarioTree root) {
    root.allow("traffic", "limits", "scenarios", "sweep");
    List<Traffic> traffic = new ArrayList<>();
    root.list("traffic").forEach(tree -> traffic.add(traffic(tree)));
    List<Scenario> scenarios = new ArrayList<>();
    root.list("scenarios").forEach(tree -> scenarios.add(scenario(tree)));
    List<Scenario> swept = scenarios;
    int seeds = 1;
    long firstSeed = 1;
    if (root.has("sweep")) {
      ScenarioTree sweep = root.child("sweep");
      sweep.allow("seeds", "firstSeed", "grid");
      seeds = sweep.whole("seeds", 1);
      firstSeed = sweep.whole("firstSeed", 1);
      if (sweep.has("grid")) {
        swept = grid(sweep);
      }
    }
    return new ScenarioFile(traffic, limits(root), scenarios, swept, seeds, firstSeed);
  }

  private static Traffic traffic(ScenarioTree tree) {
    tree.allow(
        "name",
        "from",
        "to",
        "connectionsPerSecond",
        "secondsPerConnection",
        "requestsPerConnection",
        "requestBytes",
        "responseBytes",
        "resolves");
    String from = tree.text("from");
    String to = tree.text("to");
    return tree.at(() -> new Traffic(
        tree.text("name", from + " to " + to),
        from,
        to,
        tree.number("connectionsPerSecond", 1),
        tree.number("secondsPerConnection", 0),
        tree.number("requestsPerConnection", 1),
        tree.number("requestBytes", 1_000),
        tree.number("responseBytes", 10_000),
        tree.flag("resolves", true)));
  }

  private static Limits limits(ScenarioTree root) {
    if (!root.has("limits")) {
      return Limits.DEFAULT;
    }
    ScenarioTree tree = root.child("limits");
    tree.allow(
        "podRequestsPerSecond",
        "conntrackEntries",
        "coreDnsReplicas",
        "coreDnsQueriesPerSecond",
        "nodeMonitorGraceSeconds");
    Map<String, Double> pods = new LinkedHashMap<>();
    if (tree.has("podRequestsPerSecond")) {
      ScenarioTree byWorkload = tree.child("podRequestsPerSecond");
      byWorkload.keys().forEach(key -> pods.put(key, byWorkload.number(key, 0)));
    }
    Limits usual = Limits.DEFAULT;
    return tree.at(() -> new Limits(
        pods,
        tree.whole("conntrackEntries", 0),
        tree.whole("coreDnsReplicas", usual.coreDnsReplicas()),
        tree.number("coreDnsQueriesPerSecond", usual.coreDnsQueriesPerSecond()),
        tree.number("nodeMonitorGraceSeconds", usual.nodeMonitorGraceSeconds())));
  }

  private static Scenario scenario(ScenarioTree tree) {
    tree.allow("name", "changes");
    List<Delta> deltas = new ArrayList<>();
    tree.list("changes").forEach(change -> deltas.add(delta(change)));
    return new Scenario(tree.text("name"), deltas);
  }

  private static Delta delta(ScenarioTree tree) {
    tree.allow(
        "scale",
        "loseZone",
        "loseNode",
        "loseNodes",
        "notReady",
        "apply",
        "delete",
        "trafficTimes");
    List<String> keys = tree.keys();
    if (keys.size() != 1) {
      throw tree.wrong("a change is one of its kinds, not " + keys.size() + " " + keys);
    }
    String key = keys.get(0);
    return tree.at(() -> delta(tree, key));
  }

  private static Delta delta(ScenarioTree tree, String key) {
    return switch (key) {
      case "scale" -> {
        ScenarioTree scale = tree.child(key);
        scale.allow("kind", "name", "replicas");
        yield new Delta.Scale(
            scale.text("kind", "Deployment"), scale.text("name"), scale.whole("replicas"));
      }
      case "delete" -> {
        ScenarioTree delete = tree.child(key);
        delete.allow("kind", "name");
        yield new Delta.Delete(delete.text("kind"), delete.text("name"));
      }
      case "loseZone" -> new Delta.LoseZone(tree.text(key));
      case "loseNode" -> new Delta.LoseNode(tree.text(key));
      case "loseNodes" -> new Delta.LoseNodes(tree.whole(key));
      case "notReady" -> new Delta.NotReady(tree.text(key));
      case "apply" -> new Delta.Apply(tree.text(key));
      default -> new Delta.TrafficTimes(tree.number(key, 1));
    };
  }

  /** All combinations of one row of each dimension. */
  private static List<Scenario> grid(ScenarioTree sweep) {
    List<Scenario> all = List.of(Scenario.named(""));
    for (List<ScenarioTree> dimension : sweep.lists("grid")) {
      List<Scenario> rows = dimension.stream().map(ScenarioFile::scenario).toList();
      if (rows.isEmpty() || (long) all.size() * rows.size() > MOST_SCENARIOS) {
        throw sweep.wrong("grid gives " + (long) all.size() * rows.size()
            + " scenarios, but a sweep has 1 to " + MOST_SCENARIOS);
      }
      List<Scenario> more = new ArrayList<>(all.size() * rows.size());
      for (Scenario before : all) {
        for (Scenario row : rows) {
          List<Delta> deltas = new ArrayList<>(before.deltas());
          deltas.addAll(row.deltas());
          String name = before.name().isEmpty() ? row.name() : before.name() + ", " + row.name();
          more.add(new Scenario(name, deltas));
        }
      }
      all = more;
    }
    return all;
  }

  /**
   * The sweep that the file describes.
   *
   * @param base makes the base cluster
   * @return the sweep
   * @throws IllegalArgumentException if the file has no scenarios for one
   */
  public Sweep sweep(Sweep.Base base) {
    return new Sweep(base, traffic, limits, sweepScenarios, seeds, firstSeed);
  }
}
