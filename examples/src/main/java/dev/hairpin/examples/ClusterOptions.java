package dev.hairpin.examples;

import dev.hairpin.Cluster;
import dev.hairpin.iptables.kubeproxy.KubeProxyVersion;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
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

  @Option(
      names = "--seed",
      paramLabel = "N",
      description = "what random choices are derived from (default: ${DEFAULT-VALUE})")
  private long seed = 1;

  @Option(
      names = "--kube-proxy",
      paramLabel = "VERSION",
      description = "1.30 or 1.36 (default: ${DEFAULT-VALUE})")
  private String kubeProxy = "1.36";

  /** The cluster with everything installed, after what takes minutes in AWS has happened. */
  Cluster open() {
    Path manifests = dir;
    if (manifests != null && !Files.exists(manifests)) {
      throw new ParameterException(
          command.commandLine(), "--cluster: there is no file or folder " + manifests);
    }
    Clusters clusters = new Clusters(seed, version());
    return manifests == null ? clusters.retailStore() : clusters.of(manifests);
  }

  private KubeProxyVersion version() {
    return version(kubeProxy, "--kube-proxy", command);
  }

  /** The version that an option names. */
  static KubeProxyVersion version(String text, String option, CommandSpec command) {
    return switch (text) {
      case "1.30" -> KubeProxyVersion.V1_30;
      case "1.36" -> KubeProxyVersion.V1_36;
      default ->
        throw new ParameterException(
            command.commandLine(),
            option + ": \"" + text + "\" is not modelled; it is 1.30 or 1.36");
    };
  }
}
