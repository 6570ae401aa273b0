package dev.hairpin.examples;

import dev.hairpin.whatif.CapacityReport;
import dev.hairpin.whatif.Comparison;
import dev.hairpin.whatif.Rollout;
import dev.hairpin.whatif.RolloutReport;
import dev.hairpin.whatif.ScenarioFile;
import dev.hairpin.whatif.StuckRolloutException;
import dev.hairpin.whatif.Traffic;
import dev.hairpin.whatif.WhatIf;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.OptionalInt;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code hairpin whatif}: load and limits as things are, and in scenarios. */
@Command(
    name = "whatif",
    description = "Compares load and limits as things are with those in the scenarios of a file.",
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:nothing is over its limit",
      "1:something is, in some scenario",
      "2:the question makes no sense"
    },
    mixinStandardHelpOptions = true)
final class WhatIfCommand implements Callable<Integer> {
  private static final int LONGEST_HOOK = 120;

  enum Format {
    TEXT,
    MARKDOWN,
    CSV,
    JSON,
    HTML
  }

  @Spec
  private CommandSpec spec = CommandSpec.create();

  @Mixin
  private ClusterOptions cluster = new ClusterOptions();

  @Option(
      names = "--format",
      paramLabel = "FORMAT",
      description = "${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE})")
  private Format format = Format.TEXT;

  @Option(names = "--full", description = "every figure of every scenario, not the worst alone")
  private boolean full;

  @Mixin
  private ChartOptions chart = new ChartOptions();

  @Option(
      names = "--rollout",
      paramLabel = "NAMESPACE/NAME",
      description = "instead: what a rolling update of a Deployment costs under the file's traffic,"
          + " where everything takes its time, and the smallest preStop hook with which it costs"
          + " nothing; the retail store has three front ends then")
  private @Nullable String rollout;

  @Option(
      names = "--time-line",
      paramLabel = "FILE",
      description = "with --rollout: also draws the clocks of the first pod that goes, such as"
          + " clocks.svg")
  private @Nullable String timeLine;

  @Option(
      names = "--simulate",
      paramLabel = "CONNECTIONS",
      description =
          "instead: sends so many connections at the traffic's rates through compiled rules"
              + " and tables that fill, in each scenario; how long that took is told on the error output")
  private @Nullable Long simulated;

  @Mixin
  private ScenarioOptions file = new ScenarioOptions();

  @Override
  public Integer call() {
    PrintWriter out = spec.commandLine().getOut();
    ScenarioFile scenarios = file.read();
    chart.check();
    String deployment = rollout;
    if (deployment == null && timeLine != null) {
      throw refused("--time-line is drawn of a --rollout");
    }
    if (deployment != null && simulated != null) {
      throw refused("--rollout and --simulate are two questions; ask one of them");
    }
    if (deployment != null && (full || chart.isAsked() || format != Format.TEXT)) {
      throw refused("--rollout prints text, and draws with --time-line; --format, --full and"
          + " --chart are for comparisons");
    }
    int code = deployment == null ? compare(scenarios, out) : roll(deployment, scenarios, out);
    out.flush();
    return code;
  }

  /** An update that is stuck is an answer, and not a good one. */
  private int roll(String deployment, ScenarioFile scenarios, PrintWriter out) {
    Rollout rolling = Rollout.of(cluster.openInRealTime(), deployment)
        .under(scenarios.traffic().toArray(Traffic[]::new));
    try {
      return roll(rolling, out);
    } catch (StuckRolloutException e) {
      out.println(e.getMessage());
      return 1;
    }
  }

  private ParameterException refused(String why) {
    return new ParameterException(spec.commandLine(), why);
  }

  private int compare(ScenarioFile scenarios, PrintWriter out) {
    WhatIf whatIf =
        WhatIf.on(cluster.open()).traffic(scenarios.traffic()).limits(scenarios.limits());
    Comparison comparison = simulated == null
        ? whatIf.compare(scenarios.scenarios())
        : simulate(whatIf, scenarios, simulated);
    switch (format) {
      case TEXT -> {
        out.print(comparison);
        if (simulated == null && !scenarios.traffic().isEmpty()) {
          out.print("\nhow much the traffic can grow, " + whatIf.headroom());
        }
        if (full) {
          comparison.reports().forEach(report -> out.print("\n" + report));
        }
      }
      case MARKDOWN -> out.print(comparison.toMarkdown());
      case CSV -> out.print(comparison.toCsv());
      case JSON -> out.print(comparison.toJson());
      case HTML -> out.print(comparison.toHtml());
    }
    chart.draw(metric -> comparison.chart(metric).toSvg());
    boolean over = comparison.reports().stream().anyMatch(r -> !r.overloaded().isEmpty());
    return over ? 1 : 0;
  }

  private Comparison simulate(WhatIf whatIf, ScenarioFile scenarios, long count) {
    List<CapacityReport> reports = new ArrayList<>();
    reports.add(timed(count, () -> whatIf.simulate(count)));
    scenarios
        .scenarios()
        .forEach(scenario -> reports.add(timed(count, () -> whatIf.simulate(scenario, count))));
    return new Comparison(reports);
  }

  private CapacityReport timed(long count, Supplier<CapacityReport> simulation) {
    long start = System.nanoTime();
    CapacityReport report = simulation.get();
    double seconds = (System.nanoTime() - start) / 1e9;
    PrintWriter err = spec.commandLine().getErr();
    err.printf(Locale.ROOT, "%s: %,d connections in %.1f s%n", report.scenario(), count, seconds);
    err.flush();
    return report;
  }

  private int roll(Rollout rolling, PrintWriter out) {
    RolloutReport now = rolling.run();
    out.print(now);
    out.print("\n" + now.comingTimeLine());
    if (timeLine != null) {
      ChartOptions.write(timeLine, now.timeLine().toSvg(), "--time-line");
    }
    if (now.lostConnections() == 0 && now.cutOff() == 0) {
      return 0;
    }
    RolloutReport hooked = now;
    if (now.lostConnections() > 0) {
      OptionalInt safe = rolling.smallestPreStop(LONGEST_HOOK);
      if (safe.isEmpty()) {
        out.println(
            "\neven a preStop sleep of " + LONGEST_HOOK + " s loses some: the cause is another");
        return 1;
      }
      out.println("\nsmallest safe preStop: " + safe.getAsInt() + " s\n");
      hooked = rolling.with(safe.getAsInt());
      out.print(hooked);
    }
    if (hooked.cutOff() > 0) {
      out.println(rolling
          .smallestSettings(LONGEST_HOOK)
          .map(s -> "smallest settings that cut nothing off either: preStop "
              + s.preStopSeconds().orElseThrow() + " s, deregistration delay "
              + s.deregistrationDelaySeconds().orElseThrow() + " s")
          .orElse("even " + LONGEST_HOOK + " s of preStop and deregistration delay cut some off"));
    }
    return 1;
  }
}
