package dev.hairpin.examples;

import dev.hairpin.Cluster;
import dev.hairpin.Connection;
import dev.hairpin.whatif.TargetNames;
import picocli.CommandLine.Option;

/** Who connects, and where to. */
final class EndsOptions {
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

  Connection from(Cluster cluster) {
    return cluster.from(from);
  }

  /** The target as {@link Connection#to} takes it. */
  String to(Cluster cluster) {
    return TargetNames.resolve(to, cluster);
  }
}
