package dev.hairpin.examples;

import dev.hairpin.Cluster;
import dev.hairpin.whatif.TargetNames;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code hairpin shares}: the exact distribution of where new connections end. */
@Command(
    name = "shares",
    description = "Shows where new connections end, each end with its exact share.",
    mixinStandardHelpOptions = true)
final class SharesCommand implements Callable<Integer> {
  @Spec
  private CommandSpec spec = CommandSpec.create();

  @Mixin
  private ClusterOptions cluster = new ClusterOptions();

  @Option(names = "--from", required = true, paramLabel = "SOURCE", description = "as for trace")
  private String from = "";

  @Option(names = "--to", required = true, paramLabel = "TARGET", description = "as for trace")
  private String to = "";

  @Override
  public Integer call() {
    Cluster opened = cluster.open();
    spec.commandLine().getOut().print(opened.from(from).sharesTo(TargetNames.resolve(to, opened)));
    spec.commandLine().getOut().flush();
    return 0;
  }
}
