package dev.hairpin.examples.incidents;

import dev.hairpin.Applied;
import dev.hairpin.Cluster;
import dev.hairpin.path.trace.Explanation;
import dev.hairpin.path.trace.Reason;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;

/** Writes down what happens while an incident is played. */
final class Play {
  private final StringBuilder text = new StringBuilder();
  private final List<Played.Check> checks = new ArrayList<>();

  /** Says something. */
  Play say(String sentence) {
    text.append(sentence).append("\n\n");
    return this;
  }

  /** Shows what comes back, indented. */
  Play show(Object output) {
    output.toString().lines().forEach(line -> text.append("    ").append(line).append('\n'));
    text.append('\n');
    return this;
  }

  /** Applies manifests and shows what became of them. */
  Applied apply(Cluster cluster, String yaml) {
    Applied applied = cluster.apply(yaml);
    text.append("  $ kubectl apply -f -\n");
    show(yaml);
    return applied;
  }

  /** Something that is to come out exactly. */
  Play expect(String what, Object expected, Object actual) {
    checks.add(new Played.Check(
        what, expected.toString(), actual.toString(), Objects.equals(expected, actual)));
    return this;
  }

  /** A figure that is to come out within a tolerance. */
  Play expectNear(String what, double expected, double actual, double tolerance) {
    checks.add(new Played.Check(
        what,
        number(expected) + " +- " + number(tolerance),
        number(actual),
        Math.abs(actual - expected) <= tolerance));
    return this;
  }

  /** A text that is to contain another. */
  Play expectText(String what, String expected, String actual) {
    checks.add(
        new Played.Check(what, "... " + expected + " ...", actual, actual.contains(expected)));
    return this;
  }

  /** An explanation of which the reason and the cause are to come out; it is shown. */
  Play explain(Explanation explanation, Reason reason, Reason cause) {
    show(explanation);
    expect("reason", reason, explanation.reason());
    return cause == reason ? this : expect("cause", cause, explanation.cause());
  }

  private static String number(double value) {
    return value == Math.rint(value) && Math.abs(value) < 1e15
        ? Long.toString((long) value)
        : String.format(Locale.ROOT, "%.6g", value);
  }

  String text() {
    return text.toString();
  }

  List<Played.Check> checks() {
    return List.copyOf(checks);
  }
}
