package dev.hairpin.examples;

import dev.hairpin.Cluster;
import dev.hairpin.api.Node;
import dev.hairpin.iptables.Drift;
import dev.hairpin.iptables.RuleException;
import dev.hairpin.iptables.RuleSet;
import dev.hairpin.iptables.kubeproxy.KubeProxies;
import dev.hairpin.net.IpFamily;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
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

/** {@code hairpin rules}: a node's iptables rules, or how a real node's differ from them. */
@Command(
    name = "rules",
    description = "Prints the rules of a node as iptables-save prints them, or what is wrong with "
        + "those of a real one.",
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {"0:done", "1:the real node's rules differ", "2:the question is wrong"},
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

  @Option(
      names = "--compare",
      paramLabel = "FILE",
      description = "tells how a dump of a real node (iptables-save or ip6tables-save) differs")
  private @Nullable Path dump;

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
    KubeProxies proxies = asked
        .component(KubeProxies.class)
        .filter(running -> running.rulesOf(name, family).isPresent())
        .orElseThrow(() -> new ParameterException(
            spec.commandLine(), "node " + name + " has no " + family + " rules"));
    PrintWriter out = spec.commandLine().getOut();
    Path file = dump;
    if (file == null) {
      proxies.rulesOf(name, family).ifPresent(out::print);
      out.flush();
      return 0;
    }
    List<Drift.Finding> findings = proxies.driftOf(name, read(file, family)).findings();
    findings.forEach(out::println);
    out.println(
        findings.isEmpty()
            ? "the rules are as they should be"
            : "rules or chains that differ: " + findings.size());
    out.flush();
    return findings.isEmpty() ? 0 : 1;
  }

  private RuleSet read(Path file, IpFamily family) {
    try {
      return RuleSet.parse(Files.readString(file), family);
    } catch (RuleException | IOException e) {
      throw new ParameterException(spec.commandLine(), file + ": " + e.getMessage(), e);
    }
  }
}
