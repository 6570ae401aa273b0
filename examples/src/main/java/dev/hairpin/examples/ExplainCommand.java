package dev.hairpin.examples;

import dev.hairpin.Cluster;
import dev.hairpin.path.trace.Explanation;
import dev.hairpin.path.trace.Reason;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code hairpin explain}: why something is as it is, and what to do about it. */
@Command(
    name = "explain",
    description = "Says why a connection fails, a name does not resolve, an object waits, or a"
        + " variable is missing.",
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {"0:nothing is wrong", "1:something is", "2:the question makes no sense"},
    mixinStandardHelpOptions = true)
final class ExplainCommand implements Callable<Integer> {
  @Spec
  private CommandSpec spec = CommandSpec.create();

  @Mixin
  private ClusterOptions cluster = new ClusterOptions();

  @Option(names = "--from", paramLabel = "SOURCE", description = "who asks, as for trace")
  private String from = "";

  @Option(names = "--to", paramLabel = "TARGET", description = "explains a connection")
  private String to = "";

  @Option(names = "--name", paramLabel = "NAME", description = "explains what came of a name")
  private String name = "";

  @Option(names = "--env", paramLabel = "VARIABLE", description = "explains a variable of a pod")
  private String variable = "";

  @Parameters(
      arity = "0..1",
      paramLabel = "OBJECT",
      description = "pod/NAMESPACE/NAME, service/NAMESPACE/NAME or ingress/NAMESPACE/NAME")
  private String object = "";

  @Override
  public Integer call() {
    boolean asks = !to.isEmpty() || !name.isEmpty() || !variable.isEmpty();
    if (asks == !object.isEmpty() || asks == from.isEmpty()) {
      throw new ParameterException(
          spec.commandLine(), "say an object, or --from with one of --to, --name and --env");
    }
    Explanation explanation = explanation(cluster.open());
    PrintWriter out = spec.commandLine().getOut();
    out.print(explanation);
    out.flush();
    Reason cause = explanation.cause();
    return cause == Reason.NOTHING_WRONG || cause == Reason.DELIVERED ? 0 : 1;
  }

  private Explanation explanation(Cluster opened) {
    if (!to.isEmpty()) {
      return opened.from(from).to(to).explain();
    }
    if (!name.isEmpty()) {
      return opened.explainName(from, name);
    }
    return variable.isEmpty() ? opened.explain(object) : opened.explainVariable(from, variable);
  }
}
