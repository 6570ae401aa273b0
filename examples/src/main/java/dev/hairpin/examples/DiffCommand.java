package dev.hairpin.examples;

import dev.hairpin.Cluster;
import dev.hairpin.analysis.Difference;
import dev.hairpin.iptables.kubeproxy.KubeProxyVersion;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code hairpin diff}: what a change does to those who reach the Services. */
@Command(
    name = "diff",
    description = "Compares two sets of manifests, or two dumps of a cluster, and writes Markdown"
        + " for a pull request.",
    footer = {
      "",
      "Exit code: 0 if nothing is taken away, 1 if connections are lost or load balancers replaced,"
          + " 2 if the input makes no sense."
    },
    mixinStandardHelpOptions = true)
final class DiffCommand implements Callable<Integer> {
  @Spec
  private CommandSpec spec = CommandSpec.create();

  @Parameters(index = "0", paramLabel = "BEFORE", description = "a file or folder of manifests")
  private Path before = Path.of("");

  @Parameters(
      index = "1",
      paramLabel = "AFTER",
      description = "the same after the change; applied over BEFORE unless it has nodes of its own")
  private Path after = Path.of("");

  @Option(
      names = "--partial",
      description = "AFTER holds only what changes; what it lacks stays, instead of being deleted")
  private boolean partial;

  @Option(
      names = "--moved",
      paramLabel = "SHARE",
      description = "how much of all connections must move to be told (default: ${DEFAULT-VALUE})")
  private double moved = Difference.MOVED_BY;

  @Mixin
  private ModelOptions model = new ModelOptions();

  @Option(
      names = "--kube-proxy-after",
      paramLabel = "VERSION",
      description = "the version after the change, if it is another one")
  private @Nullable String kubeProxyAfter;

  @Override
  public Integer call() {
    exists(before, "BEFORE");
    exists(after, "AFTER");
    KubeProxyVersion version = model.version();
    KubeProxyVersion then =
        kubeProxyAfter == null ? version : model.version(kubeProxyAfter, "--kube-proxy-after");
    if (partial && then != version) {
      throw new ParameterException(
          spec.commandLine(), "--partial goes on with the kube-proxy that is there");
    }
    Clusters clusters = model.clusters();
    Cluster first = clusters.of(before);
    Cluster second = clusters.changed(first, before, after, partial, model.clusters(then));
    Difference difference = first.diff(second, moved);
    spec.commandLine().getOut().print(difference);
    spec.commandLine().getOut().flush();
    return difference.isWorse() ? 1 : 0;
  }

  private void exists(Path path, String what) {
    if (!Files.exists(path)) {
      throw new ParameterException(
          spec.commandLine(), what + ": there is no file or folder " + path);
    }
  }
}
