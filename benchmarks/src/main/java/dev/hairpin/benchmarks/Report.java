package dev.hairpin.benchmarks;

import dev.hairpin.render.LineChart;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;

/**
 * Measures the fast path and writes a table and a chart.
 *
 * <pre>
 * java -cp benchmarks/target/benchmarks.jar dev.hairpin.benchmarks.Report [--check] [GROUP...]
 * </pre>
 *
 * <p>A group's questions are measured together with what they are divided by; without groups, all
 * are. Results go to {@code benchmarks/results}: {@code measurements.csv}, in which groups that
 * were not measured stay as they are, {@code README.md} and {@code new-connection.svg}. With
 * {@code --check} nothing is written; the run fails if a ratio has become worse than the recorded
 * one by more than a third, or if none is recorded. Times are never compared.
 */
public final class Report {
  private static final Path RESULTS = Path.of("benchmarks", "results");
  private static final String PACKAGE = "dev.hairpin.benchmarks.";
  private static final double TOLERANCE = 4.0 / 3;

  private Report() {}

  /**
   * Runs the report.
   *
   * @param arguments as above
   */
  public static void main(String[] arguments) throws RunnerException, IOException {
    List<String> groups = new ArrayList<>(Arrays.asList(arguments));
    boolean check = groups.remove("--check");
    List<Question> questions = Question.ALL.stream()
        .filter(q -> groups.isEmpty() || groups.contains(q.group()))
        .toList();
    if (questions.isEmpty()) {
      throw new IllegalArgumentException("no questions of " + groups);
    }
    Map<String, Figure> recorded = read();
    Map<String, Figure> measured = measure(questions);
    if (check) {
      check(questions, recorded, measured);
      return;
    }
    recorded.putAll(measured);
    Files.createDirectories(RESULTS);
    StringBuilder lines = new StringBuilder();
    recorded.values().forEach(m -> lines.append(m).append('\n'));
    Files.writeString(RESULTS.resolve("measurements.csv"), lines);
    Files.writeString(RESULTS.resolve("README.md"), markdown(recorded));
    Files.writeString(RESULTS.resolve("new-connection.svg"), chart(recorded) + "\n");
  }

  private static Map<String, Figure> read() throws IOException {
    Map<String, Figure> recorded = new TreeMap<>();
    Path file = RESULTS.resolve("measurements.csv");
    if (Files.exists(file)) {
      for (String line : Files.readAllLines(file)) {
        Figure m = Figure.parse(line);
        recorded.put(m.key(), m);
      }
    }
    return recorded;
  }

  // ---- measuring

  private static Map<String, Figure> measure(List<Question> questions) throws RunnerException {
    // Benchmarks with the same parameters are run together.
    Map<String, Set<String>> byParameters = new LinkedHashMap<>();
    for (Question question : questions) {
      String sizes = String.join(",", question.sizes());
      byParameters
          .computeIfAbsent(sizes + ";" + question.kind(), p -> new LinkedHashSet<>())
          .add(question.subject());
      if (!question.baseline().isEmpty()) {
        String kind = question.baseline().startsWith("NewConnection") ? "PLAIN" : "";
        byParameters
            .computeIfAbsent(sizes + ";" + kind, p -> new LinkedHashSet<>())
            .add(question.baseline());
      }
    }
    Map<String, Figure> measured = new TreeMap<>();
    for (Map.Entry<String, Set<String>> run : byParameters.entrySet()) {
      String[] parameters = run.getKey().split(";", -1);
      // What takes a tenth of a second is warm only after some seconds.
      boolean slow = run.getValue().stream().anyMatch(b -> b.startsWith("CompileRules"));
      TimeValue iteration = TimeValue.milliseconds(slow ? 2_000 : 500);
      ChainedOptionsBuilder options = new OptionsBuilder()
          .param("services", parameters[0].split(",", -1))
          .param("live", parameters[0].split(",", -1))
          .param("open", parameters[0].split(",", -1))
          .addProfiler(GCProfiler.class)
          .warmupIterations(3)
          .warmupTime(iteration)
          .measurementIterations(5)
          .measurementTime(iteration)
          .forks(1);
      if (!parameters[1].isEmpty()) {
        options = options.param("kind", parameters[1]);
      }
      for (String benchmark : run.getValue()) {
        options = options.include(PACKAGE.replace(".", "\\.") + benchmark + "$");
      }
      Collection<RunResult> results = new Runner(options.build()).run();
      for (RunResult result : results) {
        Figure m = figure(result);
        measured.put(m.key(), m);
      }
    }
    return measured;
  }

  private static Figure figure(RunResult result) {
    String name = result.getParams().getBenchmark().substring(PACKAGE.length());
    String kind = result.getParams().getParam("kind");
    double octets = -1;
    for (String metric : result.getSecondaryResults().keySet()) {
      if (metric.endsWith("gc.alloc.rate.norm")) {
        octets = result.getSecondaryResults().get(metric).getScore();
      }
    }
    return new Figure(
        name,
        size(result),
        kind == null ? "" : kind,
        result.getPrimaryResult().getStatistics().getPercentile(50),
        octets);
  }

  /** The number of Services, of live connections, or of those open at a time. */
  private static String size(RunResult result) {
    for (String name : List.of("services", "live", "open")) {
      String value = result.getParams().getParam(name);
      if (value != null) {
        return value;
      }
    }
    throw new IllegalStateException(result.getParams().getBenchmark() + " has no size");
  }

