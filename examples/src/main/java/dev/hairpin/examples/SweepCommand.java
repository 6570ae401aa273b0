package dev.hairpin.examples;

import dev.hairpin.whatif.Metric;
import dev.hairpin.whatif.ScenarioFile;
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
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/**
 * {@code hairpin sweep}: many scenarios with many seeds, on all cores, resumed where it stopped.
 */
@Command(
    name = "sweep",
    description = "Works off the sweep of a scenario file on the retail store, and tells how the"
        + " worst figures spread over the seeds.",
    mixinStandardHelpOptions = true)
final class SweepCommand implements Callable<Integer> {
  @Spec
  private CommandSpec spec = CommandSpec.create();

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
      description = "which figures to show (default: ${DEFAULT-VALUE})",
      split = ",")
  private List<Metric> metrics = new ArrayList<>(List.of(Metric.POD_REQUESTS, Metric.CONNTRACK));

  @Option(names = "--csv", description = "every row with all digits instead of tables")
  private boolean csv;

  @Option(names = "--progress", description = "tells on the error output how far it is")
  private boolean progress;

  @Parameters(
      paramLabel = "FILE",
      description = "a scenario file; the store's if it is not given",
      arity = "0..1")
  private @Nullable Path file;

  @Override
  public Integer call() {
    PrintWriter out = spec.commandLine().getOut();
    ScenarioFile scenarios = file == null ? ScenarioFiles.ofStore() : ScenarioFiles.read(file);
    Sweep sweep = scenarios.sweep(Clusters::store);
    SweepResult result = merge.isEmpty() ? run(sweep) : merged(sweep);
    if (csv) {
      out.print(result.toCsv());
    } else {
      out.println(
          result.rows().size() + " of " + sweep.cells() + " cells, sweep " + result.fingerprint());
      for (Metric metric : metrics) {
        out.println("\nworst " + metric + ", " + metric.unit());
        out.print(result.table(metric));
      }
    }
    out.flush();
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
    SweepResult all = SweepResult.of(sweep.fingerprint(), List.of());
    for (Path part : merge) {
      all = all.merge(SweepFile.read(part, sweep));
    }
    return all;
  }
}
