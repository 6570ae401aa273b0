package dev.hairpin.examples;

import dev.hairpin.Cluster;
import dev.hairpin.path.trace.Trace;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code hairpin trace}: the way of a connection, hop by hop. */
@Command(
    name = "trace",
    description = "Shows the way of a connection, hop by hop, and of the answer.",
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {"0:the answer came back", "1:it did not", "2:the question makes no sense"},
    mixinStandardHelpOptions = true)
final class TraceCommand implements Callable<Integer> {
  @Spec
  private CommandSpec spec = CommandSpec.create();

  @Mixin
  private ClusterOptions cluster = new ClusterOptions();

  @Mixin
  private EndsOptions ends = new EndsOptions();

  @Option(names = "--json", description = "prints the trace as JSON")
  private boolean json;

  @Override
  public Integer call() {
    Cluster opened = cluster.open();
    Trace trace = ends.from(opened).to(ends.to(opened));
    String text = json ? TraceJson.of(trace) + "\n" : trace.toString();
    spec.commandLine().getOut().print(text);
    spec.commandLine().getOut().flush();
    return trace.outcome().delivered() ? 0 : 1;
  }
}
