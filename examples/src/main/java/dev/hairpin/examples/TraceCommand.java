package dev.hairpin.examples;

import dev.hairpin.Cluster;
import dev.hairpin.path.Trace;
import dev.hairpin.whatif.TargetNames;
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

  @Option(
      names = "--from",
      required = true,
      paramLabel = "SOURCE",
      description = "pod/NAMESPACE/NAME, node/NAME, internet or internet/ADDRESS")
  private String from = "";

  @Option(
      names = "--to",
      required = true,
      paramLabel = "TARGET",
      description = {
        "a URL, HOST:PORT, udp://HOST:PORT; node/NAME stands for a node's address,",
        "service/NAMESPACE/NAME[:PORT] and ingress/NAMESPACE/NAME[/PATH] for a load balancer's"
      })
  private String to = "";

  @Option(names = "--json", description = "prints the trace as JSON")
  private boolean json;

  @Override
  public Integer call() {
    Cluster opened = cluster.open();
    Trace trace = opened.from(from).to(TargetNames.resolve(to, opened));
    String text = json ? TraceJson.of(trace) + "\n" : trace.toString();
    spec.commandLine().getOut().print(text);
    spec.commandLine().getOut().flush();
    return trace.outcome().delivered() ? 0 : 1;
  }
}
