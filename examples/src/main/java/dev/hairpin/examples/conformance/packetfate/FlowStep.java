package dev.hairpin.examples.conformance.packetfate;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import dev.hairpin.path.Attempt;
import dev.hairpin.path.Chooser;
import dev.hairpin.path.Network;
import dev.hairpin.path.Outcomes;
import dev.hairpin.path.trace.Fraction;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Replays a flow: calls from one place to one address.
 *
 * <p>Every way that a call can go is visited first, with its exact probability. Then the calls are
 * made, each guided to a result that the recording still lacks, so that the state afterwards is the
 * recorded one. A result that is recorded and cannot come about is a difference; so is one that
 * comes about and is not recorded; and counts that do not fit the probabilities.
 */
final class FlowStep {
  /** How surprising the counts of one whole recording may be: one in ten thousand. */
  static final double LEVEL = 1e-4;

  private static final Duration PACE = Duration.ofMillis(3);
  private static final Duration PACE_AFTER_ERROR = Duration.ofMillis(20);
  private static final int EXAMPLES = 6;
  private static final int LONGEST_PAUSE_SECONDS = 6;

  private final Lab lab;
  private final JsonObject step;
  private final JsonObject result;
  private final Map<Try.Key, Integer> wanted = new LinkedHashMap<>();
  private final Map<Try.Key, Integer> got = new LinkedHashMap<>();
  private final Map<String, Integer> portsKept = new HashMap<>();
  private final Chooser chance;
  private @Nullable Attempt last;
  private @Nullable String wrongExample;

  FlowStep(Lab lab, JsonObject step, JsonObject result, Chooser chance) {
    this.lab = lab;
    this.step = step;
    this.result = result;
    this.chance = chance;
  }

  /** The last call, whose connection a later step may use. */
  @Nullable
  Attempt last() {
    return last;
  }

  /** Replays the flow; the first difference, if there is one. */
  Optional<String> replay(int flowsInRecording) {
    readWanted();
    int tries = Json.number(result, "tries", 0);
    Map<Try.Key, List<Integer>> scripts = new LinkedHashMap<>();
    Map<Try.Key, Fraction> shares = explore(0, scripts);
    boolean sameShares = true;
    for (int i = 0; i < tries; i++) {
      if (leadsAstray(scripts, i)) {
        scripts = exploreAgain(i);
        sameShares = false;
      }
      Try made = Try.make(lab, lab.network, step, i, guide(scripts));
      if (!scripts.containsKey(made.key)) {
        sameShares = false;
      }
      Optional<String> odd = account(made);
      if (odd.isPresent()) {
        return odd;
      }
      finish(made, i == tries - 1);
      if (sameShares && shares.size() > 1 && stateMatters()) {
        Map<Try.Key, List<Integer>> next = new LinkedHashMap<>();
        boolean same = explore(i + 1, next).equals(shares);
        sameShares = same;
        scripts = next;
      }
    }
    if (!wanted.isEmpty()) {
      return Optional.of("recorded, but not possible here: " + wanted);
    }
    Optional<String> ports = comparePorts();
    if (ports.isPresent()) {
      return ports;
    }
    if (wrongExample != null) {
      return Optional.of(wrongExample);
    }
    return sameShares ? compareShares(shares, flowsInRecording) : Optional.empty();
  }

  /**
   * Whether the script for the next call no longer leads to a recorded result: the kernel's limits
   * on ICMP errors depend on what was sent before, and on the time.
   */
  private boolean leadsAstray(Map<Try.Key, List<Integer>> scripts, int number) {
    Try.@Nullable Key best = best(scripts);
    if (best == null) {
      return true;
    }
    if (best.outcome().startsWith("ok") || best.outcome().startsWith("refused-by-rst")) {
      return false;
    }
    GuidedChooser script =
        new GuidedChooser(Chooser.seeded(0), scripts.getOrDefault(best, List.of()));
    return !Try.make(lab, lab.network.fork(), step, number, script).key.equals(best);
  }

