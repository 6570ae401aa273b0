package dev.hairpin.examples;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code hairpin env}: what {@code printenv} shows in a pod. */
@Command(
    name = "env",
    description = "Shows the environment of a pod's first container.",
    mixinStandardHelpOptions = true)
final class EnvCommand implements Callable<Integer> {
  @Spec
  private CommandSpec spec = CommandSpec.create();

  @Mixin
  private ClusterOptions cluster = new ClusterOptions();

  @Parameters(paramLabel = "POD", description = "NAMESPACE/NAME of a pod or of its workload")
  private String pod = "";

  @Override
  public Integer call() {
    spec.commandLine().getOut().print(cluster.open().env(pod));
    spec.commandLine().getOut().flush();
    return 0;
  }
}
