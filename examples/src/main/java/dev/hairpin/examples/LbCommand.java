package dev.hairpin.examples;

import dev.hairpin.Cluster;
import dev.hairpin.lb.elb.cli.Format;
import dev.hairpin.manifest.Manifests;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code hairpin lb}: the load balancers of a cluster, and what a change would do to them. */
@Command(
    name = "lb",
    description = "Shows the load balancers with their rules and targets, or plans a change.",
    mixinStandardHelpOptions = true)
final class LbCommand implements Callable<Integer> {
  @Spec
  private CommandSpec spec = CommandSpec.create();

  @Mixin
  private ClusterOptions cluster = new ClusterOptions();

  @Option(
      names = "--plan",
      paramLabel = "FILE",
      description = "manifests; prints what applying them would change in AWS")
  private @Nullable Path plan;

  @Option(
      names = "--health",
      description = "prints the targets as aws elbv2 describe-target-health")
  private boolean health;

  @Override
  public Integer call() {
    Path file = plan;
    if (file != null && !Files.exists(file)) {
      throw new ParameterException(
          spec.commandLine(), "--plan: there is no file or folder " + file);
    }
    Cluster asked = cluster.open();
    String text = file != null
        ? LoadBalancersText.plan(asked, Manifests.load(file))
        : health
            ? LoadBalancersText.describeTargetHealth(asked, Format.JSON)
            : LoadBalancersText.all(asked);
    spec.commandLine().getOut().print(text);
    spec.commandLine().getOut().flush();
    return 0;
  }
}