  /**
   * Explores again, and lets time pass where no recorded result is possible: how long a recording
   * took between its calls is not recorded, and limits on ICMP errors recover by the second.
   */
  private Map<Try.Key, List<Integer>> exploreAgain(int number) {
    Map<Try.Key, List<Integer>> scripts = new LinkedHashMap<>();
    for (int second = 0; second <= LONGEST_PAUSE_SECONDS; second++) {
      scripts.clear();
      explore(number, scripts);
      if (best(scripts) != null) {
        break;
      }
      lab.network.clock().advance(Duration.ofSeconds(1));
    }
    return scripts;
  }

  /** Whether one call can change what the next one meets: lists of callers, or a fixed port. */
  private boolean stateMatters() {
    return !Json.texts(step, "sport").isEmpty() || lab.remembersCallers();
  }

  // ---- what was recorded

  private void readWanted() {
    JsonObject reached = Json.object(result, "reached");
    int ok = 0;
    for (Map.Entry<String, JsonElement> pod : reached.entrySet()) {
      JsonObject p = pod.getValue().getAsJsonObject();
      String at = Json.text(p, "at", "");
      for (Map.Entry<String, JsonElement> source : Json.object(p, "source_seen").entrySet()) {
        int n = source.getValue().getAsInt();
        wanted.put(new Try.Key("ok", pod.getKey(), at, source.getKey(), ""), n);
        ok += n;
      }
    }
    JsonObject lost = Json.object(result, "lost_after_reaching");
    for (Map.Entry<String, JsonElement> outcome :
        Json.object(result, "outcomes").entrySet()) {
      String word = outcome.getKey();
      int n = outcome.getValue().getAsInt();
      if (word.equals("ok")) {
        if (n != ok) {
          throw new IllegalArgumentException("the recording counts " + n + " and " + ok + " ok");
        }
      } else if (word.startsWith("timeout") && !lost.isEmpty()) {
        lost.entrySet()
            .forEach(e -> wanted.merge(
                new Try.Key(word, "", "", "", reallyReached(word, e.getKey())),
                e.getValue().getAsInt(),
                Integer::sum));
      } else {
        wanted.put(new Try.Key(word, "", "", "", ""), n);
      }
    }
  }

  /**
   * Where the packets of a lost call got to. The recording takes the first packet that it sees,
   * which can be a late one of the call before; the example's trace tells.
   */
  private String reallyReached(String word, String place) {
    List<String> trace = Json.texts(
        Json.object(Json.object(result, "examples"), word + " after reaching " + place), "trace");
    boolean seen = trace.stream()
        .anyMatch(line -> line.contains(" us  " + place + " ") && line.contains(" in "));
    return trace.isEmpty() || seen ? place : "no pod";
  }

  // ---- what can happen

  private Map<Try.Key, Fraction> explore(int number, Map<Try.Key, List<Integer>> scripts) {
    return Outcomes.of(chooser -> {
      GuidedChooser recording = new GuidedChooser(chooser, List.of());
      Network fork = lab.network.fork();
      Try made = Try.make(lab, fork, step, number, recording);
      Try.Key key = made.key;
      // Calls that get nowhere can do so in several ways: prefer the one that was recorded.
      boolean better = !scripts.containsKey(key)
          || (key.pod().isEmpty()
              && new ExampleCheck(lab, fork, step, result).difference(made).isEmpty());
      if (better) {
        scripts.put(key, recording.made());
      }
      return key;
    });
  }

  /** Guides the next call to the possible result of which most are still to come. */
  private GuidedChooser guide(Map<Try.Key, List<Integer>> scripts) {
    Try.@Nullable Key best = best(scripts);
    return new GuidedChooser(
        chance, best == null ? List.of() : scripts.getOrDefault(best, List.of()));
  }

