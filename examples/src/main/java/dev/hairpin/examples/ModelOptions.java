package dev.hairpin.examples;

import dev.hairpin.iptables.kubeproxy.KubeProxyVersion;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** What is modelled, in whichever cluster. */
final class ModelOptions {
  @Spec(Spec.Target.MIXEE)
  private CommandSpec command = CommandSpec.create();

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

  /** Makes clusters of that kind. */
  Clusters clusters() {
    return clusters(version());
  }

  /** The same with another kube-proxy. */
  Clusters clusters(KubeProxyVersion version) {
    return new Clusters(seed, version);
  }

  KubeProxyVersion version() {
    return version(kubeProxy, "--kube-proxy");
  }

  /** The version that an option names. */
  KubeProxyVersion version(String text, String option) {
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
