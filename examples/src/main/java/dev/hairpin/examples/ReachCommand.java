package dev.hairpin.examples;

import dev.hairpin.analysis.Reachability;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code hairpin reach}: who reaches which Service by which way. */
@Command(
    name = "reach",
    description = "Shows who reaches which Service by which way: . all connections arrive, X none"
        + " does, a number is the percentage that is lost.",
    mixinStandardHelpOptions = true)
final class ReachCommand implements Callable<Integer> {

  /** How the matrix is written. */
  enum Format {
    TEXT,
    CSV,
    SVG
  }

  @Spec
  private CommandSpec spec = CommandSpec.create();

  @Mixin
  private ClusterOptions cluster = new ClusterOptions();

  @Parameters(
      arity = "0..*",
      paramLabel = "SERVICE",
      description = "Services as namespace/name; all if none is given")
  private List<String> services = new ArrayList<>();

  @Option(names = "--format", description = "${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE})")
  private Format format = Format.TEXT;

  @Override
  public Integer call() {
    Reachability reach = cluster.open().reach(services.toArray(String[]::new));
    spec.commandLine()
        .getOut()
        .print(
            switch (format) {
              case TEXT -> reach.toString();
              case CSV -> reach.toCsv();
              case SVG -> reach.toSvg();
            });
    spec.commandLine().getOut().flush();
    return 0;
  }
}
