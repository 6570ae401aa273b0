package dev.hairpin.iptables.kubeproxy;

import dev.hairpin.api.Node;
import dev.hairpin.iptables.Chain;
import dev.hairpin.iptables.RuleSet;
import dev.hairpin.net.IpFamily;
import dev.hairpin.whatif.Figure;
import dev.hairpin.whatif.Metric;
import dev.hairpin.whatif.law.SyncLaw;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/** How many rules nodes have, and what it takes to write all rules of the node with the most. */
final class RuleMeasures {

  /** Kernels, machines and back ends differ by about so much. */
  private static final double FITTED_ERROR = 4;

  private final KubeProxies proxies;

  RuleMeasures(KubeProxies proxies) {
    this.proxies = proxies;
  }

  List<Figure> figures(Collection<Node> nodes) {
    List<Figure> figures = new ArrayList<>();
    String fullest = "";
    long most = -1;
    for (Node node : nodes) {
      String name = node.metadata().name();
      long rules = rules(name);
      figures.add(figure(Metric.RULES, name, (double) rules));
      if (rules > most) {
        most = rules;
        fullest = name;
      }
    }
    if (most > 0) {
      long lines = most + chains(fullest);
      double seconds = SyncLaw.restoreSeconds((double) lines);
      figures.add(figure(Metric.RULE_BYTES, fullest, (double) bytes(fullest))
          .because("of the node with the most rules"));
      figures.add(new Figure(
          Metric.SYNC_SECONDS,
          fullest,
          "",
          seconds,
          seconds / FITTED_ERROR,
          seconds * FITTED_ERROR,
          Double.POSITIVE_INFINITY,
          Figure.How.FITTED,
          lines + " lines, as fast as a published restore of 695,992"));
    }
    return figures;
  }

  private static Figure figure(Metric metric, String node, double value) {
    return Figure.of(metric, node, value, Double.POSITIVE_INFINITY, Figure.How.EXACT);
  }

  private List<RuleSet> sets(String node) {
    List<RuleSet> sets = new ArrayList<>();
    for (IpFamily family : IpFamily.values()) {
      proxies.rulesOf(node, family).ifPresent(sets::add);
    }
    return sets;
  }

  private List<Chain> chainsOf(String node) {
    return sets(node).stream()
        .flatMap(set -> set.tables().stream())
        .flatMap(table -> table.chains().stream())
        .toList();
  }

  private long rules(String node) {
    return chainsOf(node).stream().mapToLong(chain -> chain.rules().size()).sum();
  }

  private long chains(String node) {
    return chainsOf(node).size();
  }

  private long bytes(String node) {
    return sets(node).stream().mapToLong(set -> set.save().length()).sum();
  }
}