  private Try.@Nullable Key best(Map<Try.Key, List<Integer>> scripts) {
    Try.@Nullable Key best = null;
    for (Try.Key key : scripts.keySet()) {
      int open = wanted.getOrDefault(key, 0);
      if (open > 0 && (best == null || open > wanted.getOrDefault(best, 0))) {
        best = key;
      }
    }
    return best;
  }

  private Optional<String> account(Try made) {
    int open = wanted.getOrDefault(made.key, 0);
    if (open == 0) {
      return Optional.of(made.key + " is not (so often) recorded, but " + result.get("outcomes")
          + " " + result.get("reached") + " reason " + made.attempt.outcome());
    }
    if (open == 1) {
      wanted.remove(made.key);
    } else {
      wanted.put(made.key, open - 1);
    }
    boolean first = got.merge(made.key, 1, Integer::sum) == 1;
    if (!made.key.at().isEmpty()) {
      lab.called(Json.text(step, "from", ""), Json.text(step, "to", ""), made.key.at());
    }
    if (made.portKept) {
      portsKept.merge(made.key.pod(), 1, Integer::sum);
    }
    if (first && got.size() <= EXAMPLES && wrongExample == null) {
      wrongExample =
          new ExampleCheck(lab, lab.network, step, result).difference(made).orElse(null);
    }
    return Optional.empty();
  }

  private void finish(Try made, boolean lastTry) {
    boolean held = lastTry && step.has("hold");
    if (lastTry) {
      last = made.attempt;
    }
    if (!held) {
      String how = Json.text(step, "close", Json.number(step, "n", 1) > 100 ? "rst" : "fin");
      if (how.equals("rst")) {
        made.attempt.abort();
      } else {
        made.attempt.close();
      }
    }
    boolean error = made.attempt.outcome().errno() != null;
    Duration pause = Json.flag(lab.topology, "trace", false) ? PACE : Duration.ZERO;
    lab.network.clock().advance(error ? pause.plus(PACE_AFTER_ERROR) : pause);
    double gap = Json.decimal(step, "gap", 0);
    lab.network.clock().advance(Duration.ofMillis(Math.round(gap * 1000)));
  }

  // ---- how often

  /**
   * Compares how often a server saw the caller's own port. Two things are left to chance: a port
   * drawn at random can be the caller's own; and the kernel's choice of the caller's port, which
   * can be one that an earlier call used to the same endpoint through another address, so that it
   * has to be changed.
   */
  private Optional<String> comparePorts() {
    for (Map.Entry<String, JsonElement> pod : Json.object(result, "reached").entrySet()) {
      JsonObject p = pod.getValue().getAsJsonObject();
      int recorded = Json.number(p, "source_port_kept", 0);
      int ours = portsKept.getOrDefault(pod.getKey(), 0);
      int earlier = lab.callsThroughOtherAddresses(
          Json.text(step, "from", ""), Json.text(step, "to", ""), Json.text(p, "at", ""));
      if (recorded > ours + 1
          || ours - recorded > 1 + earlier
          || (recorded != ours && recorded > 0 && ours > 0 && earlier == 0)) {
        return Optional.of(
            "source ports kept towards " + pod.getKey() + ": " + ours + ", recorded " + recorded);
      }
    }
    return Optional.empty();
  }

  private Optional<String> compareShares(Map<Try.Key, Fraction> shares, int flows) {
    List<Try.Key> keys = new ArrayList<>(shares.keySet());
    int[] counts = keys.stream().mapToInt(k -> got.getOrDefault(k, 0)).toArray();
    double[] p = keys.stream()
        .mapToDouble(k -> shares.getOrDefault(k, Fraction.ZERO).toDouble())
        .toArray();
    double surprise = Multinomial.surprise(counts, p);
    return surprise * flows < LEVEL
        ? Optional.of("counts " + got + " do not fit the probabilities " + shares + " (p = "
            + surprise + " in " + flows + " flows)")
        : Optional.empty();
  }
}
