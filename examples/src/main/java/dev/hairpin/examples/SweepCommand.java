package dev.hairpin.examples;

import dev.hairpin.Cluster;
import dev.hairpin.whatif.Metric;
import dev.hairpin.whatif.Sweep;
import dev.hairpin.whatif.SweepFile;
import dev.hairpin.whatif.SweepResult;
import dev.hairpin.whatif.SweepRunner;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/**
 * {@code hairpin sweep}: many scenarios with many seeds, on all cores, resumed where it stopped.
 */
@Command(
    name = "sweep",
    description = "Works off the sweep of a scenario file, and tells how the worst figures spread"
        + " over the seeds.",
    mixinStandardHelpOptions = true)
final class SweepCommand implements Callable<Integer> {

  /** With more scenarios a drawing has lines instead of bars. */
  private static final int MOST_BARS = 40;

  @Spec
  private CommandSpec spec = CommandSpec.create();

  @Mixin
  private ClusterOptions cluster = new ClusterOptions();

  @Option(
      names = "--keep",
      paramLabel = "FILE",
      description = "keeps finished cells in a file; run again, it goes on where it stopped")
  private @Nullable Path keep;

  @Option(
      names = "--shard",
      paramLabel = "I/N",
      description = "works off one part of N only; merge the parts' files with --merge")
  private String shard = "1/1";

  @Option(
      names = "--merge",
      paramLabel = "FILE",
      description = "works off nothing, but merges files of --keep")
  private List<Path> merge = new ArrayList<>();

  @Option(names = "--threads", paramLabel = "N", description = "by default one for each core")
  private int threads = Runtime.getRuntime().availableProcessors();

  @Option(
      names = "--metric",
      paramLabel = "METRIC",
      description =
          "which figures to show, such as DNS_QUERIES (default:" + " POD_REQUESTS,CONNTRACK)",
      split = ",")
  private List<Metric> metrics = new ArrayList<>(List.of(Metric.POD_REQUESTS, Metric.CONNTRACK));

  @Mixin
  private ChartOptions chart = new ChartOptions();

  @Option(names = "--csv", description = "every row with all digits instead of tables")
  private boolean csv;

  @Option(names = "--progress", description = "tells on the error output how far it is")
  private boolean progress;

  @Mixin
  private ScenarioOptions file = new ScenarioOptions();

  @Override
  public Integer call() {
    PrintWriter out = spec.commandLine().getOut();
    chart.check();
    Sweep sweep = file.read().sweep(cluster::open);
    SweepResult result = merge.isEmpty() ? run(sweep) : merged(sweep);
    if (csv) {
      out.print(result.toCsv());
    } else {
      String known = result.fingerprint();
      out.println(result.rows().size() + " of " + sweep.cells() + " cells, sweep "
          + known.substring(0, known.indexOf('-')));
      for (Metric metric : metrics) {
        out.println("\nworst " + metric + ", " + metric.unit());
        out.print(result.table(metric));
      }
    }
    out.flush();
    chart.draw(metric -> sweep.scenarios().size() <= MOST_BARS
        ? result.bars(metric).toSvg()
        : result.chart(metric).toSvg());
    return 0;
  }

  private SweepResult run(Sweep sweep) {
    int slash = shard.indexOf('/');
    SweepRunner runner = SweepRunner.onAllCores().threads(threads);
    try {
      runner = runner.shard(
          Integer.parseInt(shard.substring(0, Math.max(0, slash))),
          Integer.parseInt(shard.substring(slash + 1)));
    } catch (NumberFormatException e) {
      throw new ParameterException(
          spec.commandLine(), "--shard: \"" + shard + "\" is not I/N, such as 1/4", e);
    }
    if (keep != null) {
      runner = runner.keepingIn(keep);
    }
    if (progress) {
      PrintWriter err = spec.commandLine().getErr();
      runner = runner.telling((done, of) -> {
        if (done == of || done % Math.max(1, of / 100) == 0) {
          err.println(done + " of " + of);
          err.flush();
        }
      });
    }
    return runner.run(sweep);
  }

  private SweepResult merged(Sweep sweep) {
    Cluster base = sweep.base().get();
    SweepResult all = SweepResult.of(sweep.fingerprint(base), List.of());
    for (Path part : merge) {
      all = all.merge(SweepFile.read(part, sweep, base));
    }
    return all;
  }
}
