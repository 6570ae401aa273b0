package dev.hairpin.examples;

import dev.hairpin.Cluster;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Which cluster a command asks. */
final class ClusterOptions {
  @Spec(Spec.Target.MIXEE)
  private CommandSpec command = CommandSpec.create();

  @Option(
      names = "--cluster",
      paramLabel = "DIR",
      description = "a file or folder of manifests; the retail store if it is not given")
  private @Nullable Path dir;

  @Mixin
  private ModelOptions model = new ModelOptions();

  /** The cluster with everything installed, after what takes minutes in AWS has happened. */
  Cluster open() {
    Path manifests = existing();
    Clusters clusters = model.clusters();
    return manifests == null ? clusters.retailStore() : clusters.of(manifests);
  }

  /** The same where controllers, kubelets, kube-proxies and load balancers take their time. */
  Cluster openInRealTime() {
    Path manifests = existing();
    Clusters clusters = model.clusters();
    return manifests == null ? clusters.retailStoreInRealTime() : clusters.inRealTime(manifests);
  }

  private @Nullable Path existing() {
    Path manifests = dir;
    if (manifests != null && !Files.exists(manifests)) {
      throw new ParameterException(
          command.commandLine(), "--cluster: there is no file or folder " + manifests);
    }
    return manifests;
  }
}
