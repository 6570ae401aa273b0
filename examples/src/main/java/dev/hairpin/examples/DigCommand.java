package dev.hairpin.examples;

import dev.hairpin.path.addon.NameService;
import dev.hairpin.path.trace.Reason;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code hairpin dig}: the questions that a name costs, and their answers. */
@Command(
    name = "dig",
    description = "Resolves a name as a program in a pod does, and shows every question sent.",
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {"0:the name has an address", "1:it has none", "2:the question makes no sense"},
    mixinStandardHelpOptions = true)
final class DigCommand implements Callable<Integer> {
  @Spec
  private CommandSpec spec = CommandSpec.create();

  @Mixin
  private ClusterOptions cluster = new ClusterOptions();

  @Option(
      names = "--from",
      required = true,
      paramLabel = "SOURCE",
      description = "who asks, as for trace")
  private String from = "";

  @Parameters(paramLabel = "NAME", description = "the name, such as catalog or ui.ui")
  private String name = "";

  @Override
  public Integer call() {
    NameService.Lookup lookup = cluster.open().lookup(from, name);
    PrintWriter out = spec.commandLine().getOut();
    out.print(LookupText.of(lookup));
    out.flush();
    return lookup.reason() == Reason.DELIVERED ? 0 : 1;
  }
}