  // ---- judging

  private static String subjectKey(Question question, String size) {
    return question.subject() + "," + size + "," + question.kind();
  }

  private static String baselineKey(Question question, String size) {
    String kind = question.baseline().startsWith("NewConnection") ? "PLAIN" : "";
    return question.baseline() + "," + size + "," + kind;
  }

  private static double ratio(Question question, String size, Map<String, Figure> of) {
    Figure subject = of.get(subjectKey(question, size));
    Figure baseline = of.get(baselineKey(question, size));
    return subject == null || baseline == null ? Double.NaN : subject.median() / baseline.median();
  }

  private static void check(
      List<Question> questions, Map<String, Figure> recorded, Map<String, Figure> measured) {
    List<String> worse = new ArrayList<>();
    for (Question question : questions) {
      for (String size : question.sizes()) {
        if (question.baseline().isEmpty()) {
          continue;
        }
        double before = ratio(question, size, recorded);
        double now = ratio(question, size, measured);
        if (Double.isNaN(before)) {
          worse.add(question.title() + ", size " + size + ": no ratio is recorded");
        }
        // A ratio that must be large has become worse if it is smaller.
        double change = question.least() > 0 ? before / now : now / before;
        if (change > TOLERANCE) {
          worse.add(String.format(
              Locale.ROOT,
              "%s, size %s: the ratio was %.2f and is %.2f",
              question.title(),
              size,
              before,
              now));
        }
      }
    }
    if (!worse.isEmpty()) {
      throw new IllegalStateException("not as recorded: " + String.join("; ", worse));
    }
  }

  // ---- writing

  private static String markdown(Map<String, Figure> measured) {
    StringBuilder out = new StringBuilder();
    out.append("# Results\n\nWritten by `dev.hairpin.benchmarks.Report`; see")
        .append(" [benchmarks/README.md](../README.md). Medians of JMH, one thread, ");
    out.append("JDK ").append(Runtime.version().feature());
    out.append(
        ". Nanoseconds for one connection unless the row says otherwise; Services have 10 endpoints"
            + " each. The size is the number of Services, or of live connections.\n\n");
    out.append("| what | size | median | measured against | ratio | must be | B/op | met |\n");
    out.append("| --- | --- | --- | --- | --- | --- | --- | --- |\n");
    for (Question question : Question.ALL) {
      for (String size : question.sizes()) {
        Figure subject = measured.get(subjectKey(question, size));
        if (subject != null) {
          row(out, question, size, subject, measured);
        }
      }
    }
    return out.append("\n![cost against the number of Services](new-connection.svg)\n")
        .toString();
  }

  private static void row(
      StringBuilder out,
      Question question,
      String size,
      Figure subject,
      Map<String, Figure> measured) {
    Figure baseline = measured.get(baselineKey(question, size));
    double ratio = ratio(question, size, measured);
    out.append("| ").append(question.title()).append(" | ");
    out.append(String.format(Locale.ROOT, "%,d", Integer.parseInt(size))).append(" | ");
    out.append(time(subject.median())).append(" | ");
    out.append(baseline == null ? "" : time(baseline.median()) + " (" + question.baseline() + ")");
    out.append(" | ");
    out.append(Double.isNaN(ratio) ? "" : String.format(Locale.ROOT, "%,.2f", ratio))
        .append(" | ");
    out.append(question.demand()).append(" | ");
    out.append(subject.octets() < 0 ? "" : String.format(Locale.ROOT, "%,.0f", subject.octets()));
    String met =
        question.demand().isEmpty() ? "" : question.isMet(subject.median(), ratio) ? "yes" : "no";
    out.append(" | ").append(met).append(" |\n");
  }

  private static String time(double value) {
    return String.format(Locale.ROOT, value < 100 ? "%.1f" : "%,.0f", value);
  }

  /** Cost against the number of Services, both as powers of ten. */
  private static String chart(Map<String, Figure> measured) {
    LineChart chart = new LineChart(
        "A new connection: cost against the number of Services",
        "Services, 10 to the power of",
        "nanoseconds, 10 to the power of");
    line(chart, measured, "floor: look-up, draw, load", "ConnectionBaselines.floor", "");
    line(chart, measured, "program, one at a time", "NewConnection.one", "PLAIN");
    line(chart, measured, "program, in batches", "NewConnection.batch", "PLAIN");
    line(chart, measured, "records in a hash map", "ConnectionBaselines.hashMap", "");
    line(chart, measured, "rules walked in flat arrays", "ConnectionBaselines.ruleWalk", "");
    return chart.toSvg();
  }

  private static void line(
      LineChart chart, Map<String, Figure> measured, String name, String of, String kind) {
    List<Figure> points = measured.values().stream()
        .filter(m -> m.benchmark().equals(of) && m.kind().equals(kind))
        .sorted((a, b) ->
            Integer.compare(Integer.parseInt(a.services()), Integer.parseInt(b.services())))
        .toList();
    if (!points.isEmpty()) {
      chart.line(
          name,
          points.stream()
              .mapToDouble(m -> Math.log10(Double.parseDouble(m.services())))
              .toArray(),
          points.stream().mapToDouble(m -> Math.log10(m.median())).toArray());
    }
  }
}
