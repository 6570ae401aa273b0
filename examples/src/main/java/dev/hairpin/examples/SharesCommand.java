package dev.hairpin.examples;

import dev.hairpin.Cluster;
import dev.hairpin.analysis.Shares;
import java.io.PrintWriter;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
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

  @Mixin
  private EndsOptions ends = new EndsOptions();

  @Option(
      names = "--connections",
      paramLabel = "N",
      description = "also tells what so many connections make of the shares: how full the busiest"
          + " endpoint is, whether one stays idle, and how many it takes to meet them all")
  private @Nullable Long connections;

  @Override
  public Integer call() {
    Cluster opened = cluster.open();
    Shares shares = ends.from(opened).sharesTo(ends.to(opened));
    PrintWriter out = spec.commandLine().getOut();
    out.print(shares);
    if (connections != null && shares.byEndpoint().isEmpty()) {
      out.println("no connection arrives, so no endpoint gets any");
    } else if (connections != null) {
      out.println(shares.of(connections));
      out.printf(
          Locale.ROOT,
          "every endpoint was met after %,.1f connections on average%n",
          shares.untilAllWereMet());
    }
    out.flush();
    return 0;
  }
}
