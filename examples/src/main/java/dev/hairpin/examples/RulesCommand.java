package dev.hairpin.examples;

import dev.hairpin.Cluster;
import dev.hairpin.api.Node;
import dev.hairpin.iptables.RuleSet;
import dev.hairpin.iptables.kubeproxy.KubeProxies;
import dev.hairpin.net.IpFamily;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code hairpin rules}: a node's iptables rules. */
@Command(
    name = "rules",
    description = "Prints the rules of a node as iptables-save prints them.",
    mixinStandardHelpOptions = true)
final class RulesCommand implements Callable<Integer> {
  @Spec
  private CommandSpec spec = CommandSpec.create();

  @Mixin
  private ClusterOptions cluster = new ClusterOptions();

  @Parameters(arity = "0..1", paramLabel = "NODE", description = "the node; the first by default")
  private @Nullable String node;

  @Option(names = "-6", description = "prints the IPv6 rules")
  private boolean ipv6;

  @Override
  public Integer call() {
    Cluster asked = cluster.open();
    List<String> nodes =
        asked.state().list(Node.class).stream().map(n -> n.metadata().name()).toList();
    String name = node == null && !nodes.isEmpty() ? nodes.get(0) : node;
    if (name == null || !nodes.contains(name)) {
      throw new ParameterException(
          spec.commandLine(),
          "there is no node " + name + "; there are " + String.join(", ", nodes));
    }
    IpFamily family = ipv6 ? IpFamily.IPV6 : IpFamily.IPV4;
    RuleSet rules = asked
        .component(KubeProxies.class)
        .flatMap(proxies -> proxies.rulesOf(name, family))
        .orElseThrow(() -> new ParameterException(
            spec.commandLine(), "node " + name + " has no " + family + " rules"));
    spec.commandLine().getOut().print(rules);
    spec.commandLine().getOut().flush();
    return 0;
  }
}
